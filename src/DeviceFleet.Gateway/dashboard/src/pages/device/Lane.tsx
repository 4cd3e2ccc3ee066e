import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useStore } from '../../app/context';
import { quantity, timeOfDay } from '../../state/format';
import { metricLabel } from '../../state/units';

const LANE_HEIGHT = 104;
const TIME_AXIS_HEIGHT = 24;
const Y_AXIS_WIDTH = 58;
/** Half the width of a label of the time axis, and the padding. */
const EDGE = 38;

interface Props {
  readonly metric: string;
  readonly unit: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Unix seconds. */
  readonly axis: readonly [number, number];
  readonly newest: number | undefined;
  /** The lowest lane bears the time axis. */
  readonly last: boolean;
}

export function Lane({ metric, unit, times, values, axis, newest, last }: Props) {
  const store = useStore();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const at = useSignal<number | null>(null);
  const axisNow = useRef(axis);
  axisNow.current = axis;
  const { name } = metricLabel(metric);
  const theme = store.preferences.theme.value;
  const live = store.isLive.value;

  useEffect(() => {
    const element = host.current!;
    const made = new uPlot(options(element.clientWidth, last, live, () => axisNow.current, (index) => (at.value = index)), data(times, values), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightOf(last) }));
    observer.observe(element);
    const media = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => made.redraw(false, true);
    media.addEventListener('change', redraw);
    return () => {
      observer.disconnect();
      media.removeEventListener('change', redraw);
      made.destroy();
    };
  }, [last, theme, live]);

  useEffect(() => plot.current?.setData(data(times, values), true), [times, values, axis[0], axis[1]]);

  const index = at.value;
  const pointed = index === null ? undefined : values[index];
  const time = index === null ? undefined : times[index];
  const shown = pointed === undefined || pointed === null ? newest : pointed;
  return (
    <div class="lane">
      <div class="lane-head">
        <span class="name" title={metric}>{name}</span>
        <span class="unit">{unit}</span>
        <span class="readout">
          {pointed !== undefined && pointed !== null && time !== undefined && <span class="at">{timeOfDay(time * 1_000)}{'  '}</span>}
          {shown === undefined ? '–' : quantity(shown)} <span class="unit">{unit}</span>
        </span>
      </div>
      <div ref={host} role="img" aria-label={`${name} over time${newest === undefined ? '' : `, now ${quantity(newest)} ${unit}`}`} />
    </div>
  );
}

function heightOf(last: boolean): number {
  return LANE_HEIGHT + (last ? TIME_AXIS_HEIGHT : 0);
}

function data(times: readonly number[], values: readonly (number | null)[]): uPlot.AlignedData {
  return [times as number[], values as (number | null)[]];
}

function options(width: number, last: boolean, live: boolean, axis: () => readonly [number, number], onPoint: (index: number | null) => void): uPlot.Options {
  const token = (name: string) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = '11px system-ui, "Liberation Sans", sans-serif';
  const grid = { stroke: token('--line'), width: 1 };
  return {
    width,
    height: heightOf(last),
    padding: [6, 12, last ? 0 : 6, 0],
    legend: { show: false },
    cursor: { sync: { key: 'device' }, y: false, drag: { setScale: false }, points: { size: 6, width: 1.5 } },
    hooks: { setCursor: [(u) => onPoint(u.cursor.idx ?? null)] },
    scales: { x: { range: () => [...axis()] as [number, number] }, y: { range: (_, min, max) => padded(min, max) } },
    axes: [
      {
        show: true,
        size: last ? TIME_AXIS_HEIGHT : 0,
        font,
        stroke: token('--text-2'),
        grid,
        ticks: { show: last, stroke: token('--line'), width: 1, size: 4 },
        gap: 4,
        space: 90,
        // A label that the edge would cut is left out.
        values: (u, splits) => (last ? splits.map((s) => (u.valToPos(s, 'x') > u.width - Y_AXIS_WIDTH - EDGE ? '' : label(s, splits))) : []),
      },
      { size: Y_AXIS_WIDTH, font, stroke: token('--text-2'), grid, ticks: { show: false }, gap: 8, space: 30, values: (_, splits) => splits.map(quantity) },
    ],
    series: [{}, { stroke: token(live ? '--accent' : '--off'), width: 1.25, spanGaps: false, points: { show: (u, _, first, end) => end - first < Math.min(40, u.width / 24), size: 4 } }],
  };
}

function label(at: number, splits: readonly number[]): string {
  const text = timeOfDay(at * 1_000);
  return (splits[1] ?? 0) - (splits[0] ?? 0) >= 60 ? text.slice(0, 5) : text;
}

/** Some air above and below; a flat line stands in the middle. */
function padded(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) {
    return [0, 1];
  }
  const air = max === min ? Math.max(1e-9, Math.abs(max) * 0.05, 0.5) : (max - min) * 0.12;
  return [min - air, max + air];
}
