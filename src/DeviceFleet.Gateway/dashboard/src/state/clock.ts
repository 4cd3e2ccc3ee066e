/** Most recent observations that the offset is taken from. */
const OBSERVATIONS_MAX = 60;

/**
 * How far the server's clock is ahead of the browser's, ms. Ages are counted in server time, so that a wrong browser clock does not make devices stale.
 * The message that travelled least gives the largest difference, so the largest of the last 60 is nearest to the truth.
 */
export interface ClockOffset {
  readonly observations: readonly number[];
  readonly ms: number;
}

export const noOffset: ClockOffset = { observations: [], ms: 0 };

export function observe(offset: ClockOffset, serverAsOf: number, browserNow: number): ClockOffset {
  const observations = [...offset.observations, serverAsOf - browserNow].slice(-OBSERVATIONS_MAX);
  return { observations, ms: Math.max(...observations) };
}
