import { describe, expect, test } from 'vitest';
import { noOffset, observe } from './clock';
import { COUNTER_POINTS, CounterHistory, Ring, SparkHistory } from './history';
import { axisOf, lanesOf, metricsIn } from './lanes';
import { RECONNECTING_MS_MAX, liveness } from './liveness';
import { formatRoute, parseRoute } from './route';

describe('liveness', () => {
  test('live tells the age of the newest event', () => {
    expect(liveness({ kind: 'live' }, 900, 1_100)).toEqual({ kind: 'live', ageMs: 200 });
  });

  test('a lost connection is reconnecting for a while, then stale since its newest event', () => {
    const link = { kind: 'reconnecting', since: 10_000, attempt: 3, retryAt: 12_500 } as const;
    expect(liveness(link, 9_900, 12_000)).toEqual({ kind: 'reconnecting', forMs: 2_000, retryInMs: 500 });
    expect(liveness(link, 9_900, 10_001 + RECONNECTING_MS_MAX)).toEqual({ kind: 'stale', since: 9_900, retryInMs: 0 });
  });
});

test('the clock offset is that of the message that travelled least', () => {
  const offset = [50, 20, 90].reduce((o, delay, i) => observe(o, 5_000 + i * 1_000, i * 1_000 + delay), noOffset);
  expect(offset.ms).toBe(4_980);
});

describe('history', () => {
  test('a ring keeps its newest', () => {
    const ring = new Ring(3);
    [1, 2, 3, 4, 5].forEach((v) => ring.push(v));
    expect(ring.toArray()).toEqual([3, 4, 5]);
  });

  test('sparklines have a bound; the one not looked at for longest goes', () => {
    const sparks = new SparkHistory(2);
    sparks.record('a', 't', 1);
    sparks.record('b', 't', 2);
    sparks.record('c', 't', 3);
    expect(sparks.size).toBe(2);

    sparks.look('a', 't');
    sparks.look('c', 't'); // b goes
    sparks.record('c', 't', 4);
    expect(sparks.size).toBe(2);
    expect(sparks.look('c', 't').toArray()).toEqual([4]);
    expect(sparks.look('a', 't').toArray()).toEqual([1]);
  });

  test('counters are taken once a second, and a pause leaves a gap as long as it was', () => {
    const history = new CounterHistory(['online']);
    expect([0, 400, 1_000, 1_900, 3_000].map((at) => history.take(at, { online: at }))).toEqual([true, false, true, false, true]);
    history.take(13_000, { online: 9 });
    expect(history.of('online').toArray()).toEqual([0, 1_000, 3_000, ...Array<number>(9).fill(Number.NaN), 9]);

    history.take(1e12, { online: 1 });
    expect(history.of('online').length).toBe(COUNTER_POINTS);
  });
});

describe('lanes', () => {
  const at = (...times: number[]) => times.map((ts) => ({ ts, metrics: { t: ts / 1_000 } }));

  test('a pause breaks the line', () => {
    const lanes = lanesOf(at(1_000, 2_000, 3_000, 20_000, 21_000), ['t']);
    expect(lanes.times).toEqual([1, 2, 3, 3.001, 20, 21]);
    expect(lanes.values.get('t')).toEqual([1, 2, 3, null, 20, 21]);
    expect(lanes.gaps).toBe(1);
  });

  test('a slow device has no gaps, and a metric that comes and goes has', () => {
    expect(lanesOf(at(0, 60_000, 120_000), ['t']).gaps).toBe(0);
    expect(lanesOf([{ ts: 0, metrics: { t: 1 } }, { ts: 1_000, metrics: { u: 2 } }], ['t', 'u']).values.get('t')).toEqual([1, null]);
  });

  test('the axis ends now', () => {
    expect(axisOf('2m', at(0), 500_000)).toEqual([380, 500]);
    expect(axisOf('all', at(100_000), 500_000)).toEqual([100, 500]);
  });

  test('the axis goes no further back than the samples, but a minute', () => {
    expect(axisOf('10m', at(400_000), 500_000)).toEqual([400, 500]);
    expect(axisOf('10m', at(490_000), 500_000)).toEqual([440, 500]);
    expect(axisOf('10m', [], 500_000)).toEqual([440, 500]);
  });

  test('metrics are those of the newest values and of the samples', () => {
    expect(metricsIn([{ ts: 0, metrics: { b: 1 } }], { c: 1, a: 2 })).toEqual(['a', 'b', 'c']);
  });
});

describe('route', () => {
  test.each(['/', '/devices', '/devices?q=online+and+temp%3E80&sort=-seen', '/devices/pump-1', '/devices/pump-1?range=1h', '/alarms', '/alarms?state=all&severity=critical&at=pump-1%7Ehot-2', '/groups', '/groups?metric=flow', '/rules',
    '/provisioning', '/provisioning?part=enrolments&at=oslo-pumps', '/provisioning?kind=rotate&enrolment=oslo&q=stuck&at=pump-1', '/rollouts', '/rollouts?part=releases', '/rollouts?begin=2.1.0', '/rollouts/r-1', '/rollouts/r%201?at=pump-1&state=failed', '/rollouts/r-2.1.0/?at=a', '/devices/pump.1/?range=1h'])('%s survives', (url) => {
    const { pathname, search } = new URL(url, 'http://x');
    expect(formatRoute(parseRoute(pathname, search))).toBe(url);
  });

  test.each([['/nowhere', '/nowhere'], ['/devices/%', '/devices/%'], ['/devices/a/b', '/devices/a/b']])('%s is no page', (path) => {
    expect(parseRoute(path, '')).toEqual({ page: 'not-found', path });
  });

  test('what cannot be read in a query string falls back', () => {
    expect(parseRoute('/devices/x', '?range=9y')).toMatchObject({ range: '10m' });
    expect(parseRoute('/devices', '?sort=colour')).toMatchObject({ sort: { key: 'id', descending: false } });
  });
});
