// Sagas, enrolments, identities and audit of the invented fleet. Raw JSON, as the gateway writes it.
import type { Answer, Asked, Method } from '../src/wire/api';
import { decodeSaga } from '../src/wire/provisioning';
import type { WireEvent } from '../src/wire/events';
import type { Scene } from './demo';
import { randomFrom, type Machine } from './fleet';

const USER = 'ada@example.org';
const PROVISION = ['verify', 'reserve', 'issue', 'allow', 'twin', 'group', 'answer', 'connect', 'approve', 'activate'];

interface RawProgress {
  instance: string;
  kind: string;
  state: string;
  step: string;
  stepSince: number;
  attempts: number;
  error?: string | undefined;
  deadline?: number | undefined;
  skipped: string[];
  startedAt: number;
  endedAt?: number | undefined;
  by: string;
}

interface RawSaga {
  deviceId: string;
  revision: number;
  lifecycle: string;
  hardwareId?: string | undefined;
  enrolmentId?: string | undefined;
  progress: RawProgress;
}

interface RawIdentity {
  deviceId: string;
  revision: number;
  state: string;
  since: number;
  hardwareId?: string | undefined;
  enrolmentId?: string | undefined;
  credentials: Record<string, unknown>[];
  saga?: RawProgress | undefined;
}

interface RawEnrolment {
  [name: string]: unknown;
  id: string;
  version: number;
}

export class DemoProvisioning {
  readonly #sagas = new Map<string, RawSaga>();
  readonly #identities = new Map<string, RawIdentity>();
  readonly #audit = new Map<string, Record<string, unknown>[]>();
  #enrolments: RawEnrolment[];
  #entries = 0;

  constructor(private readonly machines: readonly Machine[], scene: Scene, private readonly emit: (event: WireEvent) => void) {
    const now = Date.now();
    this.#enrolments = scene === 'calm' || scene === 'empty' ? [] : enrolments(now);
    for (const saga of scene === 'calm' || scene === 'empty' ? [] : sagas(now, scene === 'big' ? 3_000 : 22)) {
      this.#sagas.set(saga.deviceId, saga);
    }
  }

  /** Null: no path of this part. */
  answer(method: Method, route: string, asked: Asked): Answer | null {
    if (route === '/api/provisioning/sagas') {
      return ok({ sagas: [...this.#sagas.values()] });
    }
    const choice = /^\/api\/provisioning\/sagas\/([^/]+)\/choice$/.exec(route)?.[1];
    if (choice !== undefined) {
      return this.#choose(decodeURIComponent(choice), asked.json as { choice: string; reason?: string });
    }
    if (route === '/api/provisioning/enrolments') {
      return ok({ enrolments: this.#enrolments });
    }
    const [, id = '', codes] = /^\/api\/provisioning\/enrolments\/([^/]+)(\/codes)?$/.exec(route) ?? [];
    if (id !== '') {
      return this.#enrolment(method, id, codes !== undefined, asked);
    }
    const [, device = '', part = '', rest = ''] = /^\/api\/devices\/([^/]+)\/(identity|credentials|audit)\/?(.*)$/.exec(route) ?? [];
    if (part !== '') {
      return this.#device(method, decodeURIComponent(device), part, rest, asked);
    }
    return route === '/api/audit' ? ok({ entries: [] }) : null;
  }

  /** Some sagas go on by themselves. */
  step(): void {
    const running = [...this.#sagas.values()].filter((saga) => saga.progress.state === 'running' || saga.progress.state === 'waiting');
    const saga = running[Math.floor(Math.random() * running.length)];
    if (saga !== undefined && saga.progress.kind === 'provision' && running.length > 4) {
      this.#advance(saga);
    }
  }

  #advance(saga: RawSaga): void {
    const next = PROVISION[PROVISION.indexOf(saga.progress.step) + (saga.progress.step === 'connect' ? 2 : 1)];
    const now = Date.now();
    saga.revision++;
    saga.progress = next === undefined
      ? { ...saga.progress, state: 'done', endedAt: now, deadline: undefined, error: undefined, attempts: 0 }
      : { ...saga.progress, step: next, stepSince: now, state: next === 'connect' ? 'waiting' : 'running', attempts: 0, error: undefined, deadline: next === 'connect' ? now + 600_000 : undefined };
    saga.lifecycle = next === undefined ? 'active' : saga.lifecycle;
    this.#tell(saga);
  }

  #choose(device: string, { choice, reason }: { choice: string; reason?: string }): Answer {
    const saga = this.#sagas.get(device);
    if (saga === undefined) {
      return { kind: 'conflict', detail: 'No saga of this device is under way.', version: null };
    }
    const now = Date.now();
    saga.revision++;
    saga.progress = { ...saga.progress, stepSince: now, attempts: 0, ...(choice === 'compensate' ? { state: 'compensating', error: reason ?? 'An operator took it back.' } : { state: 'running', error: undefined }) };
    if (choice === 'skip') {
      saga.progress.skipped = [...saga.progress.skipped, saga.progress.step];
    }
    this.#note(device, 'choose', `${choice}${reason === undefined ? '' : `: ${reason}`}`);
    this.#tell(saga);
    setTimeout(() => {
      if (choice === 'compensate') {
        saga.revision++;
        saga.progress = { ...saga.progress, state: 'compensated', endedAt: Date.now() };
        saga.lifecycle = 'enrolled';
        this.#tell(saga);
      } else {
        this.#advance(saga);
      }
    }, 1_500);
    return ok({ ...this.#identityOf(device), revision: saga.revision, saga: saga.progress });
  }

  #enrolment(method: Method, id: string, codes: boolean, asked: Asked): Answer {
    const known = this.#enrolments.find((e) => e.id === id);
    if (codes) {
      const { count } = asked.json as { count: number };
      return ok({ codes: Array.from({ length: count }, (_, i) => `K7QM-3XPD-${String(i).padStart(4, '9')}`) });
    }
    if (method === 'PUT') {
      if ((known?.version ?? 0) !== asked.ifVersion) {
        return { kind: 'conflict', detail: known === undefined ? 'There is no enrolment of this name.' : `There is version ${known.version} of it already.`, version: known?.version ?? null };
      }
      const enrolment: RawEnrolment = { openCodes: 0, ...(asked.json as object), id, version: (known?.version ?? 0) + 1, by: USER, at: Date.now() };
      this.#enrolments = [...this.#enrolments.filter((e) => e.id !== id), enrolment].sort((a, b) => (a.id < b.id ? -1 : 1));
      return ok({ enrolment, ...(known === undefined && enrolment['proof'] === 'symmetric-key' && { key: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' }) });
    }
    if (known === undefined) {
      return { kind: 'not-found', detail: 'There is no enrolment of this name.' };
    }
    if (method === 'DELETE') {
      this.#enrolments = this.#enrolments.filter((e) => e.id !== id);
      return { kind: 'ok', json: null, status: 204 };
    }
    return ok(known);
  }

  #device(method: Method, id: string, part: string, rest: string, asked: Asked): Answer {
    const reason = (asked.json as { reason?: string } | undefined)?.reason;
    if (part === 'audit') {
      return ok({ entries: this.#auditOf(id) });
    }
    const identity = this.#identityOf(id);
    const now = Date.now();
    if (identity === null && !(part === 'identity' && method === 'POST' && rest === '')) {
      return { kind: 'not-found', detail: 'No identity has this name.' };
    }
    if (method === 'GET') {
      return ok(identity);
    }
    if (part === 'identity' && rest === '') {
      const made: RawIdentity = { deviceId: id, revision: 1, state: 'active', since: now, credentials: [credential('c1', now, USER)] };
      this.#identities.set(id, made);
      this.#note(id, 'register', reason);
      return ok({ identity: made, credentialId: 'c1', secret: 'q8Jm2yWc0v5N3sT7xZ1bD4fG6hK9lP0r' });
    }
    const known = identity!;
    known.revision++;
    if (part === 'credentials') {
      if (method === 'POST') {
        const made = `c${known.credentials.length + 1}`;
        known.credentials.push(credential(made, now, USER));
        this.#note(id, 'add-credential', reason);
        return ok({ identity: known, credentialId: made, secret: 'wT5kR1uE8nB3cV6mX9zL2aS4dF7gH0jQ' });
      }
      known.credentials = known.credentials.map((c) => (c['id'] === decodeURIComponent(rest) ? { ...c, revokedAt: now } : c));
      this.#note(id, 'revoke', reason);
      return ok(known);
    }
    const to: Record<string, string> = { suspend: 'suspended', resume: 'active', readmit: 'enrolled' };
    if (rest === 'rotate' || rest === 'decommission') {
      const saga: RawSaga = { deviceId: id, revision: known.revision, lifecycle: known.state, hardwareId: known.hardwareId, enrolmentId: known.enrolmentId, progress: progress(rest, id, rest === 'rotate' ? 'issue' : 'revoke', now, { by: USER }) };
      this.#sagas.set(id, saga);
      known.saga = saga.progress;
      this.#tell(saga);
    } else {
      this.#note(id, rest, reason, known.state, to[rest]);
      known.state = to[rest] ?? known.state;
      known.since = now;
    }
    return ok(known);
  }

  #identityOf(id: string): RawIdentity | null {
    const saga = this.#sagas.get(id);
    const machine = this.machines.find((m) => m.id === id);
    const now = Date.now();
    const known = this.#identities.get(id) ?? (machine === undefined && saga === undefined ? null : {
      deviceId: id, revision: 5, state: saga?.lifecycle ?? 'active', since: now - 2.1e8, hardwareId: saga?.hardwareId ?? `A4:CF:12:${id.slice(-3)}`, enrolmentId: saga?.enrolmentId ?? `${machine?.type ?? 'oslo-pump'}s`,
      credentials: machine === undefined ? [] : [
        { ...credential('c3', now - 9e6, `rotate-${id}-2`), firstUsedAt: now - 8.9e6 }, { ...credential('c2', now - 2.1e8, `provision-${id}-1`), firstUsedAt: now - 2.1e8, revokedAt: now - 8.8e6 },
        { ...credential('spare', now - 5e6, USER), expiresAt: now + 8.6e7 },
      ],
      saga: machine === undefined ? undefined : progress('rotate', id, 'revoke', now - 8.8e6, { state: 'done', startedAt: now - 9e6, endedAt: now - 8.8e6, by: 'bob' }),
    });
    if (known === null) {
      return null;
    }
    this.#identities.set(id, known);
    if (saga !== undefined) {
      known.saga = saga.progress;
      known.revision = Math.max(known.revision, saga.revision);
    }
    return known;
  }

  #auditOf(id: string): Record<string, unknown>[] {
    const now = Date.now();
    const known = this.#audit.get(id) ?? (this.machines.some((m) => m.id === id) ? [
      { id: 'a7', at: now - 40_000, by: 'broker', action: 'refused', deviceId: id, reason: 'wrong-topic', detail: 'Published on fleet/valve-004/telemetry.' },
      { id: 'a6', at: now - 8.8e6, by: `rotate-${id}-2`, action: 'revoke', deviceId: id, detail: 'Credential c2, replaced by c3.' },
      { id: 'a5', at: now - 8.9e6, by: 'broker', action: 'connected', deviceId: id, detail: 'With credential c3.' },
      { id: 'a4', at: now - 9e6, by: 'bob', action: 'rotate', deviceId: id, detail: 'Quarterly rotation.' },
      { id: 'a3', at: now - 2.1e8, by: `provision-${id}-1`, action: 'activate', deviceId: id, from: 'provisioning', to: 'active' },
      { id: 'a2', at: now - 2.1e8 - 9_000, by: `provision-${id}-1`, action: 'issue', deviceId: id, detail: 'Credential c2.' },
      { id: 'a1', at: now - 2.1e8 - 9_500, by: 'device', action: 'reserve', deviceId: id, from: 'enrolled', to: 'provisioning' },
    ] : []);
    this.#audit.set(id, known);
    return known;
  }

  #note(id: string, action: string, reason?: string, from?: string, to?: string): void {
    this.#auditOf(id).unshift({ id: `n${++this.#entries}`, at: Date.now(), by: USER, action, deviceId: id, detail: reason, from, to });
  }

  #tell(saga: RawSaga): void {
    const decoded = decodeSaga(JSON.parse(JSON.stringify(saga)));
    if (decoded.ok) {
      this.emit({ kind: 'saga', saga: decoded.value });
    }
  }
}

function credential(id: string, createdAt: number, by: string): Record<string, unknown> {
  return { id, createdAt: Math.round(createdAt), by, isAllowed: true };
}

function progress(kind: string, id: string, step: string, stepSince: number, over: Partial<RawProgress> = {}): RawProgress {
  return { instance: `${kind}-${id}-1`, kind, state: 'running', step, stepSince: Math.round(stepSince), attempts: 0, skipped: [], startedAt: Math.round(stepSince - 4_000), by: 'device', ...over };
}

function enrolments(now: number): RawEnrolment[] {
  const at = Math.round(now - 4e8);
  return [
    { id: 'bergen-meters', version: 2, proof: 'x509', isEnabled: true, allow: [], deny: ['B0:11:*'], fingerprints: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'], allocation: { deviceId: 'meter-{hardwareId}', group: 'bergen/line-1', type: 'meter', tags: {} }, needsApproval: true, mayReprovision: false, connectWithinMs: 600_000, openCodes: 0, by: 'bob', at },
    { id: 'field-kits', version: 7, proof: 'claim-code', isEnabled: true, expiresAt: Math.round(now + 9e8), allow: [], deny: [], fingerprints: [], allocation: { deviceId: '{hardwareId}', tags: { kit: 'field' } }, needsApproval: false, mayReprovision: true, connectWithinMs: 3_600_000, openCodes: 38, by: USER, at: Math.round(now - 8e6) },
    { id: 'oslo-pumps', version: 4, proof: 'symmetric-key', isEnabled: true, allow: ['A4:CF:*'], deny: [], fingerprints: [], allocation: { deviceId: '{hardwareId}', group: 'oslo/line-2', type: 'pump', tags: { site: 'oslo' }, desired: { interval: 60 } }, needsApproval: false, mayReprovision: true, connectWithinMs: 600_000, openCodes: 0, by: USER, at },
    { id: 'workshop', version: 9, proof: 'symmetric-key', isEnabled: false, hardwareId: 'BENCH-01', allow: [], deny: [], fingerprints: [], allocation: { deviceId: 'bench', tags: {} }, needsApproval: false, mayReprovision: true, connectWithinMs: 600_000, openCodes: 0, by: 'bob', at },
  ];
}

const ERRORS: Readonly<Record<string, string>> = {
  twin: 'The device actor did not answer within 10 s (503 from the sidecar).', group: 'Group oslo/line-2 is full: 10,000 members.', connect: 'The device did not connect within 10 min.',
  allow: 'The state store refused the write: ETag mismatch.', archive: 'The archive did not answer: connection refused.',
};

function sagas(now: number, many: number): RawSaga[] {
  const random = randomFrom(11);
  const made: RawSaga[] = [];
  const add = (id: string, kind: string, step: string, ago: number, over: Partial<RawProgress> = {}, part: Partial<RawSaga> = {}) =>
    made.push({ deviceId: id, revision: 10, lifecycle: kind === 'provision' ? 'provisioning' : 'active', hardwareId: `A4:CF:12:${String(made.length).padStart(2, '0')}`, enrolmentId: 'oslo-pumps', progress: progress(kind, id, step, now - ago, over), ...part });
  add('pump-211', 'provision', 'twin', 412_000, { state: 'stuck', attempts: 5, error: ERRORS['twin'], deadline: Math.round(now + 3_180_000) });
  add('pump-218', 'provision', 'group', 95_000, { state: 'stuck', attempts: 3, error: ERRORS['group'], deadline: Math.round(now + 3_500_000) });
  add('meter-B0-77-02', 'provision', 'approve', 5_400_000, { state: 'approval', deadline: Math.round(now + 5.9e8) }, { enrolmentId: 'bergen-meters', hardwareId: 'B0:77:02' });
  add('meter-B0-77-09', 'provision', 'approve', 700_000, { state: 'approval', deadline: Math.round(now + 6e8) }, { enrolmentId: 'bergen-meters', hardwareId: 'B0:77:09' });
  add('pump-204', 'provision', 'connect', 560_000, { state: 'waiting', deadline: Math.round(now + 40_000) });
  add('kit-77', 'provision', 'connect', 22_000, { state: 'waiting', deadline: Math.round(now + 3_570_000) }, { enrolmentId: 'field-kits', hardwareId: 'kit-77' });
  add('pump-209', 'provision', 'allow', 6_000, { state: 'compensating', error: 'The enrolment was disabled meanwhile.' });
  add('pump-003', 'rotate', 'connect', 130_000, { state: 'waiting', deadline: Math.round(now + 470_000), by: 'bob' });
  add('pump-017', 'rotate', 'allow', 3_000, { by: 'bob' });
  add('valve-008', 'decommission', 'archive', 300_000, { state: 'stuck', attempts: 5, error: ERRORS['archive'], by: USER });
  for (let i = 0; i < many; i++) {
    const step = PROVISION[Math.floor(random() * 8)]!;
    add(`pump-${300 + i}`, 'provision', step, 400 + random() * 30_000, { state: step === 'connect' ? 'waiting' : 'running', attempts: random() > 0.85 ? 1 : 0, ...(step === 'connect' && { deadline: Math.round(now + 500_000 + random() * 90_000) }) });
  }
  for (let i = 0; i < 18; i++) {
    const bad = i % 7 === 3;
    add(`pump-${180 + i}`, 'provision', bad ? 'connect' : 'activate', 60_000 + i * 47_000, { state: bad ? 'compensated' : 'done', endedAt: Math.round(now - 60_000 - i * 47_000), error: bad ? ERRORS['connect'] : undefined }, { lifecycle: bad ? 'enrolled' : 'active' });
  }
  return made;
}

function ok(json: unknown): Answer {
  return { kind: 'ok', json: JSON.parse(JSON.stringify(json)) as unknown, status: 200 };
}
