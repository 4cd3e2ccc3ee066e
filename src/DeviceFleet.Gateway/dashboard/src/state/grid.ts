// The fleet as a grid of cells: one cell a device, or, when there are too many, one cell for several, coloured by the worst of them.
import type { DeviceRow } from '../wire/contract';
import { stateOf } from './presence';
import type { DeviceStateName } from './query/parse';

/** Worst first. */
const BY_URGENCY: readonly DeviceStateName[] = ['offline', 'stale', 'unknown', 'online'];

export interface Cell {
  readonly state: DeviceStateName;
  /** First device of the cell, in the order of ids. */
  readonly id: string;
  readonly devices: number;
  /** How many of them are in that state. */
  readonly inState: number;
}

export function cells(rows: readonly DeviceRow[], idOrder: readonly number[], now: number, staleAfterMs: number, cellsMax: number): readonly Cell[] {
  const size = Math.max(1, Math.ceil(idOrder.length / cellsMax));
  const result: Cell[] = [];
  for (let from = 0; from < idOrder.length; from += size) {
    const counts = new Map<DeviceStateName, number>();
    const end = Math.min(idOrder.length, from + size);
    for (let i = from; i < end; i++) {
      const state = stateOf(rows[idOrder[i]!]!, now, staleAfterMs);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    const state = BY_URGENCY.find((s) => counts.has(s)) ?? 'unknown';
    result.push({ state, id: rows[idOrder[from]!]!.id, devices: end - from, inState: counts.get(state) ?? 0 });
  }
  return result;
}
