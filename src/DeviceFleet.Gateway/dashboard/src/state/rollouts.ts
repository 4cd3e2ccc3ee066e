// Rollouts: how far, how near to the abort line, what a person may do and what that means.
import type { DeviceCounts, Rollout, RolloutAction, RolloutDevice, RolloutDeviceState, RolloutPlan, RolloutState, RolloutTargets, Wave, WaveState } from '../wire/rollouts';
import { ROLLOUT_DEVICE_STATES } from '../wire/rollouts';
import { count, quantity } from './format';
import { spanWords } from './timeSpan';

/** Most rollouts kept by the page. */
export const ROLLOUTS_MAX = 500;

/** Newest first; of two views of one rollout the one with the newer revision is true. */
export function withRollouts(known: readonly Rollout[], news: readonly Rollout[]): readonly Rollout[] {
  const byId = new Map(known.map((rollout) => [rollout.id, rollout]));
  let changed = false;
  for (const rollout of news) {
    if ((byId.get(rollout.id)?.revision ?? -1) <= rollout.revision) {
      byId.set(rollout.id, rollout);
      changed = true;
    }
  }
  return changed ? [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)).slice(0, ROLLOUTS_MAX) : known;
}

export const isUnderWay = (rollout: Rollout): boolean => rollout.state === 'running' || rollout.state === 'paused' || rollout.state === 'rolling-back';

export const devicesOf = (rollout: Rollout): number => rollout.waves.reduce((sum, wave) => sum + wave.devices, 0);

export function totalCounts(rollout: Rollout): DeviceCounts {
  return Object.fromEntries(ROLLOUT_DEVICE_STATES.map((state) => [state, rollout.waves.reduce((sum, wave) => sum + wave.counts[state], 0)])) as DeviceCounts;
}

/** Devices that the rollout has nothing more to do with. */
export function settled(counts: DeviceCounts): number {
  return counts.updated + counts.failed + counts['rolled-back'] + counts['rollback-failed'] + counts.skipped;
}

/** The counts sent, less the devices of the wave: 0 when they add up. */
export const offBy = (wave: Wave): number => ROLLOUT_DEVICE_STATES.reduce((sum, state) => sum + wave.counts[state], 0) - wave.devices;

export interface AbortLine {
  readonly failures: number;
  /** Failed devices from which on the rollout is aborted. */
  readonly abortAt: number;
  /** How far along the bar the line stands, 0 to 1. */
  readonly lineAt: number;
  /** How far along the bar the failures are, 0 to 1. */
  readonly filled: number;
  readonly isOver: boolean;
  /** How many more may fail; 0: the next one aborts. */
  readonly left: number;
}

/** The bar is a third longer than to the line, so that one sees how far over it a wave went. */
const BEYOND = 4 / 3;

export function abortLine(wave: Wave): AbortLine {
  const failures = wave.counts.failed;
  const length = Math.max(wave.abortAt * BEYOND, failures, 1);
  return {
    failures, abortAt: wave.abortAt, lineAt: Math.min(1, wave.abortAt / length), filled: failures / length, isOver: failures >= wave.abortAt && wave.abortAt > 0,
    left: Math.max(0, wave.abortAt - 1 - failures),
  };
}

/** The wave that is at work, or the last that was. */
export function currentWave(rollout: Rollout): Wave | null {
  return rollout.waves.find((wave) => wave.state === 'updating' || wave.state === 'soaking') ?? rollout.waves.findLast((wave) => wave.state !== 'pending') ?? rollout.waves[0] ?? null;
}

/** Why a person may not do this now; null: it may be done. */
export function actionRefusal(rollout: Rollout, action: RolloutAction): string | null {
  switch (action) {
    case 'pause':
      return rollout.state === 'running' ? null : rollout.state === 'paused' ? 'It is paused already.' : isUnderWay(rollout) ? 'Devices that are being put back are not left half-way.' : 'It has ended.';
    case 'resume':
      return rollout.state === 'paused' ? null : isUnderWay(rollout) ? 'It is not paused.' : 'It has ended.';
    case 'cancel':
    case 'roll-back':
      return rollout.state === 'rolling-back' ? 'It is being rolled back already.' : isUnderWay(rollout) ? null : 'It has ended.';
  }
}

/** What will happen, and to how many, said before it does. */
export function actionConsequence(rollout: Rollout, action: RolloutAction): string {
  const counts = totalCounts(rollout);
  const underWay = counts.offered + counts.updating;
  const goOn = underWay === 0 ? '' : ` ${devices(underWay)} ${underWay === 1 ? 'was' : 'were'} told already and ${underWay === 1 ? 'goes' : 'go'} on.`;
  switch (action) {
    case 'pause':
      return `No further device is told to update: ${devices(counts.pending)} ${counts.pending === 1 ? 'waits' : 'wait'} until it is resumed.${goOn} Time that is paused counts for no wave.`;
    case 'resume':
      return `It goes on where it was: ${devices(counts.pending)} to go.`;
    case 'cancel':
      return `It ends for good. ${devices(counts.updated)} ${counts.updated === 1 ? 'keeps' : 'keep'} ${rollout.plan.version}; ${devices(counts.pending)} ${counts.pending === 1 ? 'is' : 'are'} never told.${goOn}`;
    case 'roll-back':
      return `It ends for good, and ${devices(counts.updated + underWay)} ${counts.updated + underWay === 1 ? 'is' : 'are'} told to go back to what ${counts.updated + underWay === 1 ? 'it' : 'they'} ran before. ${devices(counts.pending)} ${counts.pending === 1 ? 'is' : 'are'} never told.`;
  }
}

function devices(n: number): string {
  return n === 1 ? '1 device' : `${count(n)} devices`;
}

export const ACTION_TEXT: Readonly<Record<RolloutAction, string>> = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel', 'roll-back': 'Roll back' };

export const ROLLOUT_STATE_TEXT: Readonly<Record<RolloutState, string>> = {
  running: 'Running', paused: 'Paused', 'rolling-back': 'Rolling back', done: 'Done', aborted: 'Aborted', cancelled: 'Cancelled',
};

export const WAVE_STATE_TEXT: Readonly<Record<WaveState, string>> = { pending: 'to come', updating: 'updating', soaking: 'being watched', passed: 'passed', failed: 'over the abort line' };

export const DEVICE_STATE_TEXT: Readonly<Record<RolloutDeviceState, string>> = {
  pending: 'not told yet', offered: 'told', updating: 'updating', updated: 'updated', failed: 'failed', 'rolling-back': 'going back', 'rolled-back': 'back at what it had',
  'rollback-failed': 'could not go back', skipped: 'left out',
};

export function targetsWords(targets: RolloutTargets): string {
  const parts = [
    ...(targets.ids === null ? [] : [targets.ids.length <= 3 ? targets.ids.join(', ') : devices(targets.ids.length)]),
    ...(targets.type === null ? [] : [`type ${targets.type}`]),
    ...(targets.group === null ? [] : [`group ${targets.group}`]),
    ...Object.entries(targets.tags ?? {}).map(([name, value]) => `tag ${name} = ${value}`),
  ];
  return parts.length > 0 ? parts.join(', ') : targets.all ? 'every device' : 'nothing';
}

/** A day's minute as hh:mm. */
export function clock(minute: number): string {
  const m = ((minute % 1_440) + 1_440) % 1_440;
  return `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
}

export function windowWords(window: RolloutPlan['window']): string {
  return window === null ? 'at any time' : `daily ${clock(window.fromMinute)} to ${clock(window.fromMinute + window.minutes)} UTC`;
}

export function abortWords(plan: RolloutPlan): string {
  return `aborts when more than ${quantity(plan.abortAbovePercent)}\u2009% of a wave failed, and at least ${count(plan.abortFailuresMin)}; then ${plan.rollBack ? 'it rolls back' : 'what was updated stays'}`;
}

/** Share of the targets that are in this wave, in words: 10 % to 35 %, watched for 10 min. */
export function waveWords(plan: RolloutPlan, number: number): string {
  const wave = plan.waves[number];
  if (wave === undefined) {
    return '';
  }
  return `up to ${quantity(wave.upToPercent)}\u2009%${wave.soakMs > 0 ? `, watched ${spanWords(wave.soakMs)}` : ''}`;
}

/** Devices by wave, as they stand in the plan; a page of another time does not undo what is known. */
export function byWave(known: readonly RolloutDevice[], waves: number): readonly (readonly RolloutDevice[])[] {
  const result: RolloutDevice[][] = Array.from({ length: waves }, () => []);
  for (const device of known) {
    result[device.wave]?.push(device);
  }
  return result;
}
