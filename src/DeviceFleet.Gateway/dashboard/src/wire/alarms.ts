// Alarms and what a draft rule would have raised. The other side: src/DeviceFleet.Contracts/Devices/Alarms.cs and AlarmRules.cs.
import { list, number, object, oneOf, optional, optionalNumber, optionalText, run, text, texts, type Decoded, type Json } from './read';
import { readRule, type Rule } from './rules';

export type AlarmState = 'active' | 'acknowledged' | 'cleared';
/** An alarm only ever moves down this list. */
export const ALARM_STATES: readonly AlarmState[] = ['active', 'acknowledged', 'cleared'];

export interface EvidenceSample {
  readonly ts: number;
  readonly boot: number | null;
  readonly seq: number | null;
  /** Null where the rule looks at no metric. */
  readonly value: number | null;
}

export interface Evidence {
  readonly at: number;
  /** Absence: since when nothing came. Null for all else. */
  readonly since: number | null;
  /** Oldest first. */
  readonly samples: readonly EvidenceSample[];
}

export interface AlarmComment {
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

export interface Alarm {
  readonly deviceId: string;
  /** Unique for the device. */
  readonly id: string;
  readonly number: number;
  /** As it was when it raised this. */
  readonly rule: Rule;
  readonly state: AlarmState;
  readonly raisedAt: number;
  readonly evidence: Evidence;
  readonly clearedAt: number | null;
  readonly clearEvidence: Evidence | null;
  /** A user, "rule", or "rule-gone". */
  readonly clearedBy: string | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
  readonly assignee: string | null;
  /** Oldest first. */
  readonly comments: readonly AlarmComment[];
}

export type AlarmAction = 'acknowledge' | 'assign' | 'comment' | 'clear';

export interface AlarmPage {
  readonly total: number;
  readonly alarms: readonly Alarm[];
}

export interface Trial {
  readonly faults: readonly string[];
  readonly alarms: readonly Alarm[];
  /** Samples that were looked at. */
  readonly samples: number;
}

export const decodeAlarm = (json: unknown): Decoded<Alarm> => run(readAlarm, json, 'alarm');
export const decodeAlarms = (json: unknown): Decoded<AlarmPage> => run(readPage, json, 'alarms');
export const decodeTrial = (json: unknown): Decoded<Trial> => run(readTrial, json, 'trial');

/** A device's list tells no total: it is whole. */
function readPage(json: unknown, path: string, faults: string[]): AlarmPage {
  const o = object(json, path);
  const alarms = list(o, 'alarms', path, readAlarm, faults);
  return { alarms, total: optionalNumber(o, 'total', path) ?? alarms.length };
}

function readTrial(json: unknown, path: string, faults: string[]): Trial {
  const o = object(json, path);
  return { faults: texts(o, 'faults', path), alarms: list(o, 'alarms', path, readAlarm, faults), samples: number(o, 'samples', path) };
}

function readAlarm(json: unknown, path: string, faults: string[]): Alarm {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    id: text(o, 'id', path),
    number: number(o, 'number', path),
    rule: readRule(o['rule'], `${path}.rule`, faults),
    state: oneOf(o, 'state', path, ALARM_STATES),
    raisedAt: number(o, 'raisedAt', path),
    evidence: readEvidence(o['evidence'], `${path}.evidence`, faults),
    clearedAt: optionalNumber(o, 'clearedAt', path),
    clearEvidence: optional(o, 'clearEvidence', path, readEvidence, faults),
    clearedBy: optionalText(o, 'clearedBy', path),
    acknowledgedBy: optionalText(o, 'acknowledgedBy', path),
    acknowledgedAt: optionalNumber(o, 'acknowledgedAt', path),
    assignee: optionalText(o, 'assignee', path),
    comments: comments(o, path, faults),
  };
}

function readEvidence(json: unknown, path: string, faults: string[]): Evidence {
  const o = object(json, path);
  return { at: number(o, 'at', path), since: optionalNumber(o, 'since', path), samples: list(o, 'samples', path, readSample, faults) };
}

function readSample(json: unknown, path: string): EvidenceSample {
  const o = object(json, path);
  return { ts: number(o, 'ts', path), boot: optionalNumber(o, 'boot', path), seq: optionalNumber(o, 'seq', path), value: optionalNumber(o, 'value', path) };
}

function comments(o: Json, path: string, faults: string[]): readonly AlarmComment[] {
  return o['comments'] === undefined ? [] : list(o, 'comments', path, readComment, faults);
}

function readComment(json: unknown, path: string): AlarmComment {
  const o = object(json, path);
  return { at: number(o, 'at', path), by: text(o, 'by', path), text: text(o, 'text', path) };
}
