/** First wait before a new attempt to connect, ms. */
export const RETRY_MS_MIN = 500;
/** Longest wait, ms: short, because an operator is looking at the page. */
export const RETRY_MS_MAX = 15_000;

/** Wait before attempt `attempt` (0 is the first): doubling, with ±20 % jitter so that many browsers do not come back in step. */
export function retryDelayMs(attempt: number, random: number): number {
  const base = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attempt, 16));
  return Math.round(base * (0.8 + 0.4 * random));
}
