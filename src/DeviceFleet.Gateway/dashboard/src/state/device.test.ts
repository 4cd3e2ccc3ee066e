import { describe, expect, test } from 'vitest';
import { decodeDeviceSamples, decodeDeviceSnapshot } from '../wire/decode';
import type { WireEvent } from '../wire/events';
import { rawRow } from '../wire/samples';
import { emptyFleet } from './fleet';
import { SAMPLES_MAX, foldDevice, merge, type DeviceState } from './device';

const points = (...times: number[]) => times.map((ts) => ({ ts, metrics: { t: ts } }));

function snapshot(times: number[], over = {}): WireEvent {
  const decoded = decodeDeviceSnapshot({ view: { ...rawRow('a'), deviceId: 'a', connects: 1, presenceSince: 900, ...over }, recent: points(...times) });
  if (!decoded.ok) throw new Error('refused');
  return { kind: 'device-snapshot', snapshot: decoded.value };
}

function samples(times: number[], row: unknown = rawRow('a', { revision: 2 })): WireEvent {
  const decoded = decodeDeviceSamples({ id: 'a', row, samples: points(...times) });
  if (!decoded.ok) throw new Error('refused');
  return { kind: 'device-samples', ...decoded.value };
}

const loading: DeviceState = { kind: 'loading', id: 'a' };
const shown = (state: DeviceState) => (state.kind === 'shown' ? state : expect.unreachable(`state is ${state.kind}`));

describe('device', () => {
  test('samples follow the snapshot without doubles', () => {
    const state = shown(foldDevice(loading, [snapshot([1, 2, 3]), samples([3, 4])]));

    expect(state.samples.map((p) => p.ts)).toEqual([1, 2, 3, 4]);
  });

  test('a snapshot after a lost connection closes the gap and keeps what was known', () => {
    const state = shown(foldDevice(loading, [snapshot([1, 2]), samples([3]), snapshot([3, 4, 5])]));

    expect(state.samples.map((p) => p.ts)).toEqual([1, 2, 3, 4, 5]);
  });

  test('a row carries the view on: presence, totals, connects', () => {
    const offline = shown(foldDevice(loading, [snapshot([]), samples([], rawRow('a', { revision: 2, presence: 'offline', lastSeen: 950 }))]));
    const online = shown(foldDevice(offline, [samples([], rawRow('a', { revision: 3, lastSeen: 980 }))]));

    expect(offline.view).toMatchObject({ presence: 'offline', presenceSince: 950, connects: 1 });
    expect(online.view).toMatchObject({ presence: 'online', presenceSince: 980, connects: 2 });
  });

  test('silence is part of a session: stale and back is no new connect', () => {
    const stale = shown(foldDevice(loading, [snapshot([], { sessions: { disconnects: 1, since: 800, onlineMs: 50, isFlapping: false } }), samples([], rawRow('a', { revision: 2, presence: 'stale', lastSeen: 950 }))]));
    const back = shown(foldDevice(stale, [samples([], rawRow('a', { revision: 3, lastSeen: 980 }))]));
    const gone = shown(foldDevice(back, [samples([], rawRow('a', { revision: 4, presence: 'offline', lastSeen: 1_000 }))]));

    expect(back.view).toMatchObject({ connects: 1, sessions: { since: 800, disconnects: 1 } });
    expect(gone.view.sessions).toEqual({ since: null, disconnects: 2, onlineMs: 250, isFlapping: false });
  });

  test('a row carries on what it says of type, group, alarms and twin', () => {
    const row = rawRow('a', { revision: 2, type: 'pump', group: 'oslo', alarms: 1, severity: 'info', pendingSince: 7, openCommands: 3 });
    const { view } = shown(foldDevice(loading, [snapshot([], { alarms: { active: 4, unacknowledged: 4, severity: 'critical' } }), samples([], row)]));

    expect(view).toMatchObject({ type: 'pump', group: 'oslo', openCommands: 3, twin: { pendingSince: 7 }, alarms: { active: 1, unacknowledged: 1, severity: 'info' } });
  });

  test('an older row changes nothing but the samples', () => {
    const state = shown(foldDevice(loading, [snapshot([], { revision: 9 }), samples([5], rawRow('a', { revision: 8, presence: 'offline' }))]));

    expect(state.view.presence).toBe('online');
    expect(state.samples).toHaveLength(1);
  });

  test('events of other devices change nothing', () => {
    const other: WireEvent = { kind: 'device-unavailable', id: 'b', reason: 'not-found', detail: '' };

    expect(foldDevice(loading, [other])).toBe(loading);
    expect(foldDevice({ kind: 'loading', id: 'b' }, [snapshot([1])])).toEqual({ kind: 'loading', id: 'b' });
  });

  test('a device that was removed says so, whatever still comes of it, until it is there again', () => {
    const gone: WireEvent = { kind: 'updates', sequence: 9, asOf: 77, counters: emptyFleet.counters, devices: [], removed: ['b', 'a'], rejections: [] };
    const removed = foldDevice(loading, [snapshot([1]), gone, samples([5]), { kind: 'device-unavailable', id: 'a', reason: 'not-found', detail: '' }]);

    expect(removed).toEqual({ kind: 'removed', id: 'a', at: 77 });
    expect(foldDevice(removed, [snapshot([9])]).kind).toBe('shown');
  });

  test('late samples are put in their place, and the bound holds', () => {
    expect(merge(points(1, 2, 5), points(3, 4)).map((p) => p.ts)).toEqual([1, 2, 3, 4, 5]);
    expect(merge(points(1), points(9, 7, 8)).map((p) => p.ts)).toEqual([1, 7, 8, 9]);
    expect(merge([], points(...Array.from({ length: SAMPLES_MAX + 10 }, (_, i) => i)))).toHaveLength(SAMPLES_MAX);
  });
});
