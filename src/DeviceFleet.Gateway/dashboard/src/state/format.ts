// Numbers and times as people read them. A thin space parts thousands and units.
export const THIN = '\u2009';
const MINUS = '\u2212';

const SI: readonly (readonly [number, string])[] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** A count, exact: 1 234 567. Sums are shown with these, so that they visibly add up. */
export function count(value: number): string {
  const digits = Math.abs(Math.trunc(value)).toString().replace(/\B(?=(\d{3})+$)/g, THIN);
  return value < 0 ? MINUS + digits : digits;
}

/** A measured value, at most four significant digits: 21.35, 0.001235, 12.35 k. */
export function quantity(value: number): string {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size >= 10_000) {
    const [factor, prefix] = SI.find(([f]) => size >= f * 0.99995) ?? [1e3, 'k'];
    return size / factor >= 10_000 ? minus(value.toExponential(3)) : `${significant(value / factor)}${THIN}${prefix}`;
  }
  return size !== 0 && size < 0.000_1 ? minus(value.toExponential(2)) : significant(value);
}

function significant(value: number): string {
  return minus(String(Number(value.toPrecision(4))));
}

/** The same, with as many decimals as its size asks for, so that a changing value does not change its width: 21.30. */
export function steady(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 10_000 || (size !== 0 && size < 0.01)) {
    return quantity(value);
  }
  return minus(value.toFixed(size >= 1_000 ? 0 : size >= 100 ? 1 : 2));
}

export function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : value < 0 ? count(value) : '±0';
}

/** 0.2 s, 12 s, 4 min, 3 h, 2 d. */
export function age(ms: number): string {
  const s = Math.max(0, ms) / 1_000;
  if (s < 1) {
    return `${s.toFixed(1)}${THIN}s`;
  }
  if (s < 60) {
    return `${Math.floor(s)}${THIN}s`;
  }
  if (s < 3_600) {
    return `${Math.floor(s / 60)}${THIN}min`;
  }
  return s < 86_400 ? `${Math.floor(s / 3_600)}${THIN}h` : `${Math.floor(s / 86_400)}${THIN}d`;
}

/** A short duration: 3.4 ms, 250 ms, 1.2 s. */
export function duration(ms: number): string {
  if (ms < 1_000) {
    return `${ms < 10 ? quantity(Number(ms.toFixed(1))) : Math.round(ms)}${THIN}ms`;
  }
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)}${THIN}s` : age(ms);
}

export function bytes(value: number): string {
  return value < 10_000 ? `${count(value)}${THIN}B` : `${quantity(value / 1_000)}${THIN}kB`;
}

const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** hh:mm:ss in the browser's time zone. */
export function timeOfDay(at: number): string {
  return clockTime.format(at);
}

/** 2025-06-01 14:03:22.123 UTC+2, for titles. */
export function instant(at: number): string {
  return `${day.format(at)} ${clockTime.format(at)}.${String(((at % 1_000) + 1_000) % 1_000).padStart(3, '0')} ${zone(at)}`;
}

/** UTC, UTC+2, UTC−3:30. */
export function zone(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) {
    return 'UTC';
  }
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? MINUS : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

function minus(text: string): string {
  return text.replaceAll('-', MINUS);
}
