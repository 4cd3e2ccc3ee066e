import { describe, expect, test } from 'vitest';
import type { Answer, Method } from './api';
import { RETRY_MS_MAX, retryDelayMs } from './backoff';
import type { WireEvent } from './events';
import { rawRow, rawSnapshot, rawUpdates } from './samples';
import { FleetStream, SNAPSHOT_GAP_MS_MIN, SNAPSHOT_WAIT_MS_MAX } from './stream';

const session: Answer = { kind: 'ok', json: { user: 'ada', role: 'viewer' } };

class FakeHub {
  readonly calls: string[] = [];
  readonly handlers = new Map<string, (json: unknown) => void>();
  close: () => void = () => undefined;
  startFails = false;
  device: unknown = new Error('no such method');

  start = () => (this.startFails ? Promise.reject(new Error('refused')) : Promise.resolve());
  stop = () => Promise.resolve();
  on = (method: string, handler: (json: unknown) => void) => void this.handlers.set(method, handler);
  onclose = (handler: () => void) => void (this.close = handler);
  invoke = (method: string, ...args: unknown[]) => {
    this.calls.push([method, ...args].join(' '));
    return method === 'WatchDevice' && this.device instanceof Error ? Promise.reject(this.device) : Promise.resolve(this.device);
  };
  send = (method: string, json: unknown) => this.handlers.get(method)?.(json);
}

/** Time that stands still until it is advanced. */
class FakeTimers {
  #now = 1_000_000;
  #due: { at: number; action: () => void }[] = [];

  now = () => this.#now;
  after = (ms: number, action: () => void) => {
    const entry = { at: this.#now + ms, action };
    this.#due.push(entry);
    return () => void (this.#due = this.#due.filter((e) => e !== entry));
  };
  async advance(ms: number) {
    this.#now += ms;
    const due = this.#due.filter((e) => e.at <= this.#now);
    this.#due = this.#due.filter((e) => e.at > this.#now);
    due.forEach((e) => e.action());
    await settle();
  }
}

/** All promises that can finish now have. */
const settle = () => new Promise<void>((done) => setImmediate(done));

function start(answers: Answer[] = []) {
  const events: WireEvent[] = [];
  const hubs: FakeHub[] = [];
  const timers = new FakeTimers();
  const paths: string[] = [];
  const prepare: ((hub: FakeHub) => void)[] = [];
  const ask = (_: Method, path: string) => {
    paths.push(path);
    return Promise.resolve(answers.shift() ?? session);
  };
  const stream = new FleetStream({
    emit: (event) => events.push(event),
    api: { ask },
    openHub: () => {
      const hub = new FakeHub();
      prepare.shift()?.(hub);
      hubs.push(hub);
      return hub;
    },
    timers,
    random: () => 0.5,
  });
  const links = () => events.filter((e) => e.kind === 'link').map((e) => e.link.kind);
  return { stream, events, hubs, timers, paths, prepare, links };
}

describe('stream', () => {
  test('connects, asks for the fleet, and is live with the snapshot', async () => {
    const t = start();
    t.stream.start();
    await settle();
    t.hubs[0]!.send('Snapshot', rawSnapshot(1, [rawRow('a')]));

    expect(t.hubs[0]!.calls).toEqual(['WatchFleet']);
    expect(t.links()).toEqual(['connecting', 'catching-up', 'live']);
    expect(t.events.map((e) => e.kind)).toEqual(['link', 'session', 'link', 'snapshot', 'link']);
  });

  test('a gap asks for a new snapshot, says how far behind it is, and is live again with it', async () => {
    const t = start();
    t.stream.start();
    await settle();
    t.hubs[0]!.send('Snapshot', rawSnapshot(1));
    await t.timers.advance(SNAPSHOT_GAP_MS_MIN);
    t.hubs[0]!.send('DeviceUpdates', rawUpdates(4));

    expect(t.hubs[0]!.calls).toEqual(['WatchFleet', 'WatchFleet']);
    expect(t.events.at(-1)).toEqual({ kind: 'link', link: { kind: 'catching-up', behind: 3 } });

    t.hubs[0]!.send('Snapshot', rawSnapshot(4));
    expect(t.events.at(-1)).toEqual({ kind: 'link', link: { kind: 'live' } });
  });

  test('gaps in quick succession ask no more than once a second', async () => {
    const t = start();
    t.stream.start();
    await settle();
    for (let n = 1; n < 10; n++) {
      t.hubs[0]!.send('Snapshot', rawSnapshot(n * 10));
      t.hubs[0]!.send('DeviceUpdates', rawUpdates(n * 10 + 5));
    }
    expect(t.hubs[0]!.calls).toHaveLength(1);

    await t.timers.advance(SNAPSHOT_GAP_MS_MIN);
    expect(t.hubs[0]!.calls).toHaveLength(2);
  });

  test('a snapshot that does not come is asked for again', async () => {
    const t = start();
    t.stream.start();
    await settle();
    await t.timers.advance(SNAPSHOT_WAIT_MS_MAX);

    expect(t.hubs[0]!.calls).toEqual(['WatchFleet', 'WatchFleet']);
  });

  test('an update that cannot be read is counted and shows as a gap', async () => {
    const t = start();
    t.stream.start();
    await settle();
    t.hubs[0]!.send('Snapshot', rawSnapshot(1));
    t.hubs[0]!.send('DeviceUpdates', { sequence: 2 });
    t.hubs[0]!.send('DeviceUpdates', rawUpdates(3));

    expect(t.events).toContainEqual({ kind: 'faults', faults: ['DeviceUpdates.asOf is missing'] });
    expect(t.links().at(-1)).toBe('catching-up');
  });

  test('a lost connection is tried again with growing waits, and watches what was watched', async () => {
    const t = start([session, session, { kind: 'failed', detail: 'unreachable' }]);
    const known = { view: { ...rawRow('pump-1'), deviceId: 'pump-1', connects: 1 }, recent: [] };
    t.prepare.push((hub) => (hub.device = known), (hub) => (hub.startFails = true), (hub) => (hub.device = known));
    t.stream.start();
    await settle();
    t.stream.watchDevice('pump-1');
    t.hubs[0]!.send('Snapshot', rawSnapshot(1));
    t.hubs[0]!.close();
    const since = t.timers.now();
    expect(t.events.at(-1)).toEqual({ kind: 'link', link: { kind: 'reconnecting', since, attempt: 1, retryAt: since + 500 } });

    await t.timers.advance(500); // the hub refuses
    expect(t.events.at(-1)).toMatchObject({ link: { attempt: 2, since, retryAt: t.timers.now() + 1_000 } });
    await t.timers.advance(1_000); // the session cannot be read
    expect(t.events.at(-1)).toMatchObject({ link: { attempt: 3, since, retryAt: t.timers.now() + 2_000 } });
    await t.timers.advance(2_000);
    expect(t.hubs[2]!.calls).toEqual(['WatchFleet', 'WatchDevice pump-1']);

    t.hubs[2]!.send('Snapshot', rawSnapshot(1));
    t.hubs[2]!.close();
    expect(t.events.at(-1)).toMatchObject({ link: { attempt: 1, retryAt: t.timers.now() + 500 } });
  });

  test('a session that has ended is not tried again', async () => {
    const t = start([{ kind: 'signed-out' }]);
    t.stream.start();
    await settle();
    await t.timers.advance(60_000);

    expect(t.links()).toEqual(['connecting', 'signed-out']);
    expect(t.hubs).toHaveLength(0);
  });

  test('a refusal says why', async () => {
    const t = start([{ kind: 'denied', detail: 'viewers only' }]);
    t.stream.start();
    await settle();

    expect(t.events.at(-1)).toEqual({ kind: 'link', link: { kind: 'denied', detail: 'viewers only' } });
  });

  test('a device that the hub does not tell of is asked for over REST', async () => {
    const t = start([session, { kind: 'not-found' }]);
    t.stream.start();
    await settle();
    t.stream.watchDevice('no/such');
    await settle();

    expect(t.paths).toEqual(['/api/session', '/api/devices/no%2Fsuch']);
    expect(t.events.at(-1)).toMatchObject({ kind: 'device-unavailable', id: 'no/such', reason: 'not-found' });
  });

  test('an answer about a device no longer looked at is dropped', async () => {
    const t = start();
    t.prepare.push((hub) => (hub.device = { view: { ...rawRow('a'), deviceId: 'a', connects: 1 }, recent: [] }));
    t.stream.start();
    await settle();
    t.stream.watchDevice('a');
    t.stream.watchDevice(null);
    await settle();

    expect(t.hubs[0]!.calls).toEqual(['WatchFleet', 'WatchDevice a', 'UnwatchDevice a']);
    expect(t.events.some((e) => e.kind === 'device-snapshot')).toBe(false);
  });

  test('what becomes of alarms, twins and groups is told as it comes; what cannot be read is counted', async () => {
    const t = start();
    t.stream.start();
    await settle();
    t.hubs[0]!.send('TwinChanged', 'pump-1');
    t.hubs[0]!.send('GroupChanged', { path: 'oslo', revision: 1, members: 0, children: [], rollup: { devices: 0, online: 0, stale: 0, offline: 0, unknown: 0, alarming: 0, critical: 0, metrics: {} } });
    t.hubs[0]!.send('CommandChanged', {});
    t.hubs[0]!.send('AlarmChanged', null);

    expect(t.events.slice(-4).map((e) => e.kind)).toEqual(['twin-changed', 'group', 'faults', 'faults']);
  });

  test('signing out ends the connection; a failure to sign out does not', async () => {
    const t = start([session, { kind: 'failed', detail: 'HTTP 500' }, { kind: 'ok', json: null }]);
    t.stream.start();
    await settle();

    expect(await t.stream.signOut()).toBe(false);
    expect(t.links().at(-1)).toBe('catching-up');
    expect(await t.stream.signOut()).toBe(true);
    expect(t.links().at(-1)).toBe('signed-out');
  });
});

test('waits double up to their bound, within 20 %', () => {
  expect([0, 1, 2, 3].map((n) => retryDelayMs(n, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(retryDelayMs(0, 0)).toBe(400);
  expect(retryDelayMs(1_000, 1)).toBe(RETRY_MS_MAX * 1.2);
});
