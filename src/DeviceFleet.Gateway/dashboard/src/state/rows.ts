// Which rows the table shows, in which order. Works on places in FleetState.rows, so that 100,000 rows are sorted without moving one of them.
import { SEVERITIES, type DeviceRow } from '../wire/contract';
import { STATE_NAMES, stateOf } from './presence';
import { matches, type MatchContext } from './query/match';
import type { Query } from './query/parse';
import { compareVersions } from './versions';

const KEYS = ['id', 'state', 'type', 'group', 'firmware', 'alarms', 'seen', 'received', 'refused'] as const;
export type SortKey = (typeof KEYS)[number] | `metric:${string}`;

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export const defaultSort: Sort = { key: 'id', descending: false };

/** As in the URL: `id`, `-seen`, `metric:temperature`. */
export function parseSort(text: string): Sort | null {
  const descending = text.startsWith('-');
  const key = descending ? text.slice(1) : text;
  return (KEYS as readonly string[]).includes(key) || (key.startsWith('metric:') && key.length > 7)
    ? { key: key as SortKey, descending }
    : null;
}

export function formatSort(sort: Sort): string {
  return (sort.descending ? '-' : '') + sort.key;
}

export function select(rows: readonly DeviceRow[], query: Query, sort: Sort, context: MatchContext, idOrder: readonly number[]): readonly number[] {
  // Rows go through in the order of their ids, so that equal keys stay in that order: sorting is stable.
  const found = query.kind === 'all' ? idOrder.slice() : idOrder.filter((at) => matches(query, rows[at]!, context));
  if (sort.key === 'id') {
    return sort.descending ? found.reverse() : found;
  }
  const keys = new Float64Array(rows.length);
  const ranks = ranksOf(rows, found, sort.key);
  for (const at of found) {
    keys[at] = ranks === null ? keyOf(rows[at]!, sort.key, context) : (ranks.get(textOf(rows[at]!, sort.key)) ?? Number.NaN);
  }
  const sign = sort.descending ? -1 : 1;
  return found.sort((a, b) => {
    const left = keys[a]!;
    const right = keys[b]!;
    // What has no value stands last, whichever way it is sorted.
    return Number.isNaN(left) || Number.isNaN(right) ? Number(Number.isNaN(left)) - Number(Number.isNaN(right)) : sign * (left - right);
  });
}

/** Places in the order of ids, numbers in them by value: pump-2 before pump-10. Costly for many rows; cache it until devices come or go. */
export function orderOfIds(rows: readonly DeviceRow[]): readonly number[] {
  const keys = rows.map((row) => row.id.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0')));
  return rows.map((_, at) => at).sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b));
}

/** The place of each text in their order, so that texts sort as numbers do; null: the key is none of text. */
function ranksOf(rows: readonly DeviceRow[], found: readonly number[], key: SortKey): ReadonlyMap<string | null, number> | null {
  if (key !== 'type' && key !== 'group' && key !== 'firmware') {
    return null;
  }
  const texts = [...new Set(found.map((at) => textOf(rows[at]!, key)))].filter((text) => text !== null);
  texts.sort(key === 'firmware' ? compareVersions : (a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return new Map(texts.map((text, i) => [text, i]));
}

function textOf(row: DeviceRow, key: SortKey): string | null {
  return key === 'type' ? row.type : key === 'group' ? row.group : key === 'firmware' ? row.firmware : null;
}

function keyOf(row: DeviceRow, key: SortKey, context: MatchContext): number {
  switch (key) {
    case 'id':
      return 0;
    case 'state':
      return STATE_NAMES.indexOf(stateOf(row, context.now, context.staleAfterMs));
    case 'alarms':
      // The worst first, then the most; none is no value.
      return row.severity === null ? Number.NaN : (SEVERITIES.length - SEVERITIES.indexOf(row.severity)) * 1e6 + row.alarms;
    case 'type':
    case 'group':
    case 'firmware':
      return Number.NaN; // by rank
    case 'seen':
      return row.lastSeen ?? Number.NaN;
    case 'received':
      return row.totals.received;
    case 'refused':
      return row.totals.tooLate + row.totals.invalid;
    default:
      return row.metrics[key.slice('metric:'.length)] ?? Number.NaN;
  }
}

/** Metric columns: the names that most of a sample of rows have, at most `max`, in order of the alphabet. */
export function commonMetrics(rows: readonly DeviceRow[], max: number): readonly string[] {
  const counts = new Map<string, number>();
  const step = Math.max(1, Math.floor(rows.length / 500));
  for (let at = 0; at < rows.length; at += step) {
    for (const name in rows[at]!.metrics) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, max)
    .map(([name]) => name)
    .sort();
}
