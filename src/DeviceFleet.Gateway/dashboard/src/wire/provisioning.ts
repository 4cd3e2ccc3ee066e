// Sagas and enrolments: types and decoders. The other side: src/DeviceFleet.Contracts/Provisioning/Sagas.cs and Enrolments.cs.
import type { Tags } from './contract';
import { flag, list, number, object, oneOf, optional, optionalNumber, optionalText, run, text, texts, textsByName, type Decoded } from './read';
import type { JsonObject } from './twin';

export type LifecycleState = 'enrolled' | 'provisioning' | 'active' | 'suspended' | 'retired';
export const LIFECYCLE_STATES: readonly LifecycleState[] = ['enrolled', 'provisioning', 'active', 'suspended', 'retired'];

export type SagaKind = 'provision' | 'rotate' | 'decommission';
export const SAGA_KINDS: readonly SagaKind[] = ['provision', 'rotate', 'decommission'];

export type SagaState = 'running' | 'waiting' | 'approval' | 'stuck' | 'compensating' | 'done' | 'compensated';
export const SAGA_STATES: readonly SagaState[] = ['running', 'waiting', 'approval', 'stuck', 'compensating', 'done', 'compensated'];

export type SagaChoice = 'retry' | 'skip' | 'compensate' | 'approve';

/** The steps of each kind, in order. */
export const SAGA_STEPS: Readonly<Record<SagaKind, readonly string[]>> = {
  provision: ['verify', 'reserve', 'issue', 'allow', 'twin', 'group', 'answer', 'connect', 'approve', 'activate'],
  rotate: ['issue', 'allow', 'answer', 'connect', 'revoke'],
  decommission: ['revoke', 'drain', 'archive', 'delete', 'retire'],
};

export interface SagaProgress {
  /** The workflow instance. */
  readonly instance: string;
  readonly kind: SagaKind;
  readonly state: SagaState;
  /** One of SAGA_STEPS, unless the service knows more of them. */
  readonly step: string;
  readonly stepSince: number;
  /** Failed attempts at this step. */
  readonly attempts: number;
  readonly error: string | null;
  /** When somebody has to have done something. */
  readonly deadline: number | null;
  readonly skipped: readonly string[];
  readonly startedAt: number;
  /** Null: under way. */
  readonly endedAt: number | null;
  readonly by: string;
}

export interface Saga {
  readonly deviceId: string;
  /** Of the identity; the newer one wins. */
  readonly revision: number;
  readonly lifecycle: LifecycleState;
  readonly hardwareId: string | null;
  readonly enrolmentId: string | null;
  readonly progress: SagaProgress;
}

export type ProofKind = 'symmetric-key' | 'x509' | 'claim-code';
export const PROOF_KINDS: readonly ProofKind[] = ['symmetric-key', 'x509', 'claim-code'];

/** What a device that is let in gets. */
export interface Allocation {
  /** With {hardwareId} in the place of the hardware id. */
  readonly deviceId: string;
  readonly group: string | null;
  readonly type: string | null;
  readonly tags: Tags;
  readonly desired: JsonObject | null;
}

export interface Enrolment {
  readonly id: string;
  readonly version: number;
  /** Null: for a group of devices. */
  readonly hardwareId: string | null;
  readonly proof: ProofKind;
  readonly isEnabled: boolean;
  readonly expiresAt: number | null;
  /** Empty: all. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly fingerprints: readonly string[];
  readonly allocation: Allocation;
  readonly needsApproval: boolean;
  readonly mayReprovision: boolean;
  readonly connectWithinMs: number;
  readonly openCodes: number;
  readonly by: string;
  readonly at: number;
}

export interface EnrolmentWritten {
  readonly enrolment: Enrolment;
  /** Base64 of a key that was made just now; told this once. */
  readonly key: string | null;
}

export const decodeSaga = (json: unknown): Decoded<Saga> => run(readSaga, json, 'saga');
export const decodeSagas = (json: unknown): Decoded<readonly Saga[]> => run((j, path, faults) => list(object(j, path), 'sagas', path, readSaga, faults), json, 'sagas');
export const decodeEnrolment = (json: unknown): Decoded<Enrolment> => run(readEnrolment, json, 'enrolment');
export const decodeEnrolments = (json: unknown): Decoded<readonly Enrolment[]> =>
  run((j, path, faults) => list(object(j, path), 'enrolments', path, readEnrolment, faults), json, 'enrolments');
export const decodeWritten = (json: unknown): Decoded<EnrolmentWritten> => run(readWritten, json, 'written');
export const decodeCodes = (json: unknown): Decoded<readonly string[]> => run((j, path) => texts(object(j, path), 'codes', path), json, 'codes');

function readSaga(json: unknown, path: string): Saga {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    revision: number(o, 'revision', path),
    lifecycle: oneOf(o, 'lifecycle', path, LIFECYCLE_STATES),
    hardwareId: optionalText(o, 'hardwareId', path),
    enrolmentId: optionalText(o, 'enrolmentId', path),
    progress: readProgress(o['progress'], `${path}.progress`),
  };
}

export function readProgress(json: unknown, path: string): SagaProgress {
  const o = object(json, path);
  return {
    instance: text(o, 'instance', path),
    kind: oneOf(o, 'kind', path, SAGA_KINDS),
    state: oneOf(o, 'state', path, SAGA_STATES),
    step: text(o, 'step', path),
    stepSince: number(o, 'stepSince', path),
    attempts: optionalNumber(o, 'attempts', path) ?? 0,
    error: optionalText(o, 'error', path),
    deadline: optionalNumber(o, 'deadline', path),
    skipped: texts(o, 'skipped', path),
    startedAt: number(o, 'startedAt', path),
    endedAt: optionalNumber(o, 'endedAt', path),
    by: optionalText(o, 'by', path) ?? '',
  };
}

function readEnrolment(json: unknown, path: string): Enrolment {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    version: number(o, 'version', path),
    hardwareId: optionalText(o, 'hardwareId', path),
    proof: oneOf(o, 'proof', path, PROOF_KINDS),
    isEnabled: flag(o, 'isEnabled', path),
    expiresAt: optionalNumber(o, 'expiresAt', path),
    allow: texts(o, 'allow', path),
    deny: texts(o, 'deny', path),
    fingerprints: texts(o, 'fingerprints', path),
    allocation: optional(o, 'allocation', path, readAllocation, []) ?? NO_ALLOCATION,
    needsApproval: flag(o, 'needsApproval', path),
    mayReprovision: flag(o, 'mayReprovision', path),
    connectWithinMs: number(o, 'connectWithinMs', path),
    openCodes: optionalNumber(o, 'openCodes', path) ?? 0,
    by: text(o, 'by', path),
    at: number(o, 'at', path),
  };
}

export const NO_ALLOCATION: Allocation = { deviceId: '{hardwareId}', group: null, type: null, tags: {}, desired: null };

function readAllocation(json: unknown, path: string): Allocation {
  const o = object(json, path);
  return {
    deviceId: optionalText(o, 'deviceId', path) ?? NO_ALLOCATION.deviceId,
    group: optionalText(o, 'group', path),
    type: optionalText(o, 'type', path),
    tags: textsByName(o, 'tags', path),
    desired: o['desired'] === undefined || o['desired'] === null ? null : (object(o['desired'], `${path}.desired`) as JsonObject),
  };
}

function readWritten(json: unknown, path: string): EnrolmentWritten {
  const o = object(json, path);
  return { enrolment: readEnrolment(o['enrolment'], `${path}.enrolment`), key: optionalText(o, 'key', path) };
}
