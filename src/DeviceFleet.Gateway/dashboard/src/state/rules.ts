// Rules in words, and the lines they draw in a chart of their metric.
import type { Condition, Rule } from '../wire/rules';
import { quantity, THIN } from './format';
import { spanText } from './timeSpan';
import { guessedUnits, type Units } from './units';

const OP_WORDS = { '>': '>', '>=': '≥', '<': '<', '<=': '≤', '==': '=', '!=': '≠' } as const;

/** "temperature > 80 °C for 10 min" */
export function conditionWords(condition: Condition, units: Units = guessedUnits): string {
  const metric = condition.metric ?? 'any metric';
  const unit = condition.metric === null ? '' : units(condition.metric);
  const value = (n: number | null) => (n === null ? '?' : `${quantity(n)}${unit === '' ? '' : THIN + unit}`);
  const op = condition.op === null ? '?' : OP_WORDS[condition.op];
  const holds = condition.for === null ? '' : ` for ${spanText(condition.for)}`;
  const repeats = condition.count === null ? '' : `, ${condition.count} samples${condition.within === null ? '' : ` within ${spanText(condition.within)}`}`;
  switch (condition.kind) {
    case 'threshold':
      return `${metric} ${op} ${value(condition.value)}${holds}${repeats}`;
    case 'range':
      return `${metric} ${outside(condition, value)}${holds}${repeats}`;
    case 'rate':
      return `${metric} changes by ${op} ${value(condition.value)} a second${holds}${repeats}`;
    case 'absence':
      return `no ${condition.metric === null ? 'sample' : `sample with ${metric}`}${holds}`;
  }
}

function outside(condition: Condition, value: (n: number | null) => string): string {
  return condition.low === null ? `above ${value(condition.high)}` : condition.high === null ? `below ${value(condition.low)}` : `outside ${value(condition.low)} to ${value(condition.high)}`;
}

/** How it ends. */
export function clearWords(rule: Rule, units: Units = guessedUnits): string {
  if (rule.when.kind === 'absence') {
    return 'clears with the next such sample';
  }
  if (rule.clear !== null) {
    return `clears when ${conditionWords(rule.clear, units)}`;
  }
  const unit = rule.when.metric === null ? '' : units(rule.when.metric);
  return rule.hysteresis === null ? 'clears when that is no longer so' : `clears once it is back by ${quantity(rule.hysteresis)}${unit === '' ? '' : THIN + unit}`;
}

export function scopeWords(rule: Rule): string {
  const scope = rule.scope;
  if (scope === null || (scope.types.length === 0 && scope.groups.length === 0 && Object.keys(scope.tags).length === 0)) {
    return 'all devices';
  }
  const type = scope.types.length === 0 ? '' : ` of type ${scope.types.join(' or ')}`;
  const group = scope.groups.length === 0 ? '' : ` in ${scope.groups.join(' or ')}`;
  const tags = Object.entries(scope.tags).map(([name, value]) => `${name} = ${value}`);
  return `devices${type}${group}${tags.length === 0 ? '' : ` with ${tags.join(' and ')}`}`;
}

export interface RuleLine {
  readonly value: number;
  readonly of: 'raise' | 'clear';
}

/** Horizontal lines in a chart of the rule's metric. A rate has none: it is about the slope. */
export function linesOf(rule: Rule): readonly RuleLine[] {
  const raise = levels(rule.when);
  const back = rule.hysteresis;
  const clear = rule.clear !== null && rule.clear.metric === rule.when.metric ? levels(rule.clear) : back === null ? [] : backed(rule.when, back);
  return [...raise.map((value): RuleLine => ({ value, of: 'raise' })), ...clear.map((value): RuleLine => ({ value, of: 'clear' }))];
}

function levels(condition: Condition): readonly number[] {
  const all = condition.kind === 'threshold' ? [condition.value] : condition.kind === 'range' ? [condition.low, condition.high] : [];
  return all.filter((value) => value !== null);
}

function backed(when: Condition, hysteresis: number): readonly number[] {
  if (when.kind === 'range') {
    return [...(when.low === null ? [] : [when.low + hysteresis]), ...(when.high === null ? [] : [when.high - hysteresis])];
  }
  return when.kind !== 'threshold' || when.value === null ? [] : when.op === '>' || when.op === '>=' ? [when.value - hysteresis] : when.op === '<' || when.op === '<=' ? [when.value + hysteresis] : [];
}
