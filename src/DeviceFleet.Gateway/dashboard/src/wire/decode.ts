// Unknown JSON in, a typed value or a fault out. Nothing behind this file looks at the shape of a message again.
// An optional member may be left out or null; a required one of the wrong type spoils its message, but a spoiled row in a list costs only itself.
import type {
  DeviceRow, DeviceSamples, DeviceSnapshot, DeviceTotals, DeviceView, FleetCounters, FleetSnapshot, FleetUpdates, Metrics, Presence, Rejection,
  SamplePoint, Session,
} from './contract';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T; /** List entries that were left out. */ readonly faults: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[] };

class Fault extends Error {}

type Json = Readonly<Record<string, unknown>>;
type Reader<T> = (json: unknown, path: string, faults: string[]) => T;

export const decodeSnapshot = (json: unknown): Decoded<FleetSnapshot> => run(readSnapshot, json, 'Snapshot');
export const decodeUpdates = (json: unknown): Decoded<FleetUpdates> => run(readUpdates, json, 'DeviceUpdates');
export const decodeDeviceSnapshot = (json: unknown): Decoded<DeviceSnapshot> => run(readDeviceSnapshot, json, 'WatchDevice');
export const decodeDeviceSamples = (json: unknown): Decoded<DeviceSamples> => run(readDeviceSamples, json, 'DeviceSamples');
export const decodeDeviceView = (json: unknown): Decoded<DeviceView> => run(readView, json, 'device');
export const decodeSession = (json: unknown): Decoded<Session> => run(readSession, json, 'session');

function run<T>(read: Reader<T>, json: unknown, name: string): Decoded<T> {
  const faults: string[] = [];
  try {
    return { ok: true, value: read(json, name, faults), faults };
  } catch (error) {
    if (error instanceof Fault) {
      return { ok: false, faults: [...faults, error.message] };
    }
    throw error;
  }
}

function readSnapshot(json: unknown, path: string, faults: string[]): FleetSnapshot {
  const o = object(json, path);
  return { kind: 'snapshot', staleAfterMs: number(o, 'staleAfterMs', path), ...fleetState(o, path, faults) };
}

function readUpdates(json: unknown, path: string, faults: string[]): FleetUpdates {
  return { kind: 'updates', ...fleetState(object(json, path), path, faults) };
}

function fleetState(o: Json, path: string, faults: string[]) {
  return {
    sequence: number(o, 'sequence', path),
    asOf: number(o, 'asOf', path),
    counters: readCounters(o['counters'], `${path}.counters`),
    devices: list(o, 'devices', path, readRow, faults),
    rejections: list(o, 'rejections', path, readRejection, faults),
  };
}

function readCounters(json: unknown, path: string): FleetCounters {
  const o = object(json, path);
  return {
    total: number(o, 'total', path),
    online: number(o, 'online', path),
    stale: number(o, 'stale', path),
    offline: number(o, 'offline', path),
    unknown: number(o, 'unknown', path),
    received: number(o, 'received', path),
    applied: number(o, 'applied', path),
    duplicates: number(o, 'duplicates', path),
    rejected: number(o, 'rejected', path),
    refusedByBroker: number(o, 'refusedByBroker', path),
    appliedPerSecond: number(o, 'appliedPerSecond', path),
    lagMs: optionalNumber(o, 'lagMs', path),
  };
}

function readRow(json: unknown, path: string): DeviceRow {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    presence: presence(o, path),
    lastSeen: optionalNumber(o, 'lastSeen', path),
    metrics: metrics(o['metrics'], `${path}.metrics`),
    totals: totals(o['totals'], `${path}.totals`),
    revision: number(o, 'revision', path),
    lastRejection: optionalText(o, 'lastRejection', path),
  };
}

function readRejection(json: unknown, path: string): Rejection {
  const o = object(json, path);
  return {
    reason: text(o, 'reason', path),
    detail: text(o, 'detail', path),
    deviceId: optionalText(o, 'deviceId', path),
    topic: optionalText(o, 'topic', path),
    payloadBytes: optionalNumber(o, 'payloadBytes', path) ?? 0,
    at: number(o, 'at', path),
    by: text(o, 'by', path),
  };
}

function readView(json: unknown, path: string): DeviceView {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    revision: number(o, 'revision', path),
    presence: presence(o, path),
    presenceSince: optionalNumber(o, 'presenceSince', path),
    firstSeen: optionalNumber(o, 'firstSeen', path),
    lastSeen: optionalNumber(o, 'lastSeen', path),
    boot: optionalNumber(o, 'boot', path),
    seq: optionalNumber(o, 'seq', path),
    connects: number(o, 'connects', path),
    metrics: metrics(o['metrics'], `${path}.metrics`),
    metricsAt: optionalNumber(o, 'metricsAt', path),
    totals: totals(o['totals'], `${path}.totals`),
    lastRejection: optionalText(o, 'lastRejection', path),
  };
}

function readDeviceSnapshot(json: unknown, path: string, faults: string[]): DeviceSnapshot {
  const o = object(json, path);
  return { view: readView(o['view'], `${path}.view`, ), recent: list(o, 'recent', path, readPoint, faults) };
}

function readDeviceSamples(json: unknown, path: string, faults: string[]): DeviceSamples {
  const o = object(json, path);
  return { id: text(o, 'id', path), row: readRow(o['row'], `${path}.row`), samples: list(o, 'samples', path, readPoint, faults) };
}

function readPoint(json: unknown, path: string): SamplePoint {
  const o = object(json, path);
  return { ts: number(o, 'ts', path), metrics: metrics(o['metrics'], `${path}.metrics`) };
}

function readSession(json: unknown, path: string): Session {
  const o = object(json, path);
  const expires = o['expiresAt'];
  const expiresAt = typeof expires === 'string' ? Date.parse(expires) : optionalNumber(o, 'expiresAt', path);
  return { user: text(o, 'user', path), role: text(o, 'role', path), expiresAt: Number.isNaN(expiresAt) ? null : expiresAt };
}

function totals(json: unknown, path: string): DeviceTotals {
  const o = object(json, path);
  return {
    received: number(o, 'received', path),
    applied: number(o, 'applied', path),
    duplicates: number(o, 'duplicates', path),
    tooLate: number(o, 'tooLate', path),
    invalid: number(o, 'invalid', path),
    unsequenced: number(o, 'unsequenced', path),
  };
}

function metrics(json: unknown, path: string): Metrics {
  const o = object(json, path);
  for (const name in o) {
    if (typeof o[name] !== 'number') {
      throw new Fault(`${path}.${name} is no number`);
    }
  }
  return o as Metrics;
}

function presence(o: Json, path: string): Presence {
  const value = o['presence'];
  if (value === 'online' || value === 'offline' || value === 'unknown') {
    return value;
  }
  throw new Fault(`${path}.presence is ${show(value)}`);
}

function list<T>(o: Json, name: string, path: string, read: (json: unknown, path: string) => T, faults: string[]): readonly T[] {
  const value = o[name];
  if (!Array.isArray(value)) {
    throw new Fault(`${path}.${name} is no list`);
  }
  const result: T[] = [];
  for (let i = 0; i < value.length; i++) {
    try {
      result.push(read(value[i], path));
    } catch (error) {
      if (!(error instanceof Fault)) {
        throw error;
      }
      faults.push(`${name}[${i}]: ${error.message}`);
    }
  }
  return result;
}

function object(json: unknown, path: string): Json {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Json;
  }
  throw new Fault(`${path} is no object`);
}

function number(o: Json, name: string, path: string): number {
  const value = o[name];
  if (typeof value === 'number') {
    return value;
  }
  throw new Fault(`${path}.${name} is ${value === undefined ? 'missing' : 'no number'}`);
}

function optionalNumber(o: Json, name: string, path: string): number | null {
  return o[name] === undefined || o[name] === null ? null : number(o, name, path);
}

function text(o: Json, name: string, path: string): string {
  const value = o[name];
  if (typeof value === 'string') {
    return value;
  }
  throw new Fault(`${path}.${name} is ${value === undefined ? 'missing' : 'no text'}`);
}

function optionalText(o: Json, name: string, path: string): string | null {
  return o[name] === undefined || o[name] === null ? null : text(o, name, path);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : `unknown: ${JSON.stringify(value)}`.slice(0, 60);
}
