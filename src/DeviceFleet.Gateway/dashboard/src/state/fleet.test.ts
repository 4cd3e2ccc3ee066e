import { describe, expect, test } from 'vitest';
import { decodeSnapshot, decodeUpdates } from '../wire/decode';
import { rawRow, rawSnapshot, rawUpdates } from '../wire/samples';
import { REJECTIONS_MAX, emptyFleet, foldFleet, type FleetEvent } from './fleet';
import { ingestSum, presenceSum, sum } from './sums';

function snapshot(sequence: number, rows: readonly unknown[], over = {}): FleetEvent {
  const decoded = decodeSnapshot(rawSnapshot(sequence, rows, over));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

function updates(sequence: number, rows: readonly unknown[], over = {}): FleetEvent {
  const decoded = decodeUpdates(rawUpdates(sequence, rows, over));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

const refusal = (at: number) => ({ reason: 'malformed', detail: `no ${at}`, at, by: 'devices' });

describe('fleet', () => {
  test('a snapshot is the whole fleet', () => {
    const state = foldFleet(emptyFleet, [snapshot(1, [rawRow('a'), rawRow('b')])]);

    expect(state).toMatchObject({ sequence: 1, staleAfterMs: 30_000, counters: { total: 3 } });
    expect([...state.index]).toEqual([['a', 0], ['b', 1]]);
  });

  test('what came before a snapshot in the same fold is in it', () => {
    const state = foldFleet(emptyFleet, [snapshot(1, [rawRow('a')]), updates(2, [rawRow('z')]), snapshot(9, [rawRow('b')]), updates(10, [rawRow('c')])]);

    expect(state.rows.map((row) => row.id)).toEqual(['b', 'c']);
    expect(state.sequence).toBe(10);
  });

  test('updates replace rows in place, add new ones at the end, and leave the old state alone', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [rawRow('a'), rawRow('b')])]);
    const after = foldFleet(before, [updates(2, [rawRow('b', { revision: 2, presence: 'offline' }), rawRow('c')])]);

    expect(after.rows.map((row) => `${row.id} ${row.presence}`)).toEqual(['a online', 'b offline', 'c online']);
    expect(after.index.get('c')).toBe(2);
    expect(before.rows).toHaveLength(2);
    expect(before.index.has('c')).toBe(false);
  });

  test('the index stays the same object until devices come', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [rawRow('a')])]);

    expect(foldFleet(before, [updates(2, [rawRow('a', { revision: 2 })])]).index).toBe(before.index);
    expect(foldFleet(before, [snapshot(3, [rawRow('a', { revision: 3 })])]).index).toBe(before.index);
    expect(foldFleet(before, [snapshot(3, [rawRow('b')])]).index).not.toBe(before.index);
  });

  test('an older revision changes nothing', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [rawRow('a', { revision: 5 })])]);
    const after = foldFleet(before, [updates(2, [rawRow('a', { revision: 4, presence: 'offline' })])]);

    expect(after.rows[0]?.presence).toBe('online');
  });

  test('devices that are no more go, and those behind them move up', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [rawRow('a'), rawRow('b'), rawRow('c')])]);
    const after = foldFleet(before, [updates(2, [rawRow('c', { revision: 2, presence: 'offline' })], { removed: ['a', 'never'] })]);

    expect(after.rows.map((row) => `${row.id} ${row.presence}`)).toEqual(['b online', 'c offline']);
    expect([...after.index]).toEqual([['b', 0], ['c', 1]]);
    expect(before.index.has('a')).toBe(true);
    expect(foldFleet(after, [updates(3, [], { removed: ['a'] })]).index).toBe(after.index);
  });

  test('a device that comes again after it went is a new one, whatever its revision was', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [rawRow('a', { revision: 50 }), rawRow('b')])]);
    const after = foldFleet(before, [updates(2, [rawRow('a', { revision: 51 })]), updates(3, [], { removed: ['a'] }), updates(4, [rawRow('a', { revision: 1, presence: 'unknown' })])]);

    expect(after.rows.map((row) => `${row.id} ${row.presence} ${row.revision}`)).toEqual(['b online 1', 'a unknown 1']);
  });

  test('refusals are kept newest first, up to their bound', () => {
    const before = foldFleet(emptyFleet, [snapshot(1, [], { rejections: [refusal(2), refusal(1)] })]);
    const after = foldFleet(before, [updates(2, [], { rejections: [refusal(4), refusal(3)] })]);
    const many = foldFleet(after, Array.from({ length: 60 }, (_, i) => updates(i + 3, [], { rejections: [refusal(i + 5)] })));

    expect(after.rejections.map((r) => r.at)).toEqual([4, 3, 2, 1]);
    expect(many.rejections).toHaveLength(REJECTIONS_MAX);
    expect(many.rejections[0]?.at).toBe(64);
  });

  test('sums say what is off', () => {
    const { counters } = foldFleet(emptyFleet, [snapshot(1, [])]);

    expect(presenceSum(counters).off).toBe(0);
    expect(ingestSum(counters).off).toBe(0);
    expect(sum(10, [4, 5]).off).toBe(1);
  });
});
