import type { DeviceRow } from '../../wire/contract';
import { stateOf } from '../presence';
import type { CompareOp } from './lex';
import type { Query } from './parse';

export interface MatchContext {
  /** Server time, Unix ms. */
  readonly now: number;
  readonly staleAfterMs: number;
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
    case 'age':
      return row.lastSeen !== null && compare(context.now - row.lastSeen, query.op, query.ms);
    case 'metric': {
      const value = metricNamed(row, query.name);
      return value !== undefined && compare(value, query.op, query.value);
    }
  }
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
