import { describe, expect, test } from 'vitest';
import { decodeUpdates } from '../wire/decode';
import { rawRow, rawUpdates } from '../wire/samples';
import { decodeRegistration } from '../wire/twin';
import { average, hierarchy, isIn, rollups } from './groups';
import { sections } from './grid';
import { draftOf, patchOf } from './registration';

function rowsOf(...rows: unknown[]) {
  const decoded = decodeUpdates(rawUpdates(1, rows));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value.devices;
}

const rows = rowsOf(
  rawRow('a', { group: 'oslo/line-1', metrics: { t: 10 }, alarms: 1, severity: 'critical' }),
  rawRow('b', { group: 'oslo/line-10', metrics: { t: 30 }, presence: 'stale' }),
  rawRow('c', { group: 'oslo', metrics: {}, presence: 'offline', alarms: 2, severity: 'info' }),
  rawRow('d', { group: 'bergen/line-2/cell-1', metrics: { t: 1 }, presence: 'unknown' }),
  rawRow('e'),
);

describe('groups', () => {
  test('the hierarchy has every group above one that is named, in the order of the tree', () => {
    expect(hierarchy(['oslo/line-10', 'oslo/line-2', 'oslo-b', 'bergen/line-2/cell-1']).map((n) => `${'  '.repeat(n.depth)}${n.name}${n.hasBelow ? '…' : ''}`)).toEqual([
      'bergen…', '  line-2…', '    cell-1', 'oslo…', '  line-2', '  line-10', 'oslo-b',
    ]);
  });

  test('a device counts in its group and in all above, and the states add up', () => {
    const counted = rollups(rows, 't', 1_000_000, null);
    expect(counted.get('oslo')).toEqual({ devices: 3, online: 1, stale: 1, offline: 1, unknown: 0, alarming: 2, critical: 1, metrics: { t: { count: 2, min: 10, max: 30, sum: 40 } } });
    expect(average(counted.get('oslo')!.metrics['t']!)).toBe(20);
    expect([...counted.keys()].sort()).toEqual(['bergen', 'bergen/line-2', 'bergen/line-2/cell-1', 'oslo', 'oslo/line-1', 'oslo/line-10']);
    for (const rollup of counted.values()) {
      expect(rollup.online + rollup.stale + rollup.offline + rollup.unknown).toBe(rollup.devices);
    }
  });

  test('in a group is in it or below, not beside it', () => {
    expect(['oslo', 'oslo/line-1', 'oslo-b', null].map((group) => isIn(group, 'oslo'))).toEqual([true, true, false, false]);
  });

  test('the grid has a band for each site, and one for the rest', () => {
    expect(sections(rows, [0, 1, 2, 3, 4])).toEqual([{ site: 'bergen', places: [3] }, { site: 'oslo', places: [0, 1, 2] }, { site: null, places: [4] }]);
    expect(sections(rowsOf(rawRow('x')), [0])).toEqual([{ site: null, places: [0] }]);
  });
});

describe('registration', () => {
  const decoded = decodeRegistration({ version: 4, type: 'pump', group: 'oslo/line-2', tags: { hall: '3', old: 'x' } });
  const registration = decoded.ok ? decoded.value : expect.unreachable('refused');

  test('a form that was not touched changes nothing', () => {
    expect(draftOf(registration)).toEqual({ type: 'pump', group: 'oslo/line-2', tags: 'hall = 3\nold = x' });
    expect(patchOf(draftOf(registration), registration)).toEqual({ ok: true, patch: {} });
  });

  test('only what differs is sent, and null removes', () => {
    expect(patchOf({ type: '', group: 'oslo/line-2', tags: 'hall = 4\nnew = a = b' }, registration)).toEqual({ ok: true, patch: { type: null, tags: { hall: '4', old: null, new: 'a = b' } } });
  });

  test('all faults are told together', () => {
    const read = patchOf({ type: 'a b', group: '/oslo', tags: 'hall' }, registration);
    expect(Object.keys(read.ok ? {} : read.faults)).toEqual(['type', 'group', 'tags']);
    const twice = patchOf({ type: '', group: '', tags: 'a = 1\na = 2' }, registration);
    expect(twice.ok ? '' : twice.faults.tags).toBe('Line 2: a is there twice');
  });
});
