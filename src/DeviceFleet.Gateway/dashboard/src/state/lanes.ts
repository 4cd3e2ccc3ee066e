// A device's samples as chart columns: one time axis, one lane a metric.
import type { SamplePoint } from '../wire/contract';
import type { RangeName } from './route';

/** A pause this many times the usual step is a gap. */
const GAP_STEPS = 3.5;
/** A shorter pause is never a gap, ms. */
const GAP_MS_MIN = 3_000;

export interface Lanes {
  /** Unix seconds, ascending, one for each sample and one more inside each gap. */
  readonly times: readonly number[];
  /** By metric; null: no value at that time, so that the line breaks. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]>;
  readonly gaps: number;
}

export function lanesOf(samples: readonly SamplePoint[], metrics: readonly string[]): Lanes {
  const limit = Math.max(GAP_MS_MIN, usualStepMs(samples) * GAP_STEPS);
  const times: number[] = [];
  const values = new Map<string, (number | null)[]>(metrics.map((metric) => [metric, []]));
  let gaps = 0;
  let before: number | null = null;
  for (const { ts, metrics: point } of samples) {
    if (before !== null && ts - before > limit) {
      gaps++;
      times.push((before + 1) / 1_000);
      values.forEach((column) => column.push(null));
    }
    times.push(ts / 1_000);
    for (const [metric, column] of values) {
      column.push(point[metric] ?? null);
    }
    before = ts;
  }
  return { times, values, gaps };
}

function usualStepMs(samples: readonly SamplePoint[]): number {
  const steps: number[] = [];
  for (let i = Math.max(1, samples.length - 120); i < samples.length; i++) {
    steps.push(samples[i]!.ts - samples[i - 1]!.ts);
  }
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

export function metricsIn(samples: readonly SamplePoint[], newest: Readonly<Record<string, number>>): readonly string[] {
  const names = new Set(Object.keys(newest));
  for (const point of samples) {
    for (const name in point.metrics) {
      names.add(name);
    }
  }
  return [...names].sort();
}

const RANGE_MS: Readonly<Record<Exclude<RangeName, 'all'>, number>> = { '2m': 120_000, '10m': 600_000, '1h': 3_600_000 };

/** Least width of the axis, ms. */
const AXIS_MS_MIN = 60_000;

/** The axis, Unix seconds: at most the range, no further back than the samples go. It ends now, so that a device that fell silent shows how long it has been. */
export function axisOf(range: RangeName, samples: readonly SamplePoint[], now: number): readonly [number, number] {
  const first = samples[0]?.ts ?? now - 60_000;
  const from = Math.min(first, now - AXIS_MS_MIN);
  return [(range === 'all' ? from : Math.max(from, now - RANGE_MS[range])) / 1_000, now / 1_000];
}
