import type { DeviceTotals, FleetCounters } from '../wire/contract';

/** A whole and the parts it is shown as. `off` is what is missing or too much: 0, or the page says so. */
export interface Sum {
  readonly whole: number;
  readonly parts: readonly number[];
  readonly off: number;
}

export function sum(whole: number, parts: readonly number[]): Sum {
  return { whole, parts, off: whole - parts.reduce((a, b) => a + b, 0) };
}

export const presenceSum = (c: FleetCounters): Sum => sum(c.total, [c.online, c.stale, c.offline, c.unknown]);
export const ingestSum = (c: FleetCounters): Sum => sum(c.received, [c.applied, c.duplicates, c.rejected]);
export const deviceSum = (t: DeviceTotals): Sum => sum(t.received, [t.applied, t.duplicates, t.tooLate, t.invalid]);
