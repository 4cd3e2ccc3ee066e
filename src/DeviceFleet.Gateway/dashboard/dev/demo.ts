// A source that needs no gateway. It goes through the same decoders and the same gate as the real one.
import { decodeDeviceSamples, decodeDeviceSnapshot, decodeSession, decodeSnapshot, decodeUpdates, type Decoded } from '../src/wire/decode';
import type { FleetSource, WireEvent } from '../src/wire/events';
import { invent, measure, randomFrom, refusal, rowOf, type Machine } from './fleet';

import { DemoApi } from './demoApi';

export type Scene = 'fleet' | 'big' | 'small' | 'empty' | 'loading' | 'catching-up' | 'reconnecting' | 'stale' | 'denied' | 'signed-out' | 'viewer' | 'calm' | 'broken' | 'conflict' | 'operator' | 'removed';

const SIZES: Partial<Record<Scene, number>> = { big: 100_000, small: 12, empty: 0 };

export class DemoSource implements FleetSource {
  readonly #random = randomFrom(7);
  readonly #machines: Machine[];
  readonly api: DemoApi;
  #sequence = 1;
  #device: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #refusedByBroker = 23;
  #rejections: ReturnType<typeof refusal>[] = [];
  #at = 0;

  constructor(private readonly scene: Scene, private readonly emit: (event: WireEvent) => void) {
    const now = Date.now();
    this.#machines = invent(SIZES[scene] ?? 400, now, this.#random);
    this.api = new DemoApi(this.#machines, scene, emit);
    if (this.#machines.length > 0) {
      this.#rejections = Array.from({ length: 9 }, (_, i) => refusal(this.#any(), now - 4_000 - i * 37_000, this.#random()));
    }
  }

  start(): void {
    queueMicrotask(() => this.#begin());
  }

  watchDevice(id: string | null): void {
    this.#device = id;
    queueMicrotask(() => this.#device === id && id !== null && this.#sendDevice(id));
  }

  retryNow(): void {
    this.emit({ kind: 'link', link: { kind: 'live' } });
  }

  signOut(): Promise<boolean> {
    this.stop();
    this.emit({ kind: 'link', link: { kind: 'signed-out' } });
    return Promise.resolve(true);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #begin(): void {
    if (this.scene === 'signed-out') {
      return this.emit({ kind: 'link', link: { kind: 'signed-out' } });
    }
    if (this.scene === 'denied') {
      return this.emit({ kind: 'link', link: { kind: 'denied', detail: 'the role “guest” may not watch devices' } });
    }
    this.#take(decodeSession({ user: 'ada@example.org', role: this.scene === 'viewer' || this.scene === 'operator' ? this.scene : 'admin', expiresAt: Date.now() + 8 * 3_600_000 }), (session) => this.emit({ kind: 'session', session }));
    if (this.scene === 'loading') {
      return;
    }
    const now = Date.now();
    this.#take(decodeSnapshot({ sequence: this.#sequence, asOf: now, ...this.#state(this.#machines, this.#rejections) }), this.emit);
    this.emit({ kind: 'link', link: { kind: 'live' } });
    const began = Date.now();
    this.#timer = setInterval(() => {
      if (['reconnecting', 'stale', 'catching-up'].includes(this.scene) && Date.now() - began > 2_500) {
        this.stop();
        const since = this.scene === 'stale' ? Date.now() - 95_000 : Date.now() - 3_000;
        this.emit({ kind: 'link', link: this.scene === 'catching-up' ? { kind: 'catching-up', behind: 42 } : { kind: 'reconnecting', since, attempt: 4, retryAt: Date.now() + 4_000 } });
      } else {
        this.#step();
      }
    }, 200);
  }

  #step(): void {
    const now = Date.now();
    const changed = new Set<Machine>();
    const fresh: ReturnType<typeof refusal>[] = [];
    this.#at++;
    const moving = this.#machines.slice(0, 2_000);
    moving.forEach((machine, i) => {
      if (machine.presence === 'online' && !machine.silent && (i + this.#at) % 5 === 0) {
        machine.lastSeen = now;
        machine.metrics = measure(machine, now, this.#random);
        const duplicate = this.#random() > 0.996 ? 1 : 0;
        machine.totals = { ...machine.totals, received: machine.totals.received + 1 + duplicate, applied: machine.totals.applied + 1, duplicates: machine.totals.duplicates + duplicate };
        machine.revision++;
        changed.add(machine);
      }
    });
    if (moving.length > 0 && this.#random() > 0.97) {
      const machine = this.#any();
      machine.presence = machine.presence === 'online' ? 'offline' : 'online';
      machine.lastSeen = now;
      machine.revision++;
      changed.add(machine);
    }
    if (moving.length > 0 && this.#random() > 0.985) {
      const refused = refusal(this.#any(), now, this.#random());
      this.#refusedByBroker += Number(refused.by === 'broker');
      fresh.push(refused);
    }
    this.api.provisioning.step();
    this.api.rollouts.step();
    // In this scene the device that is looked at goes.
    const gone = this.scene === 'removed' && this.#at === 5 ? this.#machines.splice(this.#machines.findIndex((m) => m.id === 'pump-002'), 1).map((m) => m.id) : [];
    this.#sequence++;
    this.#take(decodeUpdates({ sequence: this.#sequence, asOf: now, removed: gone, ...this.#state([...changed].filter((m) => !gone.includes(m.id)), fresh) }), this.emit);
    const watched = [...changed].find((machine) => machine.id === this.#device);
    if (watched !== undefined) {
      const json = { id: watched.id, row: rowOf(watched), samples: [{ ts: now, metrics: watched.metrics }] };
      this.#take(decodeDeviceSamples(json), (samples) => this.emit({ kind: 'device-samples', ...samples }));
    }
  }

  #state( devices: readonly Machine[], rejections: readonly unknown[]) {
    const counts = { online: 0, stale: 0, offline: 0, unknown: 0, alarming: 0, received: 0, applied: 0, duplicates: 0, rejected: 0 };
    for (const { presence, totals, alarms } of this.#machines) {
      counts[presence]++;
      counts.alarming += Number(alarms > 0);
      counts.received += totals.received;
      counts.applied += totals.applied;
      counts.duplicates += totals.duplicates;
      counts.rejected += totals.invalid + totals.tooLate;
    }
    const empty = this.#machines.length === 0;
    const counters = {
      total: this.#machines.length, ...counts, refusedByBroker: empty ? 0 : this.#refusedByBroker,
      appliedPerSecond: empty ? 0 : Math.min(counts.online, 2_000) * 0.995, lagMs: empty ? undefined : 3.2 + this.#random() * 2,
    };
    return { counters, devices: devices.map(rowOf), rejections };
  }

  #sendDevice(id: string): void {
    const machine = this.#machines.find((m) => m.id === id);
    if (machine === undefined) {
      return this.emit({ kind: 'device-unavailable', id, reason: 'not-found', detail: 'The gateway knows no device of this name.' });
    }
    const now = machine.lastSeen ?? Date.now();
    const recent = machine.presence === 'unknown' ? [] : Array.from({ length: 540 }, (_, i) => now - (540 - i) * 1_000)
      .filter((ts) => now - ts < 260_000 || now - ts > 330_000)
      .map((ts) => ({ ts: Math.round(ts), metrics: measure(machine, ts, this.#random) }));
    const { id: deviceId, alarms, severity, pendingSince, isFlapping, ...row } = rowOf(machine);
    const there = machine.presence === 'online' || machine.presence === 'stale';
    const summaries = {
      twin: { desiredVersion: 4, reportedVersion: 9, pendingSince }, alarms: { active: alarms, unacknowledged: Math.min(1, alarms), severity },
      sessions: { disconnects: 2, since: there ? now - 7_400_000 : undefined, onlineMs: 9.3e7, isFlapping }, registrationVersion: 3,
    };
    const view = { deviceId, ...row, ...summaries, presenceSince: now - 7_400_000, firstSeen: now - 2.1e8, connects: 3, boot: 2, seq: machine.totals.applied, metricsAt: machine.lastSeen };
    this.#take(decodeDeviceSnapshot({ view, recent }), (snapshot) => this.emit({ kind: 'device-snapshot', snapshot }));
  }

  #any(): Machine {
    return this.#machines[Math.floor(this.#random() * Math.min(400, this.#machines.length))]!;
  }

  #take<T>(decoded: Decoded<T>, use: (value: T) => void): void {
    if (decoded.faults.length > 0) {
      this.emit({ kind: 'faults', faults: decoded.faults });
    }
    if (decoded.ok) {
      use(decoded.value);
    }
  }
}
