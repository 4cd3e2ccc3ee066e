// What the page of a device shows besides its samples: read over REST, kept fresh by what the hub tells.
import { signal, type Signal } from '@preact/signals';
import { withAlarm } from '../state/alarms';
import { mergeCommands, withCommand, type CommandBody } from '../state/commands';
import { failed, loading, ready, type Loadable } from '../state/problem';
import { decodeAlarm, decodeAlarms, type Alarm, type AlarmAction } from '../wire/alarms';
import type { Api } from '../wire/api';
import { decodeCommand, decodeCommands, type Command } from '../wire/commands';
import type { WireEvent } from '../wire/events';
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

  #id: string | null = null;
  #registered = '';
  #twinTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly api: Api) {}

  watch(id: string | null): void {
    this.#id = id;
    this.#registered = '';
    clearTimeout(this.#twinTimer);
    this.#twinTimer = undefined;
    this.twin.value = loading;
    this.commands.value = loading;
    this.alarms.value = loading;
    this.registration.value = loading;
  }

  stop(): void {
    clearTimeout(this.#twinTimer);
  }

  note(event: WireEvent): void {
    switch (event.kind) {
      case 'device-snapshot':
        return event.snapshot.view.deviceId === this.#id ? this.readAll() : undefined;
      case 'command':
        return event.command.deviceId === this.#id ? this.#change(this.commands, (known) => withCommand(known, event.command)) : undefined;
      case 'alarm':
        return event.alarm.deviceId === this.#id ? this.#change(this.alarms, (known) => withAlarm(known, event.alarm)) : undefined;
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

  async #read<T>(into: Signal<Loadable<T>>, what: string, decode: (json: unknown) => Decoded<T>, path: string, merge: (read: T, known: T | null) => T): Promise<void> {
    const id = this.#id;
    if (id === null) {
      return;
    }
    const outcome = await ask(this.api, what, decode, 'GET', devicePath(id, path));
    if (this.#id === id) {
      const known = into.peek();
      into.value = outcome.ok ? ready(merge(outcome.value, known.kind === 'ready' ? known.value : null)) : failed(known, outcome.problem);
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
