// Twin and registration: types and decoders. The other side: src/DeviceFleet.Contracts/Devices/Twin.cs and Registration.cs.
import type { Tags } from './contract';
import { byName, number, object, optionalNumber, optionalText, run, text, textsByName, type Decoded, type Json } from './read';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };
export type JsonObject = { readonly [name: string]: JsonValue };

export interface TwinWriter {
  readonly version: number;
  readonly at: number;
  /** A user, or "device". */
  readonly by: string;
}

export interface TwinDocument {
  /** 0: never written. */
  readonly version: number;
  readonly value: JsonObject;
  /** Who wrote each leaf last, by JSON pointer. */
  readonly writers: Readonly<Record<string, TwinWriter>>;
  readonly at: number | null;
}

export interface TwinView {
  readonly deviceId: string;
  readonly revision: number;
  readonly desired: TwinDocument;
  readonly reported: TwinDocument;
  /** What of desired reported does not have. Empty: in step. */
  readonly delta: JsonObject;
  readonly pendingSince: number | null;
}

/** What operators say of a device. */
export interface Registration {
  /** 0: nobody said anything yet. */
  readonly version: number;
  readonly type: string | null;
  readonly group: string | null;
  readonly tags: Tags;
  readonly by: string | null;
  readonly at: number | null;
}

export const decodeTwin = (json: unknown): Decoded<TwinView> => run(readTwin, json, 'twin');
export const decodeRegistration = (json: unknown): Decoded<Registration> => run(readRegistration, json, 'registration');

function readTwin(json: unknown, path: string, faults: string[]): TwinView {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    revision: number(o, 'revision', path),
    desired: readDocument(o['desired'], `${path}.desired`, faults),
    reported: readDocument(o['reported'], `${path}.reported`, faults),
    delta: document(o, 'delta', path),
    pendingSince: optionalNumber(o, 'pendingSince', path),
  };
}

function readDocument(json: unknown, path: string, faults: string[]): TwinDocument {
  const o = object(json, path);
  return { version: number(o, 'version', path), value: document(o, 'value', path), writers: byName(o, 'writers', path, readWriter, faults), at: optionalNumber(o, 'at', path) };
}

function readWriter(json: unknown, path: string): TwinWriter {
  const o = object(json, path);
  return { version: number(o, 'version', path), at: number(o, 'at', path), by: text(o, 'by', path) };
}

function readRegistration(json: unknown, path: string): Registration {
  const o = object(json, path);
  return {
    version: number(o, 'version', path),
    type: optionalText(o, 'type', path),
    group: optionalText(o, 'group', path),
    tags: textsByName(o, 'tags', path),
    by: optionalText(o, 'by', path),
    at: optionalNumber(o, 'at', path),
  };
}

/** What JSON.parse made is a JSON value by construction. */
function document(o: Json, name: string, path: string): JsonObject {
  return object(o[name], `${path}.${name}`) as JsonObject;
}
