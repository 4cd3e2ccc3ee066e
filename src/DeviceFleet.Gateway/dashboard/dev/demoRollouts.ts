// Releases and rollouts of the invented fleet. Raw JSON, as the gateway writes it.
import type { Answer, Asked, Method } from '../src/wire/api';
import { decodeRollout } from '../src/wire/rollouts';
import type { WireEvent } from '../src/wire/events';
import type { Scene } from './demo';
import { randomFrom, type Machine } from './fleet';

const USER = 'ada@example.org';

interface RawDevice {
  deviceId: string;
  wave: number;
  state: string;
  since: number;
  before?: string | undefined;
  error?: string | undefined;
}

interface RawWave {
  number: number;
  state: string;
  devices: number;
  counts: Record<string, number>;
  abortAt: number;
  startedAt?: number | undefined;
  soakUntil?: number | undefined;
}

interface RawRollout {
  [name: string]: unknown;
  id: string;
  revision: number;
  state: string;
  plan: { version: string; waves: { upToPercent: number; soakMs: number }[]; abortAbovePercent: number; abortFailuresMin: number } & Record<string, unknown>;
  waves: RawWave[];
}

interface Order {
  id: string;
  version: string;
  targets: { ids?: string[]; group?: string; type?: string; all?: boolean };
  waves: { upToPercent: number; soakMs: number }[];
  abortAbovePercent: number;
  abortFailuresMin: number;
}

export class DemoRollouts {
  readonly #rollouts: RawRollout[] = [];
  readonly #devices = new Map<string, RawDevice[]>();
  readonly #random = randomFrom(23);
  #releases: Record<string, unknown>[];

  constructor(private readonly machines: readonly Machine[], scene: Scene, private readonly emit: (event: WireEvent) => void) {
    const now = Date.now();
    const none = scene === 'calm' || scene === 'empty';
    this.#releases = none ? [] : releases(now);
    if (none) {
      return;
    }
    const ids = machines.filter((m) => m.type === 'pump').map((m) => m.id);
    const many = scene === 'big' ? machines.slice(0, 10_000).map((m) => m.id) : [...ids, ...Array.from({ length: 140 }, (_, i) => `pump-${400 + i}`)];
    this.#make('r-2.2.0-a1', many, now - 1_900_000, { version: '2.2.0', at: 1, failing: 0.03 }, { targets: scene === 'big' ? { all: true } : { type: 'pump' } });
    this.#make('r-2.1.3-oslo', ids.slice(0, 60), now - 8.8e7, { version: '2.1.3', at: 1, failing: 0.2, aborted: true }, {
      targets: { type: 'pump', group: 'oslo' }, state: 'aborted', detail: 'Wave 2 went over its abort line: 4 of 15 failed. All were put back but one.', endedAt: Math.round(now - 8.5e7),
    });
    this.#make('r-1.9.4-m', ids.slice(40, 88), now - 2.2e8, { version: '1.9.4', at: 0, failing: 0.02 }, {
      targets: { type: 'meter', tags: { hall: '3' } }, state: 'paused', detail: 'Paused by bob: waits for the weekend.', by: 'bob',
      plan: { window: { fromMinute: 1_320, minutes: 360 } },
    });
    this.#make('r-2.1.0-all', ids, now - 9e8, { version: '2.1.0', at: 3, failing: 0.01 }, { targets: { all: true }, state: 'done', endedAt: Math.round(now - 8.9e8) });
  }

  answer(method: Method, route: string, query: string, asked: Asked): Answer | null {
    const params = new URLSearchParams(query);
    if (route === '/api/releases') {
      if (method === 'GET') {
        return ok({ releases: this.#releases });
      }
      const release = { version: params.get('version'), deviceType: params.get('deviceType') ?? undefined, notes: params.get('notes') ?? undefined, size: asked.bytes?.size ?? 0, sha256: '0f'.repeat(32), signature: 'MEUCIQDq', revision: 1, by: USER, at: Date.now() };
      this.#releases = [release, ...this.#releases];
      return ok(release);
    }
    const withdrawn = /^\/api\/releases\/([^/]+)\/withdraw$/.exec(route)?.[1];
    if (withdrawn !== undefined) {
      this.#releases = this.#releases.map((r) => (r['version'] === decodeURIComponent(withdrawn) ? { ...r, isWithdrawn: true, by: USER, at: Date.now() } : r));
      return ok(this.#releases.find((r) => r['version'] === decodeURIComponent(withdrawn)));
    }
    if (route === '/api/rollouts') {
      return method === 'GET' ? ok({ rollouts: this.#rollouts }) : this.#begin(asked.json as Order, params.get('dryRun') === 'true');
    }
    const [, id = '', rest = ''] = /^\/api\/rollouts\/([^/]+)\/?(.*)$/.exec(route) ?? [];
    const rollout = this.#rollouts.find((r) => r.id === decodeURIComponent(id));
    if (id === '') {
      return null;
    }
    if (rollout === undefined) {
      return { kind: 'not-found', detail: 'There is no rollout of this name.' };
    }
    if (rest === 'devices') {
      const wave = params.get('wave');
      const all = (this.#devices.get(rollout.id) ?? []).filter((d) => wave === null || d.wave === Number(wave));
      const from = params.get('after') === null ? 0 : all.findIndex((d) => d.deviceId === params.get('after')) + 1;
      return ok({ devices: all.slice(from, from + Number(params.get('take') ?? 100)), total: all.length });
    }
    return rest === '' ? ok(rollout) : this.#act(rollout, rest, (asked.json as { reason?: string } | undefined)?.reason);
  }

  /** Devices of running rollouts go on by themselves. */
  step(): void {
    for (const rollout of this.#rollouts) {
      if (rollout.state !== 'running' && rollout.state !== 'rolling-back') {
        continue;
      }
      const devices = this.#devices.get(rollout.id) ?? [];
      const moving = devices.filter((d) => ['offered', 'updating', 'rolling-back'].includes(d.state));
      const device = moving[Math.floor(this.#random() * moving.length)];
      if (device !== undefined && this.#random() > 0.6) {
        device.state = device.state === 'offered' ? 'updating' : device.state === 'rolling-back' ? 'rolled-back' : 'updated';
        device.since = Date.now();
        if (rollout.state === 'running') {
          const next = devices.find((d) => d.state === 'pending' && d.wave === device.wave);
          if (next !== undefined) {
            next.state = 'offered';
            next.since = Date.now();
          }
        }
        this.#count(rollout);
        this.#tell(rollout);
      }
    }
  }

  #make(id: string, ids: readonly string[], at: number, { version, at: atWave, failing, aborted = false }: { version: string; at: number; failing: number; aborted?: boolean }, over: Record<string, unknown>): void {
    const waves = [{ upToPercent: 5, soakMs: 600_000 }, { upToPercent: 30, soakMs: 600_000 }, { upToPercent: 100, soakMs: 0 }];
    const ends = waves.map((w) => Math.ceil((w.upToPercent / 100) * ids.length));
    const now = Date.now();
    const devices = ids.map((deviceId, i): RawDevice => {
      const wave = ends.findIndex((end) => i < end);
      const dice = this.#random();
      const base = { deviceId, wave, before: ['2.0.4', '2.1.0'][i % 2]!, since: Math.round(at + 60_000 + dice * 600_000) };
      const failed = dice < failing;
      const error = ['The signature does not fit.', 'Says it installed, but runs the old version.', 'Took longer than 15 min.', 'Download failed: 503.'][i % 4]!;
      if (wave > atWave) {
        return { ...base, state: aborted ? 'skipped' : 'pending', since: Math.round(at) };
      }
      if (wave < atWave || aborted) {
        return failed ? { ...base, state: 'failed', error } : { ...base, state: aborted ? (dice > 0.97 ? 'rollback-failed' : 'rolled-back') : 'updated', ...(aborted && dice > 0.97 && { error: 'It did not come online again.' }) };
      }
      const place = (i - (ends[wave - 1] ?? 0)) / (ends[wave]! - (ends[wave - 1] ?? 0));
      return failed && place < 0.6 ? { ...base, state: 'failed', error } : { ...base, state: place < 0.45 ? 'updated' : place < 0.6 ? 'updating' : place < 0.66 ? 'offered' : 'pending', since: Math.round(now - dice * 90_000) };
    });
    const { plan, ...rest } = over;
    const rollout: RawRollout = {
      id, revision: 1, state: 'running',
      plan: { version, waves, abortAbovePercent: 10, abortFailuresMin: 2, rollBack: true, parallel: 50, deviceTimeoutMs: 900_000, ...(plan as object) },
      targets: { type: 'pump' }, by: USER, createdAt: Math.round(at), ...rest,
      waves: waves.map((_, number) => ({
        number, state: number < atWave ? 'passed' : number > atWave ? 'pending' : aborted ? 'failed' : 'updating', devices: 0, counts: {}, abortAt: 0,
        ...(number <= atWave && { startedAt: Math.round(at + number * 700_000) }),
      })),
    };
    this.#rollouts.push(rollout);
    this.#devices.set(id, devices);
    this.#count(rollout);
  }

  #count(rollout: RawRollout): void {
    const devices = this.#devices.get(rollout.id) ?? [];
    for (const wave of rollout.waves) {
      const own = devices.filter((d) => d.wave === wave.number);
      wave.devices = own.length;
      wave.counts = {};
      own.forEach((d) => (wave.counts[d.state] = (wave.counts[d.state] ?? 0) + 1));
      wave.abortAt = Math.max(rollout.plan.abortFailuresMin, Math.floor((own.length * rollout.plan.abortAbovePercent) / 100) + 1);
    }
    rollout.revision++;
  }

  #begin(order: Order, dryRun: boolean): Answer {
    const { targets } = order;
    const found = this.machines.filter((m) => targets.all === true || (targets.ids?.includes(m.id) ?? ((targets.type === undefined || m.type === targets.type) && (targets.group === undefined || m.group?.startsWith(targets.group) === true)))).map((m) => m.id);
    if (dryRun) {
      return ok({ devices: found.length, sample: found.slice(0, 10) });
    }
    this.#make(order.id, found, Date.now(), { version: order.version, at: 0, failing: 0 }, { targets, createdAt: Date.now() });
    const rollout = this.#rollouts.at(-1)!;
    this.#tell(rollout);
    return ok(rollout);
  }

  #act(rollout: RawRollout, action: string, reason: string | undefined): Answer {
    const to: Record<string, string> = { pause: 'paused', resume: 'running', cancel: 'cancelled', 'roll-back': 'rolling-back' };
    rollout.state = to[action] ?? rollout.state;
    rollout['detail'] = `${to[action]} by ${USER}${reason === undefined ? '' : `: ${reason}`}`;
    if (action === 'roll-back') {
      this.#devices.get(rollout.id)?.forEach((d) => (d.state = d.state === 'pending' ? 'skipped' : ['updated', 'updating', 'offered'].includes(d.state) ? 'rolling-back' : d.state));
    }
    if (action === 'cancel') {
      rollout['endedAt'] = Date.now();
    }
    this.#count(rollout);
    this.#tell(rollout);
    return ok(rollout);
  }

  #tell(rollout: RawRollout): void {
    const decoded = decodeRollout(JSON.parse(JSON.stringify(rollout)));
    if (decoded.ok) {
      this.emit({ kind: 'rollout', rollout: decoded.value });
    }
  }
}

function releases(now: number): Record<string, unknown>[] {
  const release = (version: string, deviceType: string | undefined, size: number, ago: number, over: Record<string, unknown> = {}) => ({ version, deviceType, size, sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', signature: 'MEUCIQDq', revision: 1, by: USER, at: Math.round(now - ago), ...over });
  return [
    release('2.2.0', 'pump', 1_482_752, 4e6, { notes: 'Reports the flow, too. Needs 2.0.4 or newer.' }),
    release('2.1.3', 'pump', 1_475_116, 9e7, { isWithdrawn: true, notes: 'Fixes the valve.', by: 'bob' }),
    release('2.1.0', undefined, 1_470_004, 9.2e8),
    release('1.9.4', 'meter', 388_120, 2.3e8, { notes: 'Time zone of the display.' }),
  ];
}

function ok(json: unknown): Answer {
  return { kind: 'ok', json: JSON.parse(JSON.stringify(json)) as unknown, status: 200 };
}
