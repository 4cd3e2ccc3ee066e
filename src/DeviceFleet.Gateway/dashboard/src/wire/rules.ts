// Rules, types and what was refused of the settings. The other side: src/DeviceFleet.Contracts/Devices/AlarmRules.cs and DeviceTypes.cs.
import { SEVERITIES, type Severity, type Tags } from './contract';
import { byName, flag, list, number, object, oneOf, optional, optionalNumber, optionalOneOf, optionalText, run, text, texts, textsByName, type Decoded } from './read';

export type Comparison = '>' | '>=' | '<' | '<=' | '==' | '!=';

export interface Condition {
  readonly kind: 'threshold' | 'range' | 'rate' | 'absence';
  readonly metric: string | null;
  readonly op: Comparison | null;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** A span as .NET writes it: [d.]hh:mm:ss[.fffffff]. */
  readonly for: string | null;
  readonly count: number | null;
  readonly within: string | null;
}

export interface RuleScope {
  readonly types: readonly string[];
  readonly groups: readonly string[];
  readonly tags: Tags;
}

export interface Rule {
  readonly id: string;
  readonly version: number;
  readonly name: string | null;
  readonly severity: Severity;
  readonly scope: RuleScope | null;
  readonly when: Condition;
  readonly clear: Condition | null;
  readonly hysteresis: number | null;
}

export interface MetricSpec {
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface TwinMemberSpec {
  readonly kind: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly oneOf: readonly string[];
}

export interface DeviceType {
  readonly id: string;
  readonly name: string | null;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  readonly onlyThese: boolean;
  readonly reportingInterval: string | null;
  readonly twin: Readonly<Record<string, TwinMemberSpec>>;
}

export interface RefusedSetting {
  readonly key: string;
  readonly faults: readonly string[];
  readonly at: number;
  /** The version that stays in force in its place; null: none. */
  readonly inForce: number | null;
}

export interface Settings {
  readonly revision: number;
  readonly rules: readonly Rule[];
  readonly types: readonly DeviceType[];
  readonly refused: readonly RefusedSetting[];
}

export const decodeSettings = (json: unknown): Decoded<Settings> => run(readSettings, json, 'settings');

function readSettings(json: unknown, path: string, faults: string[]): Settings {
  const o = object(json, path);
  return {
    revision: number(o, 'revision', path),
    rules: list(o, 'rules', path, readRule, faults),
    types: list(o, 'types', path, readType, faults),
    refused: list(o, 'refused', path, readRefused, faults),
  };
}

export function readRule(json: unknown, path: string, faults: string[]): Rule {
  const o = object(json, path);
  return {
    id: optionalText(o, 'id', path) ?? '',
    version: number(o, 'version', path),
    name: optionalText(o, 'name', path),
    severity: oneOf(o, 'severity', path, SEVERITIES),
    scope: optional(o, 'scope', path, readScope, faults),
    when: readCondition(o['when'], `${path}.when`),
    clear: optional(o, 'clear', path, readCondition, faults),
    hysteresis: optionalNumber(o, 'hysteresis', path),
  };
}

function readScope(json: unknown, path: string): RuleScope {
  const o = object(json, path);
  return { types: texts(o, 'types', path), groups: texts(o, 'groups', path), tags: textsByName(o, 'tags', path) };
}

function readCondition(json: unknown, path: string): Condition {
  const o = object(json, path);
  return {
    kind: oneOf(o, 'kind', path, ['threshold', 'range', 'rate', 'absence']),
    metric: optionalText(o, 'metric', path),
    op: optionalOneOf<Comparison>(o, 'op', path, ['>', '>=', '<', '<=', '==', '!=']),
    value: optionalNumber(o, 'value', path),
    low: optionalNumber(o, 'low', path),
    high: optionalNumber(o, 'high', path),
    for: optionalText(o, 'for', path),
    count: optionalNumber(o, 'count', path),
    within: optionalText(o, 'within', path),
  };
}

function readType(json: unknown, path: string, faults: string[]): DeviceType {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    name: optionalText(o, 'name', path),
    metrics: byName(o, 'metrics', path, readMetric, faults),
    onlyThese: flag(o, 'onlyThese', path),
    reportingInterval: optionalText(o, 'reportingInterval', path),
    twin: byName(o, 'twin', path, readMember, faults),
  };
}

function readMetric(json: unknown, path: string): MetricSpec {
  const o = object(json, path);
  return { unit: optionalText(o, 'unit', path), min: optionalNumber(o, 'min', path), max: optionalNumber(o, 'max', path) };
}

function readMember(json: unknown, path: string): TwinMemberSpec {
  const o = object(json, path);
  return { kind: text(o, 'kind', path), min: optionalNumber(o, 'min', path), max: optionalNumber(o, 'max', path), oneOf: texts(o, 'oneOf', path) };
}

function readRefused(json: unknown, path: string): RefusedSetting {
  const o = object(json, path);
  return { key: text(o, 'key', path), faults: texts(o, 'faults', path), at: number(o, 'at', path), inForce: optionalNumber(o, 'inForce', path) };
}
