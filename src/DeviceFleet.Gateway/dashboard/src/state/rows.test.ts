import { describe, expect, test } from 'vitest';
import { decodeUpdates } from '../wire/decode';
import { rawRow, rawUpdates } from '../wire/samples';
import { cells } from './grid';
import { commonMetrics, defaultSort, formatSort, orderOfIds, parseSort, select, type Sort } from './rows';

const NOW = 1_000_000;

function rowsOf(...rows: unknown[]) {
  const decoded = decodeUpdates(rawUpdates(1, rows));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value.devices;
}

const rows = rowsOf(
  rawRow('pump-10', { lastSeen: NOW - 5, metrics: { t: 3 } }),
  rawRow('pump-2', { lastSeen: NOW - 60_000, metrics: { t: 1, u: 1 } }),
  rawRow('Axle-1', { presence: 'offline', lastSeen: NOW - 9, metrics: {} }),
  rawRow('valve-1', { presence: 'unknown', lastSeen: undefined, metrics: { t: 1 } }),
);
const context = { now: NOW, staleAfterMs: 30_000 };

function order(sort: Sort): string[] {
  return select(rows, { kind: 'all' }, sort, context, orderOfIds(rows)).map((at) => rows[at]!.id);
}

describe('rows', () => {
  test('ids are ordered with numbers by value and without regard to case', () => {
    expect(order(defaultSort)).toEqual(['Axle-1', 'pump-2', 'pump-10', 'valve-1']);
    expect(order({ key: 'id', descending: true })).toEqual(['valve-1', 'pump-10', 'pump-2', 'Axle-1']);
  });

  test('what has no value stands last both ways, equal values in the order of ids', () => {
    expect(order({ key: 'metric:t', descending: false })).toEqual(['pump-2', 'valve-1', 'pump-10', 'Axle-1']);
    expect(order({ key: 'metric:t', descending: true })).toEqual(['pump-10', 'pump-2', 'valve-1', 'Axle-1']);
    expect(order({ key: 'seen', descending: true })).toEqual(['pump-10', 'Axle-1', 'pump-2', 'valve-1']);
  });

  test('states sort as online, stale, offline, unknown', () => {
    expect(order({ key: 'state', descending: false })).toEqual(['pump-10', 'pump-2', 'Axle-1', 'valve-1']);
  });

  test('type, group and firmware sort as people read them, the worst alarms first', () => {
    const named = rowsOf(
      rawRow('a', { type: 'valve', group: 'oslo/b', firmware: '2.10', alarms: 9, severity: 'warning' }),
      rawRow('b', { type: 'Pump', group: 'oslo/a', firmware: '2.9', alarms: 1, severity: 'critical' }),
      rawRow('c', { alarms: 0 }),
      rawRow('d', { type: 'pump', group: 'bergen', firmware: '2.1', alarms: 2, severity: 'warning' }),
    );
    const by = (key: Sort['key'], descending = false) => select(named, { kind: 'all' }, { key, descending }, context, orderOfIds(named)).map((at) => named[at]!.id).join('');
    expect(by('type')).toMatch(/^(bd|db)ac$/);
    expect(by('group')).toBe('dbac');
    expect(by('firmware')).toBe('dbac');
    expect(by('alarms', true)).toBe('badc');
  });

  test('a query keeps the order', () => {
    const found = select(rows, { kind: 'text', text: 'pump' }, defaultSort, context, orderOfIds(rows));
    expect(found.map((at) => rows[at]!.id)).toEqual(['pump-2', 'pump-10']);
  });

  test.each(['id', '-seen', 'group', '-alarms', 'firmware', 'metric:temperature', '-metric:a:b'])('sort %s survives the URL', (text) => {
    expect(formatSort(parseSort(text)!)).toBe(text);
  });

  test.each(['', 'size', 'metric:', '--id'])('sort %s is none', (text) => {
    expect(parseSort(text)).toBeNull();
  });

  test('metric columns are the most common names, by the alphabet', () => {
    expect(commonMetrics(rows, 1)).toEqual(['t']);
    expect(commonMetrics(rows, 5)).toEqual(['t', 'u']);
  });

  test('grid cells are one a device, or several with their counts', () => {
    const ids = orderOfIds(rows);
    expect(cells(rows, ids, NOW, 30_000, 10).map((c) => `${c.id} ${c.state}`)).toEqual(['Axle-1 offline', 'pump-2 stale', 'pump-10 online', 'valve-1 unknown']);
    expect(cells(rows, ids, NOW, 30_000, 2)).toEqual([
      { state: 'offline', id: 'Axle-1', devices: 2, counts: { online: 0, stale: 1, offline: 1, unknown: 0 }, alarming: 0, severity: null },
      { state: 'unknown', id: 'pump-10', devices: 2, counts: { online: 1, stale: 0, offline: 0, unknown: 1 }, alarming: 0, severity: null },
    ]);
  });

  test('100,000 rows are ordered and searched in well under a second', () => {
    const many = rowsOf(...Array.from({ length: 100_000 }, (_, i) => rawRow(`dev-${(i * 7_919) % 100_000}`, { metrics: { t: (i * 31) % 997 } })));
    const ids = orderOfIds(many);
    const started = performance.now();
    const found = select(many, { kind: 'metric', name: 't', op: '>', value: 100 }, { key: 'metric:t', descending: true }, context, ids);

    expect(found.length).toBeGreaterThan(80_000);
    expect(performance.now() - started).toBeLessThan(1_000); // measured about 60 ms; the bound is for a machine under load
  });
});
