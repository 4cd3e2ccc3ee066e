import type { SortKey } from '../../state/rows';
import { metricLabel } from '../../state/units';

export interface Column {
  readonly key: SortKey;
  readonly title: string;
  readonly unit: string;
  readonly hint: string;
  /** Least width, CSS length. */
  readonly width: string;
  /** Share of the width that is left. */
  readonly grow: number;
  readonly number: boolean;
  /** What one looks for first is on top with the first click. */
  readonly descendingFirst: boolean;
  /** The metric shown; null: none. */
  readonly metric: string | null;
}

export function columnsFor(metrics: readonly string[]): readonly Column[] {
  return [
    { key: 'state', title: 'State', unit: '', hint: 'Online, stale, offline or unknown', width: 'var(--state-column)', grow: 0, number: false, descendingFirst: false, metric: null },
    { key: 'id', title: 'Device', unit: '', hint: 'Id of the device', width: '120px', grow: 1.4, number: false, descendingFirst: false, metric: null },
    ...metrics.map((metric): Column => {
      const { name, unit } = metricLabel(metric);
      return { key: `metric:${metric}`, title: name, unit, hint: `Newest value of ${metric}, and the last 40 seen by this page`, width: '136px', grow: 1, number: true, descendingFirst: true, metric };
    }),
    { key: 'seen', title: 'Last seen', unit: 'ago', hint: 'Time since the newest message', width: '104px', grow: 0, number: true, descendingFirst: true, metric: null },
    { key: 'received', title: 'Received', unit: '', hint: 'Samples that reached the device’s actor', width: '88px', grow: 0, number: true, descendingFirst: true, metric: null },
    { key: 'refused', title: 'Rejected', unit: '', hint: 'Of these, refused for age or content', width: '80px', grow: 0, number: true, descendingFirst: true, metric: null },
  ];
}

export function templateOf(columns: readonly Column[]): string {
  return columns.map(({ width, grow }) => (grow === 0 ? width : `minmax(${width}, ${grow}fr)`)).join(' ');
}

/** Below this width the table scrolls sideways. */
export function leastWidthOf(columns: readonly Column[]): string {
  const gaps = `${columns.length + 1} * var(--column-gap)`;
  return `calc(${columns.map((column) => column.width).join(' + ')} + ${gaps})`;
}
