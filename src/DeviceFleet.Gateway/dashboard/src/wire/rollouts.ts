// Releases and rollouts: types and decoders. The other side: src/DeviceFleet.Contracts/Rollouts/Releases.cs and Rollouts.cs.
import type { Tags } from './contract';
import { flag, list, number, object, oneOf, optional, optionalNumber, optionalText, run, text, texts, textsByName, type Decoded, type Json } from './read';

export interface Release {
  readonly version: string;
  /** Null: any. */
  readonly deviceType: string | null;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly notes: string | null;
  readonly isWithdrawn: boolean;
  readonly revision: number;
  readonly by: string;
  readonly at: number;
}

export interface WavePlan {
  /** How much of the targets is done when this wave is, in percent. */
  readonly upToPercent: number;
  readonly soakMs: number;
}

/** Of each day, UTC. */
export interface MaintenanceWindow {
  readonly fromMinute: number;
  readonly minutes: number;
}

export interface RolloutPlan {
  readonly version: string;
  readonly waves: readonly WavePlan[];
  readonly abortAbovePercent: number;
  readonly abortFailuresMin: number;
  readonly rollBack: boolean;
  readonly parallel: number;
  readonly deviceTimeoutMs: number;
  readonly window: MaintenanceWindow | null;
}

export interface RolloutTargets {
  readonly ids: readonly string[] | null;
  readonly group: string | null;
  readonly type: string | null;
  readonly tags: Tags | null;
  readonly all: boolean;
}

export type RolloutState = 'running' | 'paused' | 'rolling-back' | 'done' | 'aborted' | 'cancelled';
export const ROLLOUT_STATES: readonly RolloutState[] = ['running', 'paused', 'rolling-back', 'done', 'aborted', 'cancelled'];

export type WaveState = 'pending' | 'updating' | 'soaking' | 'passed' | 'failed';
export const WAVE_STATES: readonly WaveState[] = ['pending', 'updating', 'soaking', 'passed', 'failed'];

export type RolloutDeviceState = 'pending' | 'offered' | 'updating' | 'updated' | 'failed' | 'rolling-back' | 'rolled-back' | 'rollback-failed' | 'skipped';
/** As they come one after another. */
export const ROLLOUT_DEVICE_STATES: readonly RolloutDeviceState[] = [
  'pending', 'offered', 'updating', 'updated', 'failed', 'rolling-back', 'rolled-back', 'rollback-failed', 'skipped',
];

export type RolloutAction = 'pause' | 'resume' | 'cancel' | 'roll-back';

export interface RolloutDevice {
  readonly deviceId: string;
  readonly wave: number;
  readonly state: RolloutDeviceState;
  readonly since: number;
  readonly before: string | null;
  readonly error: string | null;
}

export type DeviceCounts = Readonly<Record<RolloutDeviceState, number>>;

export interface Wave {
  /** From 0. */
  readonly number: number;
  readonly state: WaveState;
  readonly devices: number;
  readonly counts: DeviceCounts;
  /** Failed devices from which on the rollout is aborted. */
  readonly abortAt: number;
  readonly startedAt: number | null;
  readonly soakUntil: number | null;
}

export interface Rollout {
  readonly id: string;
  readonly revision: number;
  readonly state: RolloutState;
  readonly plan: RolloutPlan;
  readonly targets: RolloutTargets;
  readonly waves: readonly Wave[];
  /** Why it is as it is. */
  readonly detail: string | null;
  /** It waits for its window until then. */
  readonly windowOpensAt: number | null;
  readonly by: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface RolloutDevices {
  readonly devices: readonly RolloutDevice[];
  readonly total: number;
}

/** What a plan would be for. */
export interface DryRun {
  readonly devices: number;
  /** Some of them. */
  readonly sample: readonly string[];
}

export const decodeRelease = (json: unknown): Decoded<Release> => run(readRelease, json, 'release');
export const decodeReleases = (json: unknown): Decoded<readonly Release[]> => run((j, path, faults) => list(object(j, path), 'releases', path, readRelease, faults), json, 'releases');
export const decodeRollout = (json: unknown): Decoded<Rollout> => run(readRollout, json, 'rollout');
export const decodeRollouts = (json: unknown): Decoded<readonly Rollout[]> => run((j, path, faults) => list(object(j, path), 'rollouts', path, readRollout, faults), json, 'rollouts');
export const decodeRolloutDevices = (json: unknown): Decoded<RolloutDevices> => run(readDevices, json, 'devices');
export const decodeDryRun = (json: unknown): Decoded<DryRun> => run(readDryRun, json, 'dryRun');

function readRelease(json: unknown, path: string): Release {
  const o = object(json, path);
  return {
    version: text(o, 'version', path),
    deviceType: optionalText(o, 'deviceType', path),
    size: number(o, 'size', path),
    sha256: text(o, 'sha256', path),
    notes: optionalText(o, 'notes', path),
    isWithdrawn: flag(o, 'isWithdrawn', path),
    revision: number(o, 'revision', path),
    by: text(o, 'by', path),
    at: number(o, 'at', path),
  };
}

function readRollout(json: unknown, path: string, faults: string[]): Rollout {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    revision: number(o, 'revision', path),
    state: oneOf(o, 'state', path, ROLLOUT_STATES),
    plan: readPlan(o['plan'], `${path}.plan`, faults),
    targets: readTargets(o['targets'], `${path}.targets`),
    waves: list(o, 'waves', path, readWave, faults),
    detail: optionalText(o, 'detail', path),
    windowOpensAt: optionalNumber(o, 'windowOpensAt', path),
    by: text(o, 'by', path),
    createdAt: number(o, 'createdAt', path),
    endedAt: optionalNumber(o, 'endedAt', path),
  };
}

function readPlan(json: unknown, path: string, faults: string[]): RolloutPlan {
  const o = object(json, path);
  return {
    version: text(o, 'version', path),
    waves: list(o, 'waves', path, readWavePlan, faults),
    abortAbovePercent: number(o, 'abortAbovePercent', path),
    abortFailuresMin: number(o, 'abortFailuresMin', path),
    rollBack: flag(o, 'rollBack', path),
    parallel: number(o, 'parallel', path),
    deviceTimeoutMs: number(o, 'deviceTimeoutMs', path),
    window: optional(o, 'window', path, readWindow, faults),
  };
}

function readWavePlan(json: unknown, path: string): WavePlan {
  const o = object(json, path);
  return { upToPercent: number(o, 'upToPercent', path), soakMs: optionalNumber(o, 'soakMs', path) ?? 0 };
}

function readWindow(json: unknown, path: string): MaintenanceWindow {
  const o = object(json, path);
  return { fromMinute: number(o, 'fromMinute', path), minutes: number(o, 'minutes', path) };
}

function readTargets(json: unknown, path: string): RolloutTargets {
  const o = object(json, path);
  const has = (name: string) => o[name] !== undefined && o[name] !== null;
  return {
    ids: has('ids') ? texts(o, 'ids', path) : null,
    group: optionalText(o, 'group', path),
    type: optionalText(o, 'type', path),
    tags: has('tags') ? textsByName(o, 'tags', path) : null,
    all: flag(o, 'all', path),
  };
}

function readWave(json: unknown, path: string): Wave {
  const o = object(json, path);
  return {
    number: number(o, 'number', path),
    state: oneOf(o, 'state', path, WAVE_STATES),
    devices: number(o, 'devices', path),
    counts: readCounts(o, path),
    abortAt: number(o, 'abortAt', path),
    startedAt: optionalNumber(o, 'startedAt', path),
    soakUntil: optionalNumber(o, 'soakUntil', path),
  };
}

/** States that no device is in may be left out. */
function readCounts(o: Json, path: string): DeviceCounts {
  const counts = object(o['counts'], `${path}.counts`);
  return Object.fromEntries(ROLLOUT_DEVICE_STATES.map((state) => [state, optionalNumber(counts, state, `${path}.counts`) ?? 0])) as DeviceCounts;
}

function readDevices(json: unknown, path: string, faults: string[]): RolloutDevices {
  const o = object(json, path);
  return { devices: list(o, 'devices', path, readDevice, faults), total: number(o, 'total', path) };
}

function readDevice(json: unknown, path: string): RolloutDevice {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    wave: number(o, 'wave', path),
    state: oneOf(o, 'state', path, ROLLOUT_DEVICE_STATES),
    since: number(o, 'since', path),
    before: optionalText(o, 'before', path),
    error: optionalText(o, 'error', path),
  };
}

function readDryRun(json: unknown, path: string): DryRun {
  const o = object(json, path);
  return { devices: number(o, 'devices', path), sample: texts(o, 'sample', path) };
}
