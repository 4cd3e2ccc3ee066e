// Keeps one connection to the gateway and turns what arrives into events. It decides nothing about what is shown.
import type { Api } from './api';
import { decodeAlarm } from './alarms';
import { retryDelayMs } from './backoff';
import { decodeCommand } from './commands';
import {
  decodeDeviceSamples, decodeDeviceSnapshot, decodeDeviceView, decodeSession, decodeSnapshot, decodeUpdates, type Decoded,
} from './decode';
import type { DeviceSnapshot, FleetSnapshot, FleetUpdates } from './contract';
import type { FleetSource, Link, WireEvent } from './events';
import { decodeGroup } from './groups';
import type { Hub } from './hub';
import { decodeSaga } from './provisioning';
import { decodeRollout } from './rollouts';
import { behind, close, closed, pass, type Gate } from './sequence';

/** A snapshot asked for and not come after this long is asked for again, ms. */
export const SNAPSHOT_WAIT_MS_MAX = 10_000;
/** Least time between two requests for a snapshot, ms: a server whose numbers never connect must not be flooded. */
export const SNAPSHOT_GAP_MS_MIN = 1_000;

export interface Timers {
  now(): number;
  /** Runs `action` once after `ms`; the result cancels it. */
  after(ms: number, action: () => void): () => void;
}

export interface StreamParts {
  readonly emit: (event: WireEvent) => void;
  readonly api: Api;
  readonly openHub: () => Hub;
  readonly timers: Timers;
  readonly random: () => number;
}

export class FleetStream implements FleetSource {
  #hub: Hub | null = null;
  #gate: Gate = closed;
  #device: string | null = null;
  #attempt = 0;
  #lostAt: number | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #stopped = true;
  #cancelRetry: () => void = nothing;
  #cancelAsk: () => void = nothing;

  constructor(private readonly parts: StreamParts) {}

  start(): void {
    this.#stopped = false;
    this.#link({ kind: 'connecting' });
    void this.#connect();
  }

  watchDevice(id: string | null): void {
    const before = this.#device;
    this.#device = id;
    const hub = this.#hub;
    if (hub === null || before === id) {
      return; // when the connection comes, it watches what is wanted then
    }
    if (before !== null) {
      void hub.invoke('UnwatchDevice', before).catch(nothing); // the connection is going; the server forgets it with the connection
    }
    if (id !== null) {
      void this.#askDevice(hub, id);
    }
  }

  retryNow(): void {
    if (!this.#stopped && this.#hub === null) {
      this.#cancelRetry();
      this.#attempt = 0;
      void this.#connect();
    }
  }

  async signOut(): Promise<boolean> {
    const answer = await this.parts.api.ask('POST', '/api/sign-out');
    if (answer.kind !== 'ok' && answer.kind !== 'signed-out') {
      return false;
    }
    this.#end({ kind: 'signed-out' });
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#cancelAsk();
    const hub = this.#hub;
    this.#hub = null;
    void hub?.stop().catch(nothing);
  }

  async #connect(): Promise<void> {
    if (this.#lostAt !== null) {
      this.#link({ kind: 'reconnecting', since: this.#lostAt, attempt: this.#attempt, retryAt: null });
    }
    // The session first: a hub's refusal does not tell 401 from anything else.
    const answer = await this.parts.api.ask('GET', '/api/session');
    if (this.#stopped) {
      return;
    }
    switch (answer.kind) {
      case 'signed-out':
        return this.#end({ kind: 'signed-out' });
      case 'denied':
        return this.#end({ kind: 'denied', detail: answer.detail });
      case 'not-found':
      case 'conflict':
      case 'refused':
      case 'failed':
        return this.#retryLater();
      case 'ok':
        this.#take(decodeSession(answer.json), (session) => this.parts.emit({ kind: 'session', session }));
    }

    const hub = this.parts.openHub();
    this.#hub = hub;
    hub.on('Snapshot', (json) => this.#take(decodeSnapshot(json), (event) => this.#numbered(hub, event)));
    hub.on('DeviceUpdates', (json) => this.#take(decodeUpdates(json), (event) => this.#numbered(hub, event)));
    hub.on('DeviceSamples', (json) => this.#take(decodeDeviceSamples(json), (samples) => this.parts.emit({ kind: 'device-samples', ...samples })));
    hub.on('CommandChanged', (json) => this.#take(decodeCommand(json), (command) => this.parts.emit({ kind: 'command', command })));
    hub.on('AlarmChanged', (json) => this.#take(decodeAlarm(json), (alarm) => this.parts.emit({ kind: 'alarm', alarm })));
    hub.on('GroupChanged', (json) => this.#take(decodeGroup(json), (group) => this.parts.emit({ kind: 'group', group })));
    hub.on('ProvisioningChanged', (json) => this.#take(decodeSaga(json), (saga) => this.parts.emit({ kind: 'saga', saga })));
    hub.on('RolloutChanged', (json) => this.#take(decodeRollout(json), (rollout) => this.parts.emit({ kind: 'rollout', rollout })));
    hub.on('TwinChanged', (id) => typeof id === 'string' && this.parts.emit({ kind: 'twin-changed', id }));
    hub.onclose(() => this.#lost(hub));
    try {
      await hub.start();
    } catch {
      return this.#lost(hub);
    }
    if (this.#hub !== hub) {
      return;
    }
    this.#gate = close(this.#gate);
    this.#link({ kind: 'catching-up', behind: null });
    this.#askSnapshot(hub);
    if (this.#device !== null) {
      void this.#askDevice(hub, this.#device);
    }
  }

  #lost(hub: Hub): void {
    if (this.#hub !== hub) {
      return;
    }
    this.#hub = null;
    this.#cancelAsk();
    if (!this.#stopped) {
      this.#retryLater();
    }
  }

  #retryLater(): void {
    const now = this.parts.timers.now();
    const delay = retryDelayMs(this.#attempt, this.parts.random());
    this.#lostAt ??= now;
    this.#attempt++;
    this.#link({ kind: 'reconnecting', since: this.#lostAt, attempt: this.#attempt, retryAt: now + delay });
    this.#cancelRetry = this.parts.timers.after(delay, () => void this.#connect());
  }

  #end(link: Link): void {
    this.stop();
    this.#link(link);
  }

  #numbered(hub: Hub, event: FleetSnapshot | FleetUpdates): void {
    if (this.#hub !== hub) {
      return;
    }
    const wasFollowing = this.#gate.kind === 'following';
    const passed = pass(this.#gate, event);
    this.#gate = passed.gate;
    for (const applied of passed.apply) {
      this.parts.emit(applied);
    }
    if (passed.askForSnapshot) {
      this.#askSnapshot(hub);
    }
    if (this.#gate.kind === 'waiting') {
      this.#link({ kind: 'catching-up', behind: behind(this.#gate) });
    } else if (!wasFollowing) {
      this.#cancelAsk();
      this.#attempt = 0;
      this.#lostAt = null;
      this.#link({ kind: 'live' });
    }
  }

  #askSnapshot(hub: Hub): void {
    const { timers } = this.parts;
    this.#cancelAsk();
    const wait = this.#askedAt + SNAPSHOT_GAP_MS_MIN - timers.now();
    if (wait > 0) {
      this.#cancelAsk = timers.after(wait, () => this.#askSnapshot(hub));
      return;
    }
    this.#askedAt = timers.now();
    this.#cancelAsk = timers.after(SNAPSHOT_WAIT_MS_MAX, () => this.#askSnapshot(hub));
    hub.invoke('WatchFleet').catch((error: unknown) => {
      if (this.#hub === hub) {
        this.parts.emit({ kind: 'faults', faults: [`WatchFleet: ${message(error)}`] }); // the timer above asks again
      }
    });
  }

  async #askDevice(hub: Hub, id: string): Promise<void> {
    try {
      const json = await hub.invoke('WatchDevice', id);
      if (this.#device === id && this.#hub === hub) {
        this.#take(decodeDeviceSnapshot(json), (snapshot) => this.parts.emit({ kind: 'device-snapshot', snapshot }));
      }
    } catch (error) {
      await this.#askDeviceOverRest(id, message(error));
    }
  }

  /** The hub says only that it failed; REST says why, and may still know the device. */
  async #askDeviceOverRest(id: string, hubError: string): Promise<void> {
    const answer = await this.parts.api.ask('GET', `/api/devices/${encodeURIComponent(id)}`);
    if (this.#stopped || this.#device !== id) {
      return;
    }
    switch (answer.kind) {
      case 'ok':
        return this.#take(decodeDeviceView(answer.json), (view) => this.#device === id && this.parts.emit({ kind: 'device-snapshot', snapshot: viewOnly(view) }));
      case 'signed-out':
        return this.#end({ kind: 'signed-out' });
      case 'not-found':
        return this.parts.emit({ kind: 'device-unavailable', id, reason: 'not-found', detail: 'The gateway knows no device of this name.' });
      case 'denied':
      case 'conflict':
      case 'refused':
      case 'failed':
        return this.parts.emit({ kind: 'device-unavailable', id, reason: 'failed', detail: `${answer.detail} (${hubError})` });
    }
  }

  #take<T>(decoded: Decoded<T>, use: (value: T) => unknown): void {
    if (decoded.faults.length > 0) {
      this.parts.emit({ kind: 'faults', faults: decoded.faults });
    }
    if (decoded.ok) {
      use(decoded.value);
    }
  }

  #link(link: Link): void {
    this.parts.emit({ kind: 'link', link });
  }
}

function viewOnly(view: DeviceSnapshot['view']): DeviceSnapshot {
  return { view, recent: [] };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nothing(): void {
  /* nothing to undo */
}
