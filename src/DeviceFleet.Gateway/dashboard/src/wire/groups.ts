// Groups: types and decoders. The other side: src/DeviceFleet.Contracts/Groups/GroupMessages.cs.
import { byName, number, object, optionalNumber, run, text, texts, type Decoded } from './read';

export interface MetricRollup {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** devices = online + stale + offline + unknown, always. */
export interface Rollup {
  readonly devices: number;
  readonly online: number;
  readonly stale: number;
  readonly offline: number;
  readonly unknown: number;
  readonly alarming: number;
  readonly critical: number;
  readonly metrics: Readonly<Record<string, MetricRollup>>;
}

export interface GroupView {
  readonly path: string;
  readonly revision: number;
  /** Devices directly in it. */
  readonly members: number;
  readonly children: readonly string[];
  /** Groups below included. */
  readonly rollup: Rollup;
  readonly at: number | null;
}

export const decodeGroup = (json: unknown): Decoded<GroupView> => run(readGroup, json, 'group');

/** The id of a group in an address: dots for slashes. */
export const groupId = (path: string): string => path.replaceAll('/', '.');

function readGroup(json: unknown, path: string, faults: string[]): GroupView {
  const o = object(json, path);
  return {
    path: text(o, 'path', path),
    revision: number(o, 'revision', path),
    members: number(o, 'members', path),
    children: texts(o, 'children', path),
    rollup: readRollup(o['rollup'], `${path}.rollup`, faults),
    at: optionalNumber(o, 'at', path),
  };
}

function readRollup(json: unknown, path: string, faults: string[]): Rollup {
  const o = object(json, path);
  return {
    devices: number(o, 'devices', path),
    online: number(o, 'online', path),
    stale: number(o, 'stale', path),
    offline: number(o, 'offline', path),
    unknown: number(o, 'unknown', path),
    alarming: number(o, 'alarming', path),
    critical: number(o, 'critical', path),
    metrics: byName(o, 'metrics', path, readMetric, faults),
  };
}

function readMetric(json: unknown, path: string): MetricRollup {
  const o = object(json, path);
  return { count: number(o, 'count', path), min: number(o, 'min', path), max: number(o, 'max', path), sum: number(o, 'sum', path) };
}
