import type { SortKey } from '../../state/rows';
import { metricLabel, type Units } from '../../state/units';

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

/** What the fleet has of that: a column without a value in any row is not offered. */
export interface ColumnsOf {
  readonly metrics: readonly string[];
  readonly type: boolean;
  readonly group: boolean;
  readonly firmware: boolean;
}

/** All that can be shown, in order. */
export function columnsFor({ metrics, type, group, firmware }: ColumnsOf, units: Units): readonly Column[] {
  const text = { unit: '', grow: 0, number: false, descendingFirst: false, metric: null } as const;
  const number = { ...text, number: true, descendingFirst: true } as const;
  return [
    { ...text, key: 'state', title: 'State', hint: 'Online, stale, offline or unknown', width: 'var(--state-column)' },
    { ...text, key: 'id', title: 'Device', hint: 'Id of the device', width: '120px', grow: 1.4 },
    { ...text, key: 'alarms', title: 'Alarms', hint: 'The worst alarm that is not cleared, and how many there are', width: '64px', descendingFirst: true },
    ...(type ? [{ ...text, key: 'type', title: 'Type', hint: 'What it is, as assigned or as it says itself', width: '72px', grow: 0.5 } as const] : []),
    ...(group ? [{ ...text, key: 'group', title: 'Group', hint: 'Where it is', width: '104px', grow: 0.8 } as const] : []),
    ...metrics.map((metric): Column => {
      const { name } = metricLabel(metric);
      const unit = units(metric);
      return { ...number, key: `metric:${metric}`, title: name, unit, hint: `Newest value of ${metric}, and the last 40 seen by this page`, width: '136px', grow: 1, metric };
    }),
    { ...number, key: 'seen', title: 'Last seen', unit: 'ago', hint: 'Time since the newest message', width: '96px' },
    ...(firmware ? [{ ...text, key: 'firmware', title: 'Firmware', hint: 'What it says of its firmware', width: '76px' } as const] : []),
    { ...number, key: 'received', title: 'Received', hint: 'Samples that reached the device’s actor', width: '88px' },
    { ...number, key: 'refused', title: 'Rejected', hint: 'Of these, refused for age or content', width: '72px' },
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
