// The hierarchy of groups, and their numbers counted from the rows of the fleet.
import type { DeviceRow } from '../wire/contract';
import type { MetricRollup, Rollup } from '../wire/groups';
import { stateOf } from './presence';

export interface GroupNode {
  readonly path: string;
  /** Last segment. */
  readonly name: string;
  /** 0 at the top. */
  readonly depth: number;
  readonly hasBelow: boolean;
}

export const isIn = (group: string | null, path: string): boolean => group !== null && (group === path || (group.startsWith(path) && group[path.length] === '/'));

/** A path and all above it, from the top: oslo/line-2 gives oslo, oslo/line-2. */
export function withAbove(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

/** Depth first, each level by name. */
export function hierarchy(paths: Iterable<string>): readonly GroupNode[] {
  const all = new Set<string>();
  for (const path of paths) {
    withAbove(path).forEach((p) => all.add(p));
  }
  // A slash sorts before every other character of a path here, so that a group stands right before those below it.
  const key = (path: string) => path.replaceAll('/', '\u0001').replace(/\d+/g, (digits) => digits.padStart(12, '0'));
  const sorted = [...all].map((path) => ({ path, key: key(path) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ path }) => path);
  return sorted.map((path, i) => {
    const segments = path.split('/');
    return { path, name: segments.at(-1) ?? path, depth: segments.length - 1, hasBelow: sorted[i + 1]?.startsWith(`${path}/`) === true };
  });
}

interface Tally {
  devices: number;
  online: number;
  stale: number;
  offline: number;
  unknown: number;
  alarming: number;
  critical: number;
  metric: { count: number; min: number; max: number; sum: number } | null;
}

/** By path, groups below included; of the metrics only `metric` is counted. */
export function rollups(rows: readonly DeviceRow[], metric: string, now: number, staleAfterMs: number | null): ReadonlyMap<string, Rollup> {
  const tallies = new Map<string, Tally>();
  for (const row of rows) {
    if (row.group !== null) {
      for (const path of withAbove(row.group)) {
        const tally = tallies.get(path) ?? { devices: 0, online: 0, stale: 0, offline: 0, unknown: 0, alarming: 0, critical: 0, metric: null };
        tallies.set(path, tally);
        tally.devices++;
        tally[stateOf(row, now, staleAfterMs)]++;
        tally.alarming += Number(row.alarms > 0);
        tally.critical += Number(row.severity === 'critical');
        addTo(tally, row.metrics[metric]);
      }
    }
  }
  return new Map([...tallies].map(([path, { metric: m, ...counts }]) => [path, { ...counts, metrics: m === null ? {} : { [metric]: m } }]));
}

function addTo(tally: Tally, value: number | undefined): void {
  if (value !== undefined) {
    tally.metric ??= { count: 0, min: value, max: value, sum: 0 };
    tally.metric.count++;
    tally.metric.min = Math.min(tally.metric.min, value);
    tally.metric.max = Math.max(tally.metric.max, value);
    tally.metric.sum += value;
  }
}

export const average = (metric: MetricRollup): number => metric.sum / metric.count;
