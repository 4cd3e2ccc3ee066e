// The fleet as a grid of cells: one cell a device, or, when there are too many, one cell for several that are next to each other.
import type { DeviceRow, Severity } from '../wire/contract';
import { compareSeverity } from './alarms';
import { stateOf } from './presence';
import type { DeviceStateName } from './query/parse';

/** Worst first. */
const BY_URGENCY: readonly DeviceStateName[] = ['offline', 'stale', 'unknown', 'online'];

export interface Cell {
  /** First device of the cell, in the order of ids. */
  readonly id: string;
  readonly devices: number;
  readonly counts: Readonly<Record<DeviceStateName, number>>;
  /** The worst state that any of them is in. */
  readonly state: DeviceStateName;
  readonly alarming: number;
  /** The worst alarm of any of them; null: none. */
  readonly severity: Severity | null;
}

export interface Section {
  /** Top group; null: devices in none. */
  readonly site: string | null;
  /** Places of rows, in the order of ids. */
  readonly places: readonly number[];
}

/** Most sites with a section of their own, the largest; the rest share the last one. */
const SITES_MAX = 12;

/** The fleet by site, in the order of their names; without groups one section. */
export function sections(rows: readonly DeviceRow[], idOrder: readonly number[]): readonly Section[] {
  const bySite = new Map<string | null, number[]>();
  for (const at of idOrder) {
    const group = rows[at]!.group;
    const site = group === null ? null : (group.split('/', 1)[0] ?? null);
    const places = bySite.get(site);
    if (places === undefined) {
      bySite.set(site, [at]);
    } else {
      places.push(at);
    }
  }
  const sites = [...bySite].filter(([site]) => site !== null).sort(([, a], [, b]) => b.length - a.length);
  const kept = sites.slice(0, SITES_MAX).map(([site, places]): Section => ({ site, places })).sort((a, b) => ((a.site ?? '') < (b.site ?? '') ? -1 : 1));
  const rest = [...sites.slice(SITES_MAX).flatMap(([, places]) => places), ...(bySite.get(null) ?? [])];
  return rest.length === 0 ? kept : [...kept, { site: null, places: rest }];
}

export function cells(rows: readonly DeviceRow[], idOrder: readonly number[], now: number, staleAfterMs: number | null, cellsMax: number): readonly Cell[] {
  const size = Math.max(1, Math.ceil(idOrder.length / cellsMax));
  const result: Cell[] = [];
  for (let from = 0; from < idOrder.length; from += size) {
    const counts = { online: 0, stale: 0, offline: 0, unknown: 0 };
    const end = Math.min(idOrder.length, from + size);
    let alarming = 0;
    let severity: Severity | null = null;
    for (let i = from; i < end; i++) {
      const row = rows[idOrder[i]!]!;
      counts[stateOf(row, now, staleAfterMs)]++;
      alarming += Number(row.alarms > 0);
      severity = compareSeverity(row.severity, severity) > 0 ? row.severity : severity;
    }
    result.push({ id: rows[idOrder[from]!]!.id, devices: end - from, counts, state: BY_URGENCY.find((s) => counts[s] > 0) ?? 'unknown', alarming, severity });
  }
  return result;
}
