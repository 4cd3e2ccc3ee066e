// The samples behind an alarm as a small chart: geometry only.
import type { EvidenceSample } from '../wire/alarms';
import type { RuleLine } from './rules';

export interface EvidencePlot {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly lines: readonly { readonly y: number; readonly of: RuleLine['of']; readonly value: number }[];
}

/** Null: no values to draw. */
export function plotEvidence(samples: readonly EvidenceSample[], lines: readonly RuleLine[], width: number, height: number): EvidencePlot | null {
  const values = samples.filter((s): s is EvidenceSample & { readonly value: number } => s.value !== null);
  const first = values[0];
  const last = values.at(-1);
  if (first === undefined || last === undefined) {
    return null;
  }
  const all = [...values.map((s) => s.value), ...lines.map((line) => line.value)];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = high === low ? Math.max(1e-9, Math.abs(high) * 0.05, 0.5) : (high - low) * 0.15;
  const y = (value: number) => height - ((value - low + air) / (high - low + 2 * air)) * height;
  const span = last.ts - first.ts;
  const x = (ts: number) => (span === 0 ? width / 2 : 6 + ((ts - first.ts) / span) * (width - 12));
  return { points: values.map((s) => ({ x: x(s.ts), y: y(s.value) })), lines: lines.map((line) => ({ y: y(line.value), of: line.of, value: line.value })) };
}
