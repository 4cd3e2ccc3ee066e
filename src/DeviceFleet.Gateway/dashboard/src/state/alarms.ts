// Alarms as they change, and the inbox: grouped by rule, worst first.
import { ALARM_STATES, type Alarm } from '../wire/alarms';
import { SEVERITIES, type Severity } from '../wire/contract';

/** Most alarms kept by the page. */
export const ALARMS_MAX = 1_000;

export const alarmKey = (alarm: { readonly deviceId: string; readonly id: string }): string => `${alarm.deviceId}~${alarm.id}`; // ids hold no ~

export const isOpen = (alarm: Alarm): boolean => alarm.state !== 'cleared';

/** An alarm only ever moves on: what is older than what is known changes nothing. */
export function withAlarm(known: readonly Alarm[], alarm: Alarm): readonly Alarm[] {
  const at = known.findIndex((a) => a.id === alarm.id && a.deviceId === alarm.deviceId);
  const before = known[at];
  if (before === undefined) {
    return [alarm, ...known].slice(0, ALARMS_MAX);
  }
  const rank = (a: Alarm) => ALARM_STATES.indexOf(a.state);
  const isNewer = rank(alarm) > rank(before) || (rank(alarm) === rank(before) && alarm.comments.length >= before.comments.length);
  return isNewer ? known.with(at, alarm) : known;
}

/** Positive: `a` is worse. */
export function compareSeverity(a: Severity | null, b: Severity | null): number {
  return rankOf(b) - rankOf(a);
}

function rankOf(severity: Severity | null): number {
  return severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity);
}

export interface AlarmGroup {
  readonly rule: string;
  /** What people call it, by its newest version here. */
  readonly name: string;
  readonly severity: Severity;
  readonly open: number;
  readonly unacknowledged: number;
  readonly alarms: readonly Alarm[];
}

/** Groups with the worst open alarm first, then those with the newest; in a group open ones first, newest first: an acknowledgement moves nothing. */
export function inbox(alarms: readonly Alarm[], severity: Severity | null): readonly AlarmGroup[] {
  const byRule = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    if (severity === null || alarm.rule.severity === severity) {
      byRule.set(alarm.rule.id, [...(byRule.get(alarm.rule.id) ?? []), alarm]);
    }
  }
  const groups = [...byRule].map(([rule, members]): AlarmGroup => {
    const sorted = members.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.raisedAt - a.raisedAt);
    const open = sorted.filter(isOpen);
    const newest = sorted.reduce((a, b) => (b.rule.version > a.rule.version ? b : a));
    const worst = (open.length > 0 ? open : sorted).map((a) => a.rule.severity).sort((a, b) => compareSeverity(b, a))[0]!;
    return {
      rule, name: newest.rule.name ?? rule, severity: worst, open: open.length, unacknowledged: sorted.filter((a) => a.state === 'active').length, alarms: sorted,
    };
  });
  return groups.sort((a, b) => Number(b.open > 0) - Number(a.open > 0) || compareSeverity(b.severity, a.severity) || newestOf(b) - newestOf(a) || (a.rule < b.rule ? -1 : 1));
}

function newestOf(group: AlarmGroup): number {
  return Math.max(...group.alarms.map((a) => a.raisedAt));
}

/** Where j and k lead; `step` -1 or 1. */
export function moved(groups: readonly AlarmGroup[], from: string | null, step: number): string | null {
  const keys = groups.flatMap((group) => group.alarms.map(alarmKey));
  if (keys.length === 0) {
    return null;
  }
  const at = from === null ? -1 : keys.indexOf(from);
  return at < 0 ? (step > 0 ? keys[0]! : keys.at(-1)!) : keys[Math.min(keys.length - 1, Math.max(0, at + step))]!;
}
