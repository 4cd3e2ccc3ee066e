import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer, Api, Asked, Method } from '../wire/api';
import { decodeRollout, type Rollout } from '../wire/rollouts';
import { rawRollout, rawWave } from '../wire/samples';
import { Rollouts } from './rollouts';

class FakeApi implements Api {
  readonly asked: string[] = [];
  rollouts: unknown[] = [];
  /** Devices of each wave. */
  sizes: readonly number[] = [2, 3];

  ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    this.asked.push(`${method} ${path}${asked.bytes === undefined ? '' : ` ${asked.bytes.size} bytes`}${asked.key === undefined ? '' : ` key ${asked.key}`}`);
    const url = new URL(path, 'http://x');
    if (url.pathname === '/api/rollouts') {
      return Promise.resolve(method === 'GET' ? { kind: 'ok', json: { rollouts: this.rollouts } } : { kind: 'ok', json: { devices: 7, sample: ['a'] } });
    }
    if (url.pathname.endsWith('/devices')) {
      const wave = Number(url.searchParams.get('wave'));
      const after = url.searchParams.get('after');
      const from = after === null ? 0 : Number(after.split('-')[1]) + 1;
      const devices = Array.from({ length: Math.min(1_000, this.sizes[wave]! - from) }, (_, i) => ({ deviceId: `w${wave}-${from + i}`, wave, state: 'pending', since: 1 }));
      return Promise.resolve({ kind: 'ok', json: { devices, total: this.sizes[wave] } });
    }
    return Promise.resolve({ kind: 'failed', detail: 'no answer' });
  }
}

function rollout(id: string, waves: readonly unknown[], over = {}): Rollout {
  const decoded = decodeRollout(rawRollout(id, waves, over));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

const waves = (updated: number) => [rawWave(0, { updated, pending: 2 - updated }), rawWave(1, { pending: 3 }, { state: 'pending' })];
const devicePaths = (api: FakeApi) => api.asked.filter((path) => path.includes('/devices')).map((path) => path.replace('GET /api/rollouts/r/devices?', ''));

describe('rollouts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('devices are read by wave, and only of those whose numbers moved', async () => {
    const api = new FakeApi();
    api.rollouts = [rawRollout('r', waves(0))];
    const store = new Rollouts(api);
    await store.read();
    store.watch('r');
    await vi.runAllTimersAsync();
    expect(devicePaths(api)).toEqual(['wave=0&take=1000', 'wave=1&take=1000']);
    expect([...store.devices.value].map(([wave, devices]) => [wave, devices.length])).toEqual([[0, 2], [1, 3]]);

    store.note([{ kind: 'rollout', rollout: rollout('r', waves(1), { revision: 2 }) }]);
    await vi.runAllTimersAsync();
    expect(devicePaths(api).slice(2)).toEqual(['wave=0&take=1000']);
    expect(store.underWay.value).toBe(1);
  });

  test('a large wave is read page by page', async () => {
    const api = new FakeApi();
    api.sizes = [2_500];
    api.rollouts = [rawRollout('r', [rawWave(0, { pending: 2_500 })])];
    const store = new Rollouts(api);
    await store.read();
    store.watch('r');
    await vi.runAllTimersAsync();

    expect(devicePaths(api)).toEqual(['wave=0&take=1000', 'wave=0&take=1000&after=w0-999', 'wave=0&take=1000&after=w0-1999']);
    expect(store.devices.value.get(0)).toHaveLength(2_500);
  });

  test('who looks at another rollout sees nothing of the one before', async () => {
    const api = new FakeApi();
    api.rollouts = [rawRollout('r', waves(0)), rawRollout('s', waves(0))];
    const store = new Rollouts(api);
    await store.read();
    store.watch('r');
    await vi.runAllTimersAsync();
    store.watch('s');
    expect(store.devices.value.size).toBe(0);
    await vi.runAllTimersAsync();
    expect(store.devices.value.size).toBe(2);
    store.watch(null);
    expect(store.devices.value.size).toBe(0);
  });

  test('devices that cannot be read say so, and are asked for again when they move', async () => {
    const api = new FakeApi();
    api.rollouts = [rawRollout('q', waves(0))];
    const store = new Rollouts(api);
    await store.read();
    const working = api.ask.bind(api);
    api.ask = () => Promise.resolve({ kind: 'failed', detail: 'The actor did not answer' });
    store.watch('q');
    await vi.runAllTimersAsync();
    expect(store.devicesProblem.value).toMatchObject({ why: 'The actor did not answer.' });

    api.ask = working;
    store.note([{ kind: 'rollout', rollout: rollout('q', waves(0), { revision: 2 }) }]);
    await vi.runAllTimersAsync();
    expect(store.devicesProblem.value).toBe(null);
    expect(store.devices.value.size).toBe(2);
  });

  test('an image goes as it is; a dry run begins nothing', async () => {
    const api = new FakeApi();
    const store = new Rollouts(api);
    await store.upload('2.1.0', 'pump', '', new Blob(['image']));
    const body = { id: 'r-1', version: '2.1.0', targets: { all: true as const }, waves: [], abortAbovePercent: 10, abortFailuresMin: 1, rollBack: true, parallel: 1, deviceTimeoutMs: 1 };

    expect(await store.dryRun(body)).toMatchObject({ ok: true, value: { devices: 7 } });
    expect(api.asked).toEqual(['POST /api/releases?version=2.1.0&deviceType=pump 5 bytes', 'POST /api/rollouts?dryRun=true']);
  });
});
