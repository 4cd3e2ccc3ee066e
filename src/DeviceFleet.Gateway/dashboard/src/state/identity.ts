// What a device is allowed to be: which moves a person may ask for, what they mean, and how a credential stands.
import type { AuditEntry, Credential, Identity } from '../wire/identity';
import type { LifecycleState } from '../wire/provisioning';

/** Most credentials in force at a time. */
export const CREDENTIALS_MAX = 4;

export type IdentityMove = 'suspend' | 'resume' | 'rotate' | 'decommission' | 'readmit';
export const IDENTITY_MOVES: readonly IdentityMove[] = ['suspend', 'resume', 'rotate', 'decommission', 'readmit'];

/** Only an administrator may. */
export const NEEDS_ADMIN: Readonly<Record<IdentityMove, boolean>> = { suspend: false, resume: false, rotate: false, decommission: true, readmit: true };

export const MOVE_TEXT: Readonly<Record<IdentityMove, string>> = { suspend: 'Suspend', resume: 'Resume', rotate: 'Rotate', decommission: 'Decommission', readmit: 'Readmit' };

export const LIFECYCLE_TEXT: Readonly<Record<LifecycleState, string>> = { enrolled: 'Enrolled', provisioning: 'Provisioning', active: 'Active', suspended: 'Suspended', retired: 'Retired' };

export const LIFECYCLE_MEANS: Readonly<Record<LifecycleState, string>> = {
  enrolled: 'known, and may provision itself; it has no credential', provisioning: 'on its way in', active: 'trusted', suspended: 'locked out for a while; it keeps everything',
  retired: 'gone for good, unless an administrator readmits it',
};

export const isSagaUnderWay = (identity: Identity): boolean => identity.saga !== null && identity.saga.state !== 'done' && identity.saga.state !== 'compensated';

/** The moves that make sense in this state; others are not even offered. */
export function movesOf(state: LifecycleState): readonly IdentityMove[] {
  switch (state) {
    case 'enrolled':
      return ['decommission'];
    case 'provisioning':
      return [];
    case 'active':
      return ['rotate', 'suspend', 'decommission'];
    case 'suspended':
      return ['resume', 'decommission'];
    case 'retired':
      return ['readmit'];
  }
}

/** Why not now; null: it may be done. */
export function moveRefusal(identity: Identity, move: IdentityMove): string | null {
  return (move === 'rotate' || move === 'decommission') && isSagaUnderWay(identity) ? `A saga is under way (${identity.saga?.kind ?? ''}, at ${identity.saga?.step ?? ''}): it has to end first.` : null;
}

/** What will happen, said before it does. */
export function moveConsequence(identity: Identity, move: IdentityMove): string {
  const id = identity.deviceId;
  const inForce = identity.credentials.filter((c) => standOf(c, 0) !== 'revoked').length;
  switch (move) {
    case 'suspend':
      return `${id} is cut off within a second and stays locked out until it is resumed. Its credentials, twin and group stay.`;
    case 'resume':
      return `${id} may connect again, with the credentials that it has.`;
    case 'rotate':
      return `${id} is sent a new credential. Both are good until it has connected with the new one; then the old one ends. If it does not connect in time, the new one is taken back.`;
    case 'decommission':
      return `${inForce === 1 ? 'Its credential is' : `All ${inForce} credentials of ${id} are`} revoked and its session is cut. Open commands end, its last state goes into the archive, and its twin, group and rows are deleted. The identity stays, retired, with its audit.`;
    case 'readmit':
      return `${id} may provision itself again, as a device that was never here. Credentials that it had stay revoked.`;
  }
}

export type CredentialStand = 'revoked' | 'expired' | 'shut' | 'unused' | 'used';

export const STAND_TEXT: Readonly<Record<CredentialStand, string>> = { revoked: 'revoked', expired: 'expired', shut: 'made, not open yet', unused: 'never used', used: 'in use' };

export function standOf(credential: Credential, now: number): CredentialStand {
  return credential.revokedAt !== null ? 'revoked'
    : credential.expiresAt !== null && credential.expiresAt <= now ? 'expired'
    : !credential.isAllowed ? 'shut'
    : credential.firstUsedAt === null ? 'unused' : 'used';
}

/** In force first, then newest first. */
export function credentialsInOrder(credentials: readonly Credential[], now: number): readonly Credential[] {
  const over = (c: Credential) => Number(['revoked', 'expired'].includes(standOf(c, now)));
  return [...credentials].sort((a, b) => over(a) - over(b) || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

export function revokeConsequence(identity: Identity, credential: Credential, now: number): string {
  const left = identity.credentials.filter((c) => c.id !== credential.id && ['unused', 'used'].includes(standOf(c, now))).length;
  return `Credential ${credential.id} ends at once and for good, and a live session of ${identity.deviceId} is cut within a second. ${
    left === 0 ? 'It is the last one: the device cannot connect again until it gets another.' : `${left} ${left === 1 ? 'other stays' : 'others stay'} in force.`
  }`;
}

/** Newest first, each once. */
export function withOlder(known: readonly AuditEntry[], older: readonly AuditEntry[]): readonly AuditEntry[] {
  const ids = new Set(known.map((entry) => entry.id));
  return [...known, ...older.filter((entry) => !ids.has(entry.id))].sort((a, b) => b.at - a.at);
}

const ACTIONS: Readonly<Record<string, string>> = {
  register: 'registered by hand', reserve: 'identity reserved', release: 'identity given back', issue: 'credential made', withdraw: 'credential taken back', allow: 'credential opened', forbid: 'credential shut',
  'note-twin': 'twin made', 'forget-twin': 'twin gone', answer: 'answered', connected: 'connected with a new credential', activate: 'activated', suspend: 'suspended', resume: 'resumed', retire: 'retired',
  readmit: 'readmitted', 'add-credential': 'credential added', revoke: 'credential revoked', rotate: 'rotation asked for', decommission: 'decommission asked for', choose: 'decided on a saga', refused: 'turned away',
};

export const actionWords = (action: string): string => ACTIONS[action] ?? action;
