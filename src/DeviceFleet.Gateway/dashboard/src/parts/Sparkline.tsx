import type { Ring } from '../state/history';

interface Props {
  readonly ring: Ring;
  readonly width: number;
  readonly height: number;
  /** Lowest value of the axis, where the lowest seen would mislead. */
  readonly floor?: number;
  /** Stretches with its box instead of keeping `width`. */
  readonly fluid?: boolean;
}

/** A line of the recent past without axes: the shape only. The latest value is told beside it, so it is hidden from screen readers. */
export function Sparkline({ ring, width, height, floor, fluid = false }: Props) {
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      {...(fluid ? { preserveAspectRatio: 'none' } : { width })}
      aria-hidden="true"
    >
      <path d={sparkPath(ring, width, height, floor)} />
    </svg>
  );
}

/** Fewer points are no shape yet. */
const POINTS_MIN = 4;

/** Right-aligned: the newest point is at the right edge and a full ring reaches the left one. Neighbouring points in one pixel become one. */
export function sparkPath(ring: Ring, width: number, height: number, floor?: number): string {
  const n = ring.length;
  let low = floor ?? Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = ring.at(i);
    if (!Number.isNaN(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (n < POINTS_MIN || high < low) {
    return '';
  }
  const span = high - low;
  const step = width / Math.max(1, Math.min(ring.capacity, Math.max(n, 20)) - 1);
  const stride = Math.max(1, Math.floor(1 / step));
  let path = '';
  let pen = 'M';
  for (let i = (n - 1) % stride; i < n; i += stride) {
    const value = ring.at(i);
    if (Number.isNaN(value)) {
      pen = 'M';
      continue;
    }
    const x = width - (n - 1 - i) * step;
    const y = span === 0 ? height / 2 : height - 1 - ((value - low) / span) * (height - 2);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  }
  return path;
}
