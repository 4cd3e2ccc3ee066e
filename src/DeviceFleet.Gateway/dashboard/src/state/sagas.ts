// The board of sagas: what is where, what waits for a person, and what a person may do about it.
import { SAGA_STEPS, type Saga, type SagaChoice, type SagaKind, type SagaState } from '../wire/provisioning';

/** Most sagas kept that have ended, the newest. */
export const ENDED_MAX = 200;

export type Sagas = ReadonlyMap<string, Saga>;

export const hasEnded = (saga: Saga): boolean => saga.progress.state === 'done' || saga.progress.state === 'compensated';

/** Nothing goes on until somebody decides. */
export const waitsForPerson = (saga: Saga): boolean => saga.progress.state === 'stuck' || saga.progress.state === 'approval';

/** By device. Of two views of one device the one with the newer revision is true; ended ones beyond the bound are forgotten, oldest first. */
export function withSagas(known: Sagas, news: readonly Saga[]): Sagas {
  const next = new Map(known);
  let changed = false;
  for (const saga of news) {
    if ((next.get(saga.deviceId)?.revision ?? -1) <= saga.revision) {
      next.set(saga.deviceId, saga);
      changed = true;
    }
  }
  return changed ? bounded(next) : known;
}

/** What was read anew is the whole truth, but for what the hub told since that is newer. */
export function readAnew(known: Sagas, read: readonly Saga[]): Sagas {
  const next = new Map<string, Saga>();
  for (const saga of read) {
    const before = known.get(saga.deviceId);
    next.set(saga.deviceId, before !== undefined && before.revision > saga.revision ? before : saga);
  }
  return bounded(next);
}

function bounded(sagas: Map<string, Saga>): Sagas {
  const ended = [...sagas.values()].filter(hasEnded);
  if (ended.length > ENDED_MAX) {
    ended.sort(newestEndFirst).slice(ENDED_MAX).forEach((saga) => sagas.delete(saga.deviceId));
  }
  return sagas;
}

function newestEndFirst(a: Saga, b: Saga): number {
  return endOf(b) - endOf(a) || (a.deviceId < b.deviceId ? -1 : 1);
}

export const endOf = (saga: Saga): number => saga.progress.endedAt ?? saga.progress.stepSince;

export interface SagaCounts {
  readonly underWay: number;
  readonly waiting: number;
  readonly stuck: number;
  readonly approval: number;
  readonly compensating: number;
  readonly done: number;
  readonly compensated: number;
}

/** underWay = those that have not ended; waiting = stuck + approval. Done and compensated: of those still known. */
export function countsOf(sagas: Iterable<Saga>): SagaCounts {
  const counts = { underWay: 0, waiting: 0, stuck: 0, approval: 0, compensating: 0, done: 0, compensated: 0 };
  for (const saga of sagas) {
    const { state } = saga.progress;
    counts.underWay += Number(!hasEnded(saga));
    counts.waiting += Number(waitsForPerson(saga));
    if (state !== 'running' && state !== 'waiting') {
      counts[state]++;
    }
  }
  return counts;
}

export interface BoardFilter {
  readonly kind: SagaKind;
  /** Null: of all. */
  readonly enrolment: string | null;
  /** Words that each stand in the device, hardware, enrolment, state, step or error. */
  readonly q: string;
}

export interface BoardColumn {
  readonly step: string;
  readonly sagas: readonly Saga[];
  /** Of these, waiting for a person. */
  readonly waiting: number;
}

export interface Board {
  readonly columns: readonly BoardColumn[];
  /** Newest first. */
  readonly ended: readonly Saga[];
  /** How many are under way of each kind that the rest of the filter lets through. */
  readonly kinds: Readonly<Record<SagaKind, number>>;
}

export function boardOf(sagas: Iterable<Saga>, filter: BoardFilter): Board {
  const words = filter.q.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const kinds = { provision: 0, rotate: 0, decommission: 0 };
  const byStep = new Map<string, Saga[]>(SAGA_STEPS[filter.kind].map((step) => [step, []]));
  const ended: Saga[] = [];
  for (const saga of sagas) {
    const { kind, step } = saga.progress;
    if ((filter.enrolment !== null && saga.enrolmentId !== filter.enrolment) || !words.every((word) => textOf(saga).includes(word))) {
      continue;
    }
    kinds[kind] += Number(!hasEnded(saga));
    if (kind !== filter.kind) {
      continue;
    }
    if (hasEnded(saga)) {
      ended.push(saga);
    } else if (byStep.get(step)?.push(saga) === undefined) {
      byStep.set(step, [saga]); // a step that this page does not know yet has a column of its own, at the end
    }
  }
  const columns = [...byStep].map(([step, found]): BoardColumn => ({ step, sagas: found.sort(mostUrgentFirst), waiting: found.filter(waitsForPerson).length }));
  return { columns, ended: ended.sort(newestEndFirst), kinds };
}

const URGENCY: readonly SagaState[] = ['stuck', 'approval', 'compensating', 'waiting', 'running', 'compensated', 'done'];

/** Who waits for a person first, then by how long it has been at this step. */
function mostUrgentFirst(a: Saga, b: Saga): number {
  const rank = (saga: Saga) => (waitsForPerson(saga) ? URGENCY.indexOf(saga.progress.state) : URGENCY.length);
  return rank(a) - rank(b) || a.progress.stepSince - b.progress.stepSince || (a.deviceId < b.deviceId ? -1 : 1);
}

/** Those that wait for a person, of every kind: stuck ones first, then by how long they wait. */
export const waitingFirst = (sagas: Iterable<Saga>): readonly Saga[] => [...sagas].filter(waitsForPerson).sort(mostUrgentFirst);

function textOf(saga: Saga): string {
  const { state, step, error } = saga.progress;
  return [saga.deviceId, saga.hardwareId, saga.enrolmentId, state, step, error].filter((part) => part !== null).join(' ').toLowerCase();
}

/** Where j and k lead: down the columns, one after another. */
export function movedCard(board: Board, from: string | null, step: number): string | null {
  const ids = [...board.columns.flatMap((column) => column.sagas), ...board.ended].map((saga) => saga.deviceId);
  if (ids.length === 0) {
    return null;
  }
  const at = from === null ? -1 : ids.indexOf(from);
  return at < 0 ? (step > 0 ? ids[0]! : ids.at(-1)!) : ids[Math.min(ids.length - 1, Math.max(0, at + step))]!;
}

/** Without these the device would be half there. */
const NEVER_SKIPPED: readonly string[] = ['reserve', 'issue', 'allow', 'answer', 'activate', 'revoke', 'retire'];

/** Why a person may not choose this now; null: it may be chosen. */
export function choiceRefusal(saga: Saga, choice: SagaChoice): string | null {
  const { state, step } = saga.progress;
  if (hasEnded(saga)) {
    return 'It has ended.';
  }
  switch (choice) {
    case 'approve':
      return state === 'approval' ? null : 'It does not wait for approval.';
    case 'retry':
      return state === 'stuck' ? null : 'Only a step that is stuck is tried again.';
    case 'skip':
      return state !== 'stuck' ? 'Only a step that is stuck is skipped.' : NEVER_SKIPPED.includes(step) ? `Without “${step}” the device would be half there.` : null;
    case 'compensate':
      return state === 'compensating' ? 'It is being taken back already.' : null;
  }
}

const WITHOUT: Readonly<Record<string, string>> = {
  verify: 'the enrolment is not asked again whether it lets the device in',
  twin: 'no twin and no registration are made',
  group: 'the device is put into no group',
  connect: 'nobody has seen that the device can connect',
  drain: 'open commands and alarms stay as they are',
  archive: 'its last state is not kept',
  delete: 'its twin, group and rows stay',
};

/** What will happen, said before it does. */
export function consequence(saga: Saga, choice: SagaChoice): string {
  const { kind, step } = saga.progress;
  switch (choice) {
    case 'approve':
      return `${saga.deviceId} is trusted from now on: it takes part in the fleet, and credentials of an earlier time end.`;
    case 'retry':
      return `The step “${step}” runs again at once. What it did before is not done twice.`;
    case 'skip':
      return `The saga goes on without “${step}”: ${WITHOUT[step] ?? 'what it would have done is missing'}. The audit keeps that it was skipped.`;
    case 'compensate':
      switch (kind) {
        case 'provision':
          return `All that was done for ${saga.deviceId} is taken back, last step first: its new credential is revoked, its session cut, and what was made for it goes. The device may ask again, with a new claim.`;
        case 'rotate':
          return `The new credential of ${saga.deviceId} is revoked. It goes on with the one that it has.`;
        case 'decommission':
          return `What can be taken back is taken back. Credentials of ${saga.deviceId} that were revoked stay revoked: to come back it must provision itself anew.`;
      }
  }
}

export const CHOICE_TEXT: Readonly<Record<SagaChoice, string>> = { approve: 'Approve', retry: 'Retry', skip: 'Skip', compensate: 'Compensate' };

export const KIND_TEXT: Readonly<Record<SagaKind, string>> = { provision: 'Provision', rotate: 'Rotate credentials', decommission: 'Decommission' };

export const SAGA_STATE_TEXT: Readonly<Record<SagaState, string>> = {
  running: 'running', waiting: 'waiting for the device', approval: 'waiting for approval', stuck: 'stuck', compensating: 'being taken back', done: 'done', compensated: 'taken back',
};

/** What each step does, in a few words. */
export const STEP_TEXT: Readonly<Record<string, string>> = {
  verify: 'the enrolment lets the device in', reserve: 'the identity is reserved', issue: 'a credential is made', allow: 'the broker takes it', twin: 'twin and registration are made',
  group: 'it is put into its group', answer: 'the device is told', connect: 'the device connects with it', approve: 'a person approves', activate: 'it is trusted',
  revoke: 'credentials end', drain: 'commands and alarms end', archive: 'its last state is kept', delete: 'twin, group and rows go', retire: 'the identity retires',
};
