// What happened to a device besides its samples, on the same axis: alarms as long as they were open, commands as long as they ran, writes of its twin.
import type { Alarm } from '../wire/alarms';
import type { Command } from '../wire/commands';
import type { TwinView } from '../wire/twin';

export type HappeningKind = 'critical' | 'warning' | 'info' | 'command' | 'command-failed' | 'twin';

export interface Happening {
  readonly key: string;
  readonly kind: HappeningKind;
  readonly text: string;
  /** Unix ms. */
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
  /** Line of the lane, from 0: what overlaps stands below one another. */
  readonly line: number;
}

/** Most lines; what overlaps more than that shares the last one. */
export const LINES_MAX = 5;
/** Most happenings drawn, the newest. */
export const HAPPENINGS_MAX = 100;

export function happeningsOf(alarms: readonly Alarm[], commands: readonly Command[], twin: TwinView | null, from: number, to: number): readonly Happening[] {
  const all: Omit<Happening, 'line'>[] = [
    ...alarms.map((a) => ({ key: `a ${a.id}`, kind: a.rule.severity, text: `${a.rule.name ?? a.rule.id}, ${a.state}`, from: a.raisedAt, to: a.clearedAt })),
    ...commands.map((c) => ({
      key: `c ${c.id}`, kind: c.state === 'failed' || c.state === 'expired' ? ('command-failed' as const) : ('command' as const), text: `${c.name}, ${c.state}`, from: c.createdAt, to: c.endedAt,
    })),
    ...(twin === null ? [] : [twin.desired]).flatMap((d) => (d.at === null ? [] : [{ key: 't', kind: 'twin' as const, text: `desired written, version ${d.version}`, from: d.at, to: d.at }])),
  ];
  const shown = all.filter((h) => h.from <= to && (h.to ?? to) >= from).sort((a, b) => a.from - b.from || (a.key < b.key ? -1 : 1)).slice(-HAPPENINGS_MAX);
  // A mark has a width, so that what is short and near stands below as well.
  const width = (to - from) / 40;
  const ends: number[] = [];
  return shown.map((h) => {
    const free = ends.findIndex((end) => end < h.from);
    const line = free >= 0 ? free : Math.min(ends.length, LINES_MAX - 1);
    ends[line] = Math.max(ends[line] ?? 0, h.to ?? to, h.from + width);
    return { ...h, line };
  });
}
