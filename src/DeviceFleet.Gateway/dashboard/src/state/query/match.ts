import type { DeviceRow } from '../../wire/contract';
import { isIn } from '../groups';
import { stateOf } from '../presence';
import { compareVersions } from '../versions';
import type { CompareOp } from './lex';
import type { Query } from './parse';

export interface MatchContext {
  /** Server time, Unix ms. */
  readonly now: number;
  /** Null: the rows say themselves which are stale. */
  readonly staleAfterMs: number | null;
}

export function matches(query: Query, row: DeviceRow, context: MatchContext): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return matches(query.left, row, context) && matches(query.right, row, context);
    case 'or':
      return matches(query.left, row, context) || matches(query.right, row, context);
    case 'not':
      return !matches(query.of, row, context);
    case 'state':
      return stateOf(row, context.now, context.staleAfterMs) === query.state;
    case 'text':
      return row.id.toLowerCase().includes(query.text);
    case 'type':
      return row.type?.toLowerCase() === query.text;
    case 'group':
      return isIn(row.group?.toLowerCase() ?? null, query.path);
    case 'tag':
      return hasTag(row, query.name, query.value);
    case 'firmware':
      return row.firmware !== null && compare(compareVersions(row.firmware, query.version), query.op, 0);
    case 'alarm':
      return query.severity === 'any' ? row.alarms > 0 : row.severity === query.severity;
    case 'flag':
      return query.flag === 'flapping' ? row.isFlapping : row.pendingSince !== null;
    case 'age':
      return row.lastSeen !== null && compare(context.now - row.lastSeen, query.op, query.ms);
    case 'metric': {
      const value = metricNamed(row, query.name);
      return value !== undefined && compare(value, query.op, query.value);
    }
  }
}

function hasTag(row: DeviceRow, name: string, value: string | null): boolean {
  for (const tag in row.tags) {
    if (tag.toLowerCase() === name && (value === null || row.tags[tag]?.toLowerCase() === value)) {
      return true;
    }
  }
  return false;
}

/** The metric of that name; else the first whose name begins so: `temp>80` finds `temperature`. */
function metricNamed(row: DeviceRow, name: string): number | undefined {
  let beginning: number | undefined;
  for (const metric in row.metrics) {
    const lower = metric.toLowerCase();
    if (lower === name) {
      return row.metrics[metric];
    }
    if (beginning === undefined && lower.startsWith(name)) {
      beginning = row.metrics[metric];
    }
  }
  return beginning;
}

function compare(left: number, op: CompareOp, right: number): boolean {
  switch (op) {
    case '<': return left < right;
    case '<=': return left <= right;
    case '>': return left > right;
    case '>=': return left >= right;
    case '=': return left === right;
    case '!=': return left !== right;
  }
}
