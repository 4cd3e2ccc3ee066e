import { describe, expect, test } from 'vitest';
import { decodeDeviceSamples, decodeDeviceSnapshot, decodeSession, decodeSnapshot, decodeUpdates } from './decode';
import { rawCounters, rawRow, rawSnapshot, rawUpdates } from './samples';

describe('decode', () => {
  test('a snapshot comes through whole, members that were left out as null', () => {
    const decoded = decodeSnapshot(rawSnapshot(7, [rawRow('a', { lastSeen: undefined })]));

    expect(decoded.faults).toEqual([]);
    if (!decoded.ok) throw new Error('refused');
    expect(decoded.value).toMatchObject({ kind: 'snapshot', sequence: 7, staleAfterMs: 30_000, counters: { received: 10, lagMs: null } });
    expect(decoded.value.devices[0]).toMatchObject({ id: 'a', lastSeen: null, lastRejection: null, metrics: { temperature: 21.5 } });
  });

  test('a spoiled row costs only itself and is counted', () => {
    const decoded = decodeUpdates(rawUpdates(8, [rawRow('a'), rawRow('b', { presence: 'asleep' }), 'c', rawRow('d', { metrics: { t: '9' } })]));

    if (!decoded.ok) throw new Error('refused');
    expect(decoded.value.devices.map((row) => row.id)).toEqual(['a']);
    expect(decoded.faults).toEqual([
      'devices[1]: DeviceUpdates.presence is unknown: "asleep"',
      'devices[2]: DeviceUpdates is no object',
      'devices[3]: DeviceUpdates.metrics.t is no number',
    ]);
  });

  test.each([
    ['no object', null, 'DeviceUpdates is no object'],
    ['a list', [], 'DeviceUpdates is no object'],
    ['no sequence', { ...rawUpdates(1), sequence: undefined }, 'DeviceUpdates.sequence is missing'],
    ['a sequence as text', { ...rawUpdates(1), sequence: '1' }, 'DeviceUpdates.sequence is no number'],
    ['a counter missing', { ...rawUpdates(1), counters: { ...rawCounters(), stale: undefined } }, 'DeviceUpdates.counters.stale is missing'],
    ['devices that are no list', { ...rawUpdates(1), devices: {} }, 'DeviceUpdates.devices is no list'],
  ])('a message with %s is refused with its fault', (_, json, fault) => {
    expect(decodeUpdates(json)).toEqual({ ok: false, faults: [fault] });
  });

  test('members that are not known are ignored', () => {
    expect(decodeUpdates({ ...rawUpdates(1), extra: [1] }).ok).toBe(true);
  });

  test('a rejection needs no device and no topic', () => {
    const decoded = decodeUpdates(rawUpdates(1, [], { rejections: [{ reason: 'bad-credentials', detail: 'no such user', at: 5, by: 'broker' }] }));

    if (!decoded.ok) throw new Error('refused');
    expect(decoded.value.rejections).toEqual([
      { reason: 'bad-credentials', detail: 'no such user', deviceId: null, topic: null, payloadBytes: 0, at: 5, by: 'broker' },
    ]);
  });

  test('a device snapshot and samples come through', () => {
    const view = { ...rawRow('a'), id: undefined, deviceId: 'a', connects: 2 };
    const snapshot = decodeDeviceSnapshot({ view, recent: [{ ts: 1, metrics: { t: 2 } }] });
    const samples = decodeDeviceSamples({ id: 'a', row: rawRow('a'), samples: [{ ts: 3, metrics: {} }, { ts: 'x', metrics: {} }] });

    expect(snapshot).toMatchObject({ ok: true, value: { view: { deviceId: 'a', connects: 2, boot: null }, recent: [{ ts: 1, metrics: { t: 2 } }] } });
    expect(samples).toMatchObject({ ok: true, value: { id: 'a', samples: [{ ts: 3 }] }, faults: ['samples[1]: DeviceSamples.ts is no number'] });
  });

  test.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['soon', null],
    [undefined, null],
  ])('a session that expires at %s', (expiresAt, expected) => {
    expect(decodeSession({ user: 'ada', role: 'viewer', expiresAt })).toEqual({ ok: true, value: { user: 'ada', role: 'viewer', expiresAt: expected }, faults: [] });
  });
});
