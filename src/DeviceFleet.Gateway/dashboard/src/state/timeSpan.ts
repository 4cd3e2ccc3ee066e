// Spans as .NET writes them in JSON: [-][d.]hh:mm:ss[.fffffff].
import { THIN } from './format';

/** Milliseconds; null: it is no span. */
export function spanMs(text: string): number | null {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/.exec(text);
  return match === null ? null : ((Number(match[1] ?? 0) * 24 + Number(match[2])) * 60 + Number(match[3])) * 60_000 + Number(match[4]) * 1_000;
}

/** In words, exact: 90 s is "1 min 30 s", not "1 min". */
export function spanWords(ms: number): string {
  const units: readonly (readonly [string, number])[] = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1_000], ['ms', 1]];
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const [name, size] of units) {
    const n = Math.floor(rest / size);
    if (n > 0) {
      parts.push(`${n}${THIN}${name}`);
      rest -= n * size;
    }
  }
  return parts.length === 0 ? `0${THIN}s` : parts.join(' ');
}

/** A span as sent, in words; what cannot be read, as it is. */
export function spanText(text: string): string {
  const ms = spanMs(text);
  return ms === null ? text : spanWords(ms);
}
