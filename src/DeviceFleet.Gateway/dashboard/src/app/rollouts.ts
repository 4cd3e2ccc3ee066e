// Rollouts and releases: read over REST, rollouts kept fresh by the hub; the devices of the one that is looked at are read wave by wave as its numbers move.
import { computed, signal } from '@preact/signals';
import { failed, loading, ready, type Loadable, type Problem } from '../state/problem';
import type { RolloutBody } from '../state/rolloutDraft';
import { isUnderWay, withRollouts } from '../state/rollouts';
import type { Api } from '../wire/api';
import type { WireEvent } from '../wire/events';
import {
  decodeDryRun, decodeRelease, decodeReleases, decodeRollout, decodeRolloutDevices, decodeRollouts, type DryRun, type Release, type Rollout, type RolloutAction, type RolloutDevice,
} from '../wire/rollouts';
import { ask, type Outcome } from './asking';

/** Devices asked for at once. */
const PAGE = 1_000;
/** Most devices of a rollout. */
const DEVICES_MAX = 10_000;
/** Least time between two readings of a rollout's devices, ms. */
const DEVICES_GAP_MS = 1_000;
/** Largest image, bytes. */
export const IMAGE_BYTES_MAX = 64 * 1_024 * 1_024;

export class Rollouts {
  readonly list = signal<Loadable<readonly Rollout[]>>(loading);
  readonly releases = signal<Loadable<readonly Release[]>>(loading);
  readonly underWay = computed(() => (this.list.value.kind === 'ready' ? this.list.value.value.filter(isUnderWay).length : 0));
  /** Devices of the rollout that is looked at, by wave; a wave that was not read yet is not there. */
  readonly devices = signal<ReadonlyMap<number, readonly RolloutDevice[]>>(new Map());
  readonly devicesProblem = signal<Problem | null>(null);

  #asked = 0;
  #watched: string | null = null;
  /** What each wave's devices were read at, as text: read anew when it differs. */
  readonly #readAt = new Map<number, string>();
  #reading = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly api: Api) {}

  note(events: readonly WireEvent[]): void {
    const news = events.filter((event) => event.kind === 'rollout').map((event) => event.rollout);
    if (news.length > 0) {
      this.#keep(news);
    }
    if (events.some((event) => event.kind === 'snapshot')) {
      void this.read();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async read(): Promise<void> {
    const number = ++this.#asked;
    const outcome = await ask(this.api, 'The rollouts could not be read', decodeRollouts, 'GET', '/api/rollouts');
    if (number === this.#asked) {
      const known = this.list.peek();
      this.list.value = outcome.ok ? ready(withRollouts(outcome.value, known.kind === 'ready' ? known.value : [])) : failed(known, outcome.problem);
      this.#readDevicesSoon(0);
    }
  }

  async readReleases(): Promise<void> {
    const outcome = await ask(this.api, 'The releases could not be read', decodeReleases, 'GET', '/api/releases');
    this.releases.value = outcome.ok ? ready(outcome.value) : failed(this.releases.peek(), outcome.problem);
  }

  /** Whose devices are read; null: nobody's. */
  watch(id: string | null): void {
    if (id !== this.#watched) {
      this.#watched = id;
      this.#readAt.clear();
      this.devices.value = new Map();
      this.devicesProblem.value = null;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#readDevicesSoon(0);
    }
  }

  readDevicesAgain(): void {
    this.#readAt.clear();
    this.#readDevicesSoon(0);
  }

  async dryRun(body: RolloutBody): Promise<Outcome<DryRun>> {
    return ask(this.api, 'The devices could not be counted', decodeDryRun, 'POST', '/api/rollouts?dryRun=true', { json: body });
  }

  async begin(body: RolloutBody): Promise<Outcome<Rollout>> {
    return this.#kept(await ask(this.api, 'The rollout was not begun', decodeRollout, 'POST', '/api/rollouts', { json: body, key: body.id }));
  }

  async act(rollout: Rollout, action: RolloutAction, reason: string): Promise<Outcome<Rollout>> {
    return this.#kept(await ask(this.api, FAILED[action], decodeRollout, 'POST', `/api/rollouts/${encodeURIComponent(rollout.id)}/${action}`, { json: { ...(reason !== '' && { reason }) } }));
  }

  async upload(version: string, deviceType: string, notes: string, image: Blob): Promise<Outcome<Release>> {
    const params = new URLSearchParams({ version, ...(deviceType !== '' && { deviceType }), ...(notes !== '' && { notes }) });
    const outcome = await ask(this.api, 'The release was not taken', decodeRelease, 'POST', `/api/releases?${params}`, { bytes: image, waitMs: 120_000 });
    if (outcome.ok) {
      void this.readReleases(); // the order of versions is the gateway's
    }
    return outcome;
  }

  async withdraw(release: Release): Promise<Outcome<Release>> {
    const outcome = await ask(this.api, 'The release was not withdrawn', decodeRelease, 'POST', `/api/releases/${encodeURIComponent(release.version)}/withdraw`);
    if (outcome.ok) {
      void this.readReleases();
    }
    return outcome;
  }

  #kept(outcome: Outcome<Rollout>): Outcome<Rollout> {
    if (outcome.ok) {
      this.#keep([outcome.value]);
    }
    return outcome;
  }

  #keep(news: readonly Rollout[]): void {
    const known = this.list.peek();
    if (known.kind === 'ready') {
      const next = withRollouts(known.value, news);
      if (next !== known.value) {
        this.list.value = { ...known, value: next };
      }
    }
    if (news.some((rollout) => rollout.id === this.#watched)) {
      this.#readDevicesSoon(DEVICES_GAP_MS);
    }
  }

  #readDevicesSoon(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#readDevices(), ms);
  }

  /** Reads the waves whose numbers moved since they were read. */
  async #readDevices(): Promise<void> {
    this.#timer = undefined;
    const id = this.#watched;
    const list = this.list.peek();
    const rollout = list.kind === 'ready' ? list.value.find((r) => r.id === id) : undefined;
    if (id === null || rollout === undefined || this.#reading) {
      return;
    }
    this.#reading = true;
    for (const wave of rollout.waves) {
      const at = JSON.stringify([wave.state, wave.counts]);
      if (this.#readAt.get(wave.number) === at) {
        continue;
      }
      const outcome = await this.#readWave(id, wave.number);
      if (this.#watched !== id) {
        break;
      }
      if (!outcome.ok) {
        this.devicesProblem.value = outcome.problem;
        break;
      }
      this.#readAt.set(wave.number, at);
      this.devicesProblem.value = null;
      this.devices.value = new Map(this.devices.peek()).set(wave.number, outcome.value);
    }
    this.#reading = false;
    const now = this.list.peek();
    const newest = now.kind === 'ready' ? now.value.find((r) => r.id === this.#watched) : undefined;
    if (newest !== undefined && newest !== rollout) {
      this.#readDevicesSoon(newest.id === id ? DEVICES_GAP_MS : 0); // it moved while it was read
    }
  }

  async #readWave(id: string, wave: number): Promise<Outcome<readonly RolloutDevice[]>> {
    const devices: RolloutDevice[] = [];
    for (;;) {
      const params = new URLSearchParams({ wave: String(wave), take: String(PAGE), ...(devices.length > 0 && { after: devices.at(-1)!.deviceId }) });
      const outcome = await ask(this.api, 'The devices of this rollout could not be read', decodeRolloutDevices, 'GET', `/api/rollouts/${encodeURIComponent(id)}/devices?${params}`);
      if (!outcome.ok) {
        return outcome;
      }
      devices.push(...outcome.value.devices);
      if (outcome.value.devices.length < PAGE || devices.length >= DEVICES_MAX) {
        return { ok: true, value: devices, pending: false };
      }
    }
  }
}

const FAILED: Readonly<Record<RolloutAction, string>> = {
  pause: 'The rollout was not paused', resume: 'The rollout was not resumed', cancel: 'The rollout was not cancelled', 'roll-back': 'The rollout was not rolled back',
};
