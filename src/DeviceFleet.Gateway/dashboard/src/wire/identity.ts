// What a device is allowed to be, and who changed what: types and decoders. The other side: src/DeviceFleet.Contracts/Provisioning/Identity.cs.
import { LIFECYCLE_STATES, readProgress, type LifecycleState, type SagaProgress } from './provisioning';
import { flag, list, number, object, oneOf, optional, optionalNumber, optionalOneOf, optionalText, run, text, type Decoded } from './read';

export interface Credential {
  readonly id: string;
  readonly createdAt: number;
  /** A saga's instance, or a person. */
  readonly by: string;
  /** The broker takes it. */
  readonly isAllowed: boolean;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly firstUsedAt: number | null;
}

export interface Identity {
  readonly deviceId: string;
  readonly revision: number;
  readonly state: LifecycleState;
  readonly since: number;
  /** Null: registered by hand. */
  readonly hardwareId: string | null;
  readonly enrolmentId: string | null;
  readonly credentials: readonly Credential[];
  /** Under way, or else the last that ended. */
  readonly saga: SagaProgress | null;
}

/** An identity, and a secret that is told this once. */
export interface IdentityReply {
  readonly identity: Identity;
  readonly credentialId: string | null;
  readonly secret: string | null;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  /** A person, a saga's instance, "broker" or "device". */
  readonly by: string;
  readonly action: string;
  readonly deviceId: string | null;
  readonly detail: string | null;
  /** Where something was refused. */
  readonly reason: string | null;
  readonly from: LifecycleState | null;
  readonly to: LifecycleState | null;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly next: string | null;
}

export const decodeIdentity = (json: unknown): Decoded<Identity> => run(readIdentity, json, 'identity');
export const decodeIdentityReply = (json: unknown): Decoded<IdentityReply> => run(readReply, json, 'reply');
export const decodeAudit = (json: unknown): Decoded<AuditPage> => run(readAudit, json, 'audit');

function readIdentity(json: unknown, path: string, faults: string[]): Identity {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    revision: number(o, 'revision', path),
    state: oneOf(o, 'state', path, LIFECYCLE_STATES),
    since: number(o, 'since', path),
    hardwareId: optionalText(o, 'hardwareId', path),
    enrolmentId: optionalText(o, 'enrolmentId', path),
    credentials: o['credentials'] === undefined ? [] : list(o, 'credentials', path, readCredential, faults),
    saga: optional(o, 'saga', path, readProgress, faults),
  };
}

function readCredential(json: unknown, path: string): Credential {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    createdAt: number(o, 'createdAt', path),
    by: text(o, 'by', path),
    isAllowed: flag(o, 'isAllowed', path),
    expiresAt: optionalNumber(o, 'expiresAt', path),
    revokedAt: optionalNumber(o, 'revokedAt', path),
    firstUsedAt: optionalNumber(o, 'firstUsedAt', path),
  };
}

function readReply(json: unknown, path: string, faults: string[]): IdentityReply {
  const o = object(json, path);
  return { identity: readIdentity(o['identity'], `${path}.identity`, faults), credentialId: optionalText(o, 'credentialId', path), secret: optionalText(o, 'secret', path) };
}

function readAudit(json: unknown, path: string, faults: string[]): AuditPage {
  const o = object(json, path);
  return { entries: list(o, 'entries', path, readEntry, faults), next: optionalText(o, 'next', path) };
}

function readEntry(json: unknown, path: string): AuditEntry {
  const o = object(json, path);
  return {
    id: text(o, 'id', path),
    at: number(o, 'at', path),
    by: text(o, 'by', path),
    action: text(o, 'action', path),
    deviceId: optionalText(o, 'deviceId', path),
    detail: optionalText(o, 'detail', path),
    reason: optionalText(o, 'reason', path),
    from: optionalOneOf(o, 'from', path, LIFECYCLE_STATES),
    to: optionalOneOf(o, 'to', path, LIFECYCLE_STATES),
  };
}
