import { describe, expect, test } from 'vitest';
import { decodeTwin } from '../wire/twin';
import { pendingLeaves, twinLines } from './twin';

function twin(desired: unknown, reported: unknown, delta: unknown) {
  const writers = { '/interval': { version: 3, at: 5, by: 'ann' } };
  const decoded = decodeTwin({ deviceId: 'a', revision: 1, desired: { version: 3, value: desired, writers }, reported: { version: 5, value: reported, writers: {} }, delta });
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

const shown = (desired: unknown, reported: unknown, delta: unknown) => twinLines(twin(desired, reported, delta)).map((l) => `${'  '.repeat(l.depth)}${l.name} ${JSON.stringify(l.desired)} ${l.state} ${JSON.stringify(l.reported)}`);

describe('twin', () => {
  test('both documents stand side by side, key by key', () => {
    expect(shown({ interval: 10, limits: { high: 80, low: 5 } }, { interval: 5, limits: { high: 80 }, rssi: -60 }, { interval: 10, limits: { low: 5 } })).toEqual([
      'interval 10 pending 5',
      'limits undefined above undefined',
      '  high 80 same 80',
      '  low 5 pending undefined',
      'rssi undefined own -60',
    ]);
  });

  test('an object against a value shows the value, and its members below', () => {
    expect(shown({ mode: { fast: true } }, { mode: 'slow' }, { mode: { fast: true } })).toEqual(['mode undefined above "slow"', '  fast true pending undefined']);
    expect(shown({ mode: 'slow' }, { mode: { fast: true } }, { mode: 'slow' })).toEqual(['mode "slow" above undefined', '  fast undefined own true']);
  });

  test('lists and empty objects are values', () => {
    expect(shown({ a: [1], b: {} }, { a: [1, 2], b: {} }, { a: [1] })).toEqual(['a [1] pending [1,2]', 'b {} same {}']);
  });

  test('a falsy value that is pending is pending', () => {
    expect(shown({ on: false }, { on: true }, { on: false })).toEqual(['on false pending true']);
    expect(pendingLeaves(twin({ on: false, x: { y: 0 } }, {}, { on: false, x: { y: 0 } }))).toBe(2);
  });

  test('the last writer stands with its line', () => {
    expect(twinLines(twin({ interval: 1 }, { interval: 1 }, {}))[0]?.desiredBy).toEqual({ version: 3, at: 5, by: 'ann' });
  });
});
