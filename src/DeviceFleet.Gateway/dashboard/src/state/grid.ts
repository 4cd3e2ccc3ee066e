// The fleet as a grid of cells: one cell a device, or, when there are too many, one cell for several that are next to each other.
import type { DeviceRow } from '../wire/contract';
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
}

export function cells(rows: readonly DeviceRow[], idOrder: readonly number[], now: number, staleAfterMs: number, cellsMax: number): readonly Cell[] {
  const size = Math.max(1, Math.ceil(idOrder.length / cellsMax));
  const result: Cell[] = [];
  for (let from = 0; from < idOrder.length; from += size) {
    const counts = { online: 0, stale: 0, offline: 0, unknown: 0 };
    const end = Math.min(idOrder.length, from + size);
    for (let i = from; i < end; i++) {
      counts[stateOf(rows[idOrder[i]!]!, now, staleAfterMs)]++;
    }
    result.push({ id: rows[idOrder[from]!]!.id, devices: end - from, counts, state: BY_URGENCY.find((s) => counts[s] > 0) ?? 'unknown' });
  }
  return result;
}
