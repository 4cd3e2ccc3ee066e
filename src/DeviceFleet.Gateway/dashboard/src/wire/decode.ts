// Unknown JSON in, a typed value or a fault out. Nothing behind this file looks at the shape of a message again.
import {
  PRESENCES, SEVERITIES, type AlarmSummary, type DeviceRow, type DeviceSamples, type DeviceSnapshot, type DeviceTotals, type DeviceView, type FleetCounters,
  type FleetSnapshot, type FleetUpdates, type Metrics, type Rejection, type SamplePoint, type Session, type SessionSummary, type TwinSummary,
} from './contract';
import { Fault, flag, list, number, object, oneOf, optional, optionalNumber, optionalOneOf, optionalText, run, text, texts, textsByName, type Decoded, type Json } from './read';

export type { Decoded } from './read';

export const decodeSnapshot = (json: unknown): Decoded<FleetSnapshot> => run(readSnapshot, json, 'Snapshot');
export const decodeUpdates = (json: unknown): Decoded<FleetUpdates> => run(readUpdates, json, 'DeviceUpdates');
export const decodeDeviceSnapshot = (json: unknown): Decoded<DeviceSnapshot> => run(readDeviceSnapshot, json, 'WatchDevice');
export const decodeDeviceSamples = (json: unknown): Decoded<DeviceSamples> => run(readDeviceSamples, json, 'DeviceSamples');
export const decodeDeviceView = (json: unknown): Decoded<DeviceView> => run(readView, json, 'device');
export const decodeSession = (json: unknown): Decoded<Session> => run(readSession, json, 'session');

function readSnapshot(json: unknown, path: string, faults: string[]): FleetSnapshot {
  const o = object(json, path);
  return { kind: 'snapshot', staleAfterMs: optionalNumber(o, 'staleAfterMs', path), ...fleetState(o, path, faults) };
}

function readUpdates(json: unknown, path: string, faults: string[]): FleetUpdates {
  const o = object(json, path);
  return { kind: 'updates', removed: texts(o, 'removed', path), ...fleetState(o, path, faults) };
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
    alarming: optionalNumber(o, 'alarming', path) ?? 0,
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
    presence: oneOf(o, 'presence', path, PRESENCES),
    lastSeen: optionalNumber(o, 'lastSeen', path),
    metrics: metrics(o['metrics'], `${path}.metrics`),
    totals: totals(o['totals'], `${path}.totals`),
    revision: number(o, 'revision', path),
    lastRejection: optionalText(o, 'lastRejection', path),
    type: optionalText(o, 'type', path),
    group: optionalText(o, 'group', path),
    tags: textsByName(o, 'tags', path),
    firmware: optionalText(o, 'firmware', path),
    alarms: optionalNumber(o, 'alarms', path) ?? 0,
    severity: optionalOneOf(o, 'severity', path, SEVERITIES),
    pendingSince: optionalNumber(o, 'pendingSince', path),
    openCommands: optionalNumber(o, 'openCommands', path) ?? 0,
    isFlapping: flag(o, 'isFlapping', path),
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

function readView(json: unknown, path: string, faults: string[]): DeviceView {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    revision: number(o, 'revision', path),
    presence: oneOf(o, 'presence', path, PRESENCES),
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
    type: optionalText(o, 'type', path),
    group: optionalText(o, 'group', path),
    tags: textsByName(o, 'tags', path),
    registrationVersion: optionalNumber(o, 'registrationVersion', path) ?? 0,
    firmware: optionalText(o, 'firmware', path),
    twin: optional(o, 'twin', path, readTwinSummary, faults) ?? { desiredVersion: 0, reportedVersion: 0, pendingSince: null },
    alarms: optional(o, 'alarms', path, readAlarmSummary, faults) ?? { active: 0, unacknowledged: 0, severity: null },
    openCommands: optionalNumber(o, 'openCommands', path) ?? 0,
    sessions: optional(o, 'sessions', path, readSessions, faults) ?? { disconnects: 0, since: null, onlineMs: 0, isFlapping: false },
  };
}

function readTwinSummary(json: unknown, path: string): TwinSummary {
  const o = object(json, path);
  return { desiredVersion: number(o, 'desiredVersion', path), reportedVersion: number(o, 'reportedVersion', path), pendingSince: optionalNumber(o, 'pendingSince', path) };
}

function readAlarmSummary(json: unknown, path: string): AlarmSummary {
  const o = object(json, path);
  return { active: number(o, 'active', path), unacknowledged: number(o, 'unacknowledged', path), severity: optionalOneOf(o, 'severity', path, SEVERITIES) };
}

function readSessions(json: unknown, path: string): SessionSummary {
  const o = object(json, path);
  return {
    disconnects: number(o, 'disconnects', path), since: optionalNumber(o, 'since', path), onlineMs: number(o, 'onlineMs', path), isFlapping: flag(o, 'isFlapping', path),
  };
}

function readDeviceSnapshot(json: unknown, path: string, faults: string[]): DeviceSnapshot {
  const o = object(json, path);
  return { view: readView(o['view'], `${path}.view`, faults), recent: list(o, 'recent', path, readPoint, faults) };
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
