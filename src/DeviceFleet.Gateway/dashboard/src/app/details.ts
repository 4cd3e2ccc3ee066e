// What the page of a device shows besides its samples: read over REST, kept fresh by what the hub tells.
import { signal, type Signal } from '@preact/signals';
import { withAlarm } from '../state/alarms';
import { mergeCommands, withCommand, type CommandBody } from '../state/commands';
import { failed, loading, ready, type Loadable } from '../state/problem';
import { decodeAlarm, decodeAlarms, type Alarm, type AlarmAction } from '../wire/alarms';
import type { IdentityMove } from '../state/identity';
import { withOlder } from '../state/identity';
import type { Answer, Api } from '../wire/api';
import { decodeCommand, decodeCommands, type Command } from '../wire/commands';
import type { WireEvent } from '../wire/events';
import { decodeAudit, decodeIdentity, decodeIdentityReply, type AuditEntry, type Credential, type Identity, type IdentityReply } from '../wire/identity';
import type { Decoded } from '../wire/read';
import { decodeRegistration, decodeTwin, type JsonObject, type Registration, type TwinView } from '../wire/twin';
import { ask, devicePath, type Outcome } from './asking';

/** Least time between two readings of a twin, ms: a device may report many times a second. */
const TWIN_GAP_MS = 500;

export class DeviceDetails {
  readonly twin = signal<Loadable<TwinView>>(loading);
  readonly commands = signal<Loadable<readonly Command[]>>(loading);
  readonly alarms = signal<Loadable<readonly Alarm[]>>(loading);
  readonly registration = signal<Loadable<Registration>>(loading);
  /** Null: it has none, as a device that was never let in. */
  readonly identity = signal<Loadable<Identity | null>>(loading);
  readonly audit = signal<Loadable<readonly AuditEntry[]>>(loading);

  #id: string | null = null;
  #registered = '';
  #twinTimer: ReturnType<typeof setTimeout> | undefined;
  #identityTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly api: Api) {}

  watch(id: string | null): void {
    this.#id = id;
    this.#registered = '';
    clearTimeout(this.#twinTimer);
    this.#twinTimer = undefined;
    clearTimeout(this.#identityTimer);
    this.#identityTimer = undefined;
    this.twin.value = loading;
    this.commands.value = loading;
    this.alarms.value = loading;
    this.registration.value = loading;
    this.identity.value = loading;
    this.audit.value = loading;
    if (id !== null) {
      this.readIdentity(); // a device that never sent anything has no snapshot, but may have an identity
    }
  }

  stop(): void {
    clearTimeout(this.#twinTimer);
    clearTimeout(this.#identityTimer);
  }

  note(event: WireEvent): void {
    switch (event.kind) {
      case 'device-snapshot':
        return event.snapshot.view.deviceId === this.#id ? this.readAll() : undefined;
      case 'command':
        return event.command.deviceId === this.#id ? this.#change(this.commands, (known) => withCommand(known, event.command)) : undefined;
      case 'alarm':
        return event.alarm.deviceId === this.#id ? this.#change(this.alarms, (known) => withAlarm(known, event.alarm)) : undefined;
      case 'saga':
        return event.saga.deviceId === this.#id ? this.#noteSaga(event.saga.revision) : undefined;
      case 'link':
        return event.link.kind === 'live' && this.#id !== null && this.identity.peek().kind !== 'loading' ? this.readIdentity() : undefined;
      case 'twin-changed':
        return event.id === this.#id ? this.#readTwinSoon() : undefined;
      case 'device-samples':
        return event.id === this.#id ? this.#noteRegistered(JSON.stringify([event.row.type, event.row.group, event.row.tags])) : undefined;
      default:
        return undefined;
    }
  }

  readAll(): void {
    void this.readTwin();
    void this.#read(this.commands, 'The commands could not be read', decodeCommands, 'commands', (read, known) => mergeCommands(known ?? [], read));
    void this.#read(this.alarms, 'The alarms could not be read', (json) => alarmsOf(decodeAlarms(json)), 'alarms', (read) => read);
    void this.#readRegistration();
  }

  readTwin(): Promise<void> {
    return this.#read(this.twin, 'The twin could not be read', decodeTwin, 'twin', newerTwin);
  }

  /** The identity, and its audit. */
  readIdentity(): void {
    void this.#read<Identity | null>(this.identity, 'The identity could not be read', decodeIdentity, 'identity', newerIdentity, (answer) => (answer.kind === 'not-found' ? { value: null } : null));
    void this.#read(this.audit, 'The audit could not be read', (json) => entriesOf(decodeAudit(json)), 'audit', (read) => read, (answer) => (answer.kind === 'not-found' ? { value: [] } : null));
  }

  /** Entries of an earlier day, behind those that are known. */
  keepOlderAudit(older: readonly AuditEntry[]): void {
    this.#change(this.audit, (known) => withOlder(known, older));
  }

  async move(id: string, move: IdentityMove, reason: string): Promise<Outcome<Identity>> {
    return this.#keepIdentity(id, await ask(this.api, MOVE_FAILED[move], decodeIdentity, 'POST', devicePath(id, `identity/${move}`), { json: noteOf(reason) }));
  }

  async revoke(id: string, credential: Credential, reason: string): Promise<Outcome<Identity>> {
    return this.#keepIdentity(id, await ask(this.api, 'The credential was not revoked', decodeIdentity, 'DELETE', devicePath(id, `credentials/${encodeURIComponent(credential.id)}`), { json: noteOf(reason) }));
  }

  /** The answer holds a secret, told this once: it is kept nowhere here. */
  async register(id: string, reason: string): Promise<Outcome<IdentityReply>> {
    return this.#keepReply(id, await ask(this.api, 'The device was not registered', decodeIdentityReply, 'POST', devicePath(id, 'identity'), { json: noteOf(reason) }));
  }

  async addCredential(id: string, reason: string): Promise<Outcome<IdentityReply>> {
    return this.#keepReply(id, await ask(this.api, 'No credential was made', decodeIdentityReply, 'POST', devicePath(id, 'credentials'), { json: noteOf(reason) }));
  }

  /** `patch`: a merge patch; otherwise the whole document. `ifVersion` null: whatever the version is. */
  async writeDesired(id: string, document: JsonObject, how: 'patch' | 'replace', ifVersion: number): Promise<Outcome<TwinView>> {
    const outcome = await ask(
      this.api, 'Desired was not changed', decodeTwin, how === 'patch' ? 'PATCH' : 'PUT', devicePath(id, 'twin/desired'), { json: document, ifVersion },
    );
    if (outcome.ok && id === this.#id) {
      const known = this.twin.peek();
      this.twin.value = ready(newerTwin(outcome.value, known.kind === 'ready' ? known.value : null));
    }
    return outcome;
  }

  /** The key makes a second try harmless, after an answer that did not come. */
  async sendCommand(id: string, body: CommandBody, key: string): Promise<Outcome<Command>> {
    const outcome = await ask(this.api, 'The command was not taken', decodeCommand, 'POST', devicePath(id, 'commands'), { json: body, key });
    this.#keepCommand(id, outcome);
    return outcome;
  }

  async cancelCommand(command: Command): Promise<Outcome<Command>> {
    const path = devicePath(command.deviceId, `commands/${encodeURIComponent(command.id)}/cancel`);
    const outcome = await ask(this.api, `Command ${command.name} was not cancelled`, decodeCommand, 'POST', path);
    this.#keepCommand(command.deviceId, outcome);
    return outcome;
  }

  async writeRegistration(id: string, patch: JsonObject, ifVersion: number): Promise<Outcome<Registration>> {
    const outcome = await ask(this.api, 'The registration was not changed', decodeRegistration, 'PATCH', devicePath(id, 'registration'), { json: patch, ifVersion });
    if (id === this.#id) {
      if (outcome.ok) {
        this.registration.value = ready(outcome.value);
      } else if (outcome.answer.kind === 'conflict') {
        void this.#readRegistration();
      }
    }
    return outcome;
  }

  #readRegistration(): Promise<void> {
    return this.#read(this.registration, 'The registration could not be read', decodeRegistration, 'registration', (read) => read);
  }

  /** Somebody else changed type, group or tags. */
  #noteRegistered(registered: string): void {
    if (this.#registered !== '' && this.#registered !== registered) {
      void this.#readRegistration();
    }
    this.#registered = registered;
  }

  #readTwinSoon(): void {
    this.#twinTimer ??= setTimeout(() => {
      this.#twinTimer = undefined;
      void this.readTwin();
    }, TWIN_GAP_MS);
  }

  /** The saga moved: the identity that it is part of is read anew, unless it is known to be newer. */
  #noteSaga(revision: number): void {
    const known = this.identity.peek();
    if (known.kind !== 'ready' || (known.value?.revision ?? -1) < revision) {
      this.#identityTimer ??= setTimeout(() => {
        this.#identityTimer = undefined;
        this.readIdentity();
      }, TWIN_GAP_MS);
    }
  }

  #keepIdentity(id: string, outcome: Outcome<Identity>): Outcome<Identity> {
    if (id === this.#id) {
      if (outcome.ok) {
        this.#change(this.identity, (known) => newerIdentity(outcome.value, known));
      }
      void this.readIdentity();
    }
    return outcome;
  }

  #keepReply(id: string, outcome: Outcome<IdentityReply>): Outcome<IdentityReply> {
    if (id === this.#id && outcome.ok) {
      this.#change(this.identity, (known) => newerIdentity(outcome.value.identity, known));
    }
    if (id === this.#id) {
      this.readIdentity();
    }
    return outcome;
  }

  /** `answers`: what an answer that is no value means, where it means something. */
  async #read<T>(
    into: Signal<Loadable<T>>, what: string, decode: (json: unknown) => Decoded<NonNullable<T>>, path: string, merge: (read: NonNullable<T>, known: T | null) => T,
    answers: (answer: Answer) => { readonly value: T } | null = () => null,
  ): Promise<void> {
    const id = this.#id;
    if (id === null) {
      return;
    }
    const outcome = await ask(this.api, what, decode, 'GET', devicePath(id, path));
    if (this.#id === id) {
      const known = into.peek();
      const meant = outcome.ok ? null : answers(outcome.answer);
      into.value = outcome.ok ? ready(merge(outcome.value, known.kind === 'ready' ? known.value : null)) : meant !== null ? ready(meant.value) : failed(known, outcome.problem);
    }
  }

  #change<T>(of: Signal<Loadable<T>>, change: (known: T) => T): void {
    const known = of.peek();
    if (known.kind === 'ready') {
      of.value = { ...known, value: change(known.value) };
    }
  }

  #keepCommand(id: string, outcome: Outcome<Command>): void {
    if (outcome.ok && id === this.#id) {
      this.#change(this.commands, (known) => withCommand(known, outcome.value));
    }
  }
}

function newerTwin(read: TwinView, known: TwinView | null): TwinView {
  return known !== null && known.revision > read.revision ? known : read;
}

function newerIdentity(read: Identity, known: Identity | null): Identity {
  return known !== null && known.revision > read.revision ? known : read;
}

function entriesOf(decoded: ReturnType<typeof decodeAudit>): Decoded<readonly AuditEntry[]> {
  return decoded.ok ? { ...decoded, value: decoded.value.entries } : decoded;
}

const noteOf = (reason: string): JsonObject => (reason === '' ? {} : { reason });

const MOVE_FAILED: Readonly<Record<IdentityMove, string>> = {
  suspend: 'The device was not suspended', resume: 'The device was not resumed', rotate: 'No rotation was begun', decommission: 'No decommission was begun', readmit: 'The device was not readmitted',
};

function alarmsOf(decoded: ReturnType<typeof decodeAlarms>): Decoded<readonly Alarm[]> {
  return decoded.ok ? { ...decoded, value: decoded.value.alarms } : decoded;
}

/** What a person does with an alarm; the text is the assignee or the comment. */
export function changeAlarm(api: Api, alarm: Alarm, action: AlarmAction, text: string | null): Promise<Outcome<Alarm>> {
  const path = devicePath(alarm.deviceId, `alarms/${encodeURIComponent(alarm.id)}/${action}`);
  return ask(api, FAILED[action], decodeAlarm, 'POST', path, { json: text === null ? {} : { text } });
}

const FAILED: Readonly<Record<AlarmAction, string>> = {
  acknowledge: 'The alarm was not acknowledged', assign: 'The alarm was not assigned', comment: 'The comment was not taken', clear: 'The alarm was not cleared',
};
