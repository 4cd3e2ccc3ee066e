// The form of an enrolment: text as typed, to a request or to what is wrong with it; and how an enrolment stands.
import type { Enrolment, ProofKind } from '../wire/provisioning';
import type { JsonObject } from '../wire/twin';
import { parseObject } from './json';

export const LIST_MAX = 10_000;
export const CODES_AT_ONCE_MAX = 1_000;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const HARDWARE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const PATTERN = /^[A-Za-z0-9*][A-Za-z0-9._:-]{0,63}\*?$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;
const DESIRED_BYTES_MAX = 16 * 1_024;
const CONNECT_MINUTES_MAX = 43_200;

export const PROOF_TEXT: Readonly<Record<ProofKind, string>> = { 'symmetric-key': 'a key that it shares', x509: 'a certificate', 'claim-code': 'a code that a person types in' };

export interface EnrolmentDraft {
  readonly id: string;
  readonly forOne: boolean;
  readonly hardwareId: string;
  readonly proof: ProofKind;
  readonly isEnabled: boolean;
  /** yyyy-mm-ddThh:mm in the browser's time zone; empty: no end. */
  readonly expires: string;
  /** One a line. */
  readonly allow: string;
  readonly deny: string;
  readonly fingerprints: string;
  readonly deviceId: string;
  readonly group: string;
  readonly type: string;
  /** name = value, one a line. */
  readonly tags: string;
  /** A JSON object; empty: none. */
  readonly desired: string;
  readonly needsApproval: boolean;
  readonly mayReprovision: boolean;
  readonly connectMinutes: string;
}

export type EnrolmentFaults = { readonly [name in keyof EnrolmentDraft]?: string };

export interface EnrolmentBody {
  readonly hardwareId?: string;
  readonly proof: ProofKind;
  readonly isEnabled: boolean;
  readonly expiresAt?: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly fingerprints: readonly string[];
  readonly allocation: { readonly deviceId: string; readonly group?: string; readonly type?: string; readonly tags: Readonly<Record<string, string>>; readonly desired?: JsonObject };
  readonly needsApproval: boolean;
  readonly mayReprovision: boolean;
  readonly connectWithinMs: number;
}

export type ReadEnrolment = { readonly ok: true; readonly id: string; readonly body: EnrolmentBody } | { readonly ok: false; readonly faults: EnrolmentFaults };

export const NEW_ENROLMENT: EnrolmentDraft = {
  id: '', forOne: false, hardwareId: '', proof: 'symmetric-key', isEnabled: true, expires: '', allow: '', deny: '', fingerprints: '', deviceId: '{hardwareId}', group: '', type: '', tags: '', desired: '',
  needsApproval: false, mayReprovision: true, connectMinutes: '10',
};

export function enrolmentDraft(enrolment: Enrolment): EnrolmentDraft {
  const { allocation } = enrolment;
  return {
    id: enrolment.id, forOne: enrolment.hardwareId !== null, hardwareId: enrolment.hardwareId ?? '', proof: enrolment.proof, isEnabled: enrolment.isEnabled,
    expires: enrolment.expiresAt === null ? '' : localTime(enrolment.expiresAt), allow: enrolment.allow.join('\n'), deny: enrolment.deny.join('\n'), fingerprints: enrolment.fingerprints.join('\n'),
    deviceId: allocation.deviceId, group: allocation.group ?? '', type: allocation.type ?? '', tags: Object.entries(allocation.tags).map(([name, value]) => `${name} = ${value}`).join('\n'),
    desired: allocation.desired === null ? '' : JSON.stringify(allocation.desired, null, 2), needsApproval: enrolment.needsApproval, mayReprovision: enrolment.mayReprovision,
    connectMinutes: String(enrolment.connectWithinMs / 60_000),
  };
}

export function readEnrolmentDraft(draft: EnrolmentDraft): ReadEnrolment {
  const faults: { -readonly [name in keyof EnrolmentDraft]?: string } = {};
  const list = (name: 'allow' | 'deny' | 'fingerprints', shape: RegExp, what: string): readonly string[] => {
    const entries = [...new Set(draft[name].split(/[\s,;]+/).filter((entry) => entry !== '').map((entry) => (name === 'fingerprints' ? entry.replaceAll(':', '').toLowerCase() : entry)))];
    const bad = entries.find((entry) => !shape.test(entry));
    if (bad !== undefined) {
      faults[name] = `“${bad}” is no ${what}.`;
    } else if (entries.length > LIST_MAX) {
      faults[name] = `At most ${LIST_MAX} entries.`;
    }
    return entries;
  };
  if (!ID.test(draft.id)) {
    faults.id = '1 to 64 of A–Z a–z 0–9 . _ -, the first a letter or digit.';
  }
  if (draft.forOne && !HARDWARE.test(draft.hardwareId.trim())) {
    faults.hardwareId = '1 to 64 of A–Z a–z 0–9 . _ : -, the first a letter or digit.';
  }
  const allow = list('allow', PATTERN, 'hardware id');
  const deny = list('deny', PATTERN, 'hardware id');
  const fingerprints = draft.proof === 'x509' ? list('fingerprints', FINGERPRINT, 'SHA-256 fingerprint (64 hex digits)') : [];
  if (draft.proof === 'x509' && fingerprints.length === 0) {
    faults.fingerprints ??= 'At least one: without it nobody comes in.';
  }
  const expiresAt = draft.expires === '' ? null : Date.parse(draft.expires);
  if (Number.isNaN(expiresAt)) {
    faults.expires = 'A date and a time, or nothing.';
  }
  const minutes = draft.connectMinutes.trim() === '' ? Number.NaN : Number(draft.connectMinutes);
  if (!(minutes >= 1 / 60 && minutes <= CONNECT_MINUTES_MAX)) {
    faults.connectMinutes = 'From a second to 30 days, in minutes.';
  }
  const tags: Record<string, string> = {};
  for (const line of draft.tags.split('\n').map((l) => l.trim()).filter((l) => l !== '')) {
    const [name = '', ...value] = line.split('=');
    if (name.trim() === '' || value.length === 0) {
      faults.tags = `“${line}”: name = value, one a line.`;
    }
    tags[name.trim()] = value.join('=').trim();
  }
  const desired = draft.desired.trim() === '' ? null : parseObject(draft.desired, DESIRED_BYTES_MAX);
  if (desired !== null && !desired.ok) {
    faults.desired = desired.fault;
  }
  const template = draft.deviceId.trim();
  if (template === '' || (!draft.forOne && !template.includes('{hardwareId}'))) {
    faults.deviceId = draft.forOne ? 'An id.' : 'It must hold {hardwareId}: else all devices would be one.';
  }
  if (Object.keys(faults).length > 0) {
    return { ok: false, faults };
  }
  return {
    ok: true, id: draft.id,
    body: {
      ...(draft.forOne && { hardwareId: draft.hardwareId.trim() }), proof: draft.proof, isEnabled: draft.isEnabled, ...(expiresAt !== null && { expiresAt }), allow, deny, fingerprints,
      allocation: {
        deviceId: template, ...(draft.group.trim() !== '' && { group: draft.group.trim() }), ...(draft.type.trim() !== '' && { type: draft.type.trim() }), tags,
        ...(desired !== null && desired.ok && { desired: desired.value }),
      },
      needsApproval: draft.needsApproval, mayReprovision: draft.mayReprovision, connectWithinMs: Math.round(minutes * 60_000),
    },
  };
}

/** What is there, as a request that says the same. */
export function bodyOf(enrolment: Enrolment, over: Partial<EnrolmentBody> = {}): EnrolmentBody {
  const { allocation } = enrolment;
  return {
    ...(enrolment.hardwareId !== null && { hardwareId: enrolment.hardwareId }), proof: enrolment.proof, isEnabled: enrolment.isEnabled, ...(enrolment.expiresAt !== null && { expiresAt: enrolment.expiresAt }),
    allow: enrolment.allow, deny: enrolment.deny, fingerprints: enrolment.fingerprints,
    allocation: {
      deviceId: allocation.deviceId, ...(allocation.group !== null && { group: allocation.group }), ...(allocation.type !== null && { type: allocation.type }), tags: allocation.tags,
      ...(allocation.desired !== null && { desired: allocation.desired }),
    },
    needsApproval: enrolment.needsApproval, mayReprovision: enrolment.mayReprovision, connectWithinMs: enrolment.connectWithinMs, ...over,
  };
}

export type EnrolmentStand = 'open' | 'disabled' | 'over';

export const enrolmentStand = (enrolment: Enrolment, now: number): EnrolmentStand => (!enrolment.isEnabled ? 'disabled' : enrolment.expiresAt !== null && enrolment.expiresAt <= now ? 'over' : 'open');

/** Who comes in, and to what. */
export function enrolmentWords(enrolment: Enrolment): string {
  const who = enrolment.hardwareId !== null ? `device ${enrolment.hardwareId}` : enrolment.allow.length > 0 ? `${enrolment.allow.length === 1 ? enrolment.allow[0] ?? '' : `${enrolment.allow.length} listed`}` : 'any hardware';
  const not = enrolment.deny.length > 0 ? `, but ${enrolment.deny.length} denied` : '';
  const gets = [enrolment.allocation.type, enrolment.allocation.group].filter((part) => part !== null).join(' in ');
  return `Lets in ${who}${not}, by ${PROOF_TEXT[enrolment.proof]}${gets === '' ? '' : `; becomes ${gets}`}`;
}

function localTime(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
