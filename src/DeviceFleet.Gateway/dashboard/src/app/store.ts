// Where the wire meets the views: folds events once a frame into signals. The only place that holds mutable state besides the rings of history.
import { batch, computed, effect, signal } from '@preact/signals';
import { noOffset, observe } from '../state/clock';
import { foldDevice, type DeviceState } from '../state/device';
import { emptyFleet, foldFleet, type FleetEvent } from '../state/fleet';
import { CounterHistory, SparkHistory } from '../state/history';
import { liveness, type Liveness } from '../state/liveness';
import { orderOfIds } from '../state/rows';
import type { Units } from '../state/units';
import type { Session } from '../wire/contract';
import type { Alarm } from '../wire/alarms';
import type { Api } from '../wire/api';
import type { FleetSource, Link, WireEvent } from '../wire/events';
import { DeviceDetails } from './details';
import { Enrolments } from './enrolments';
import { FrameBatch } from './frame';
import { GroupViews } from './groupViews';
import { AlarmInbox } from './inbox';
import { Navigation } from './navigation';
import { Preferences } from './preferences';
import { Rollouts } from './rollouts';
import { SagaBoard } from './sagas';
import { SettingsReader } from './settings';

const TICK_MS = 250;
const AGE_TICK_MS = 1_000;

export const COUNTERS = ['online', 'stale', 'offline', 'unknown', 'alarming', 'total', 'appliedPerSecond', 'lagMs', 'refusedByBroker', 'provisioning'] as const;
export type CounterName = (typeof COUNTERS)[number];

export interface Faults {
  readonly count: number;
  readonly last: string | null;
}

export class Store {
  readonly navigation = new Navigation();
  readonly preferences = new Preferences();

  readonly fleet = signal(emptyFleet);
  readonly device = signal<DeviceState>({ kind: 'none' });
  readonly session = signal<Session | null>(null);
  readonly link = signal<Link>({ kind: 'connecting' });
  /** Messages, or parts of them, that could not be read. */
  readonly faults = signal<Faults>({ count: 0, last: null });
  /** Server time, Unix ms, once a second: what ages are counted from. */
  readonly now = signal(Date.now());
  readonly helpOpen = signal(false);
  /** Keys of the page that is shown; true: it took the key. */
  pageKey: ((key: string) => boolean) | null = null;

  readonly details: DeviceDetails;
  readonly inbox: AlarmInbox;
  readonly groups: GroupViews;
  readonly settings: SettingsReader;
  readonly sagas: SagaBoard;
  readonly enrolments: Enrolments;
  readonly rollouts: Rollouts;

  readonly sparks = new SparkHistory();
  readonly counterHistory = new CounterHistory(COUNTERS);
  /** Rises when counterHistory took a point. */
  readonly counterPoints = signal(0);

  readonly #browserNow = signal(Date.now());
  readonly #lastEventAt = signal<number | null>(null);
  readonly #index = computed(() => this.fleet.value.index);
  readonly #events: FrameBatch<WireEvent>;
  readonly #source: FleetSource;
  readonly #unbind: (() => void)[] = [];
  #offset = noOffset;

  /** Changes rarely, unlike the fleet: the order of ids, kept until devices come or go. */
  readonly idOrder = computed(() => {
    void this.#index.value;
    return orderOfIds(this.fleet.peek().rows);
  });
  readonly liveness = computed<Liveness>(() => liveness(this.link.value, this.#lastEventAt.value, this.#browserNow.value));
  readonly isLive = computed(() => ['live', 'catching-up'].includes(this.link.value.kind));
  readonly loaded = computed(() => this.fleet.value.sequence !== null);

  /** Why nothing may be changed; null: it may. */
  readonly readOnly = computed<string | null>(() => {
    const role = this.session.value?.role;
    return role === undefined ? 'The session is not known yet.' : role === 'viewer' ? 'Your role “viewer” sees everything and changes nothing. Ask an administrator for “operator”.' : null;
  });

  /** Why what only an administrator may do may not be done; null: it may. */
  readonly adminOnly = computed<string | null>(() => {
    const role = this.session.value?.role;
    return this.readOnly.value ?? (role === 'admin' ? null : `Your role “${role ?? ''}” may not do this. Ask an administrator to do it, or for “admin”.`);
  });

  constructor(createSource: (emit: (event: WireEvent) => void) => FleetSource, readonly api: Api) {
    this.details = new DeviceDetails(api);
    this.inbox = new AlarmInbox(api);
    this.groups = new GroupViews(api);
    this.settings = new SettingsReader(api);
    this.sagas = new SagaBoard(api);
    this.enrolments = new Enrolments(api);
    this.rollouts = new Rollouts(api);
    this.#events = new FrameBatch((events) => this.#fold(events));
    this.#source = createSource((event) => this.#events.push(event));
    this.#every(TICK_MS, () => (this.#browserNow.value = Date.now()));
    this.#every(AGE_TICK_MS, () => (this.now.value = this.serverNow()));
    this.#unbind.push(effect(() => this.#watch()));
  }

  start(): void {
    this.#source.start();
  }

  stop(): void {
    this.#unbind.forEach((unbind) => unbind());
    this.#events.stop();
    this.#source.stop();
    this.details.stop();
    this.rollouts.stop();
    this.navigation.stop();
    this.preferences.stop();
  }

  serverNow(): number {
    return Date.now() + this.#offset.ms;
  }

  retryNow(): void {
    this.#source.retryNow();
  }

  signOut(): Promise<boolean> {
    return this.#source.signOut();
  }

  /** Units of a device's metrics, by its type. Looks without watching: hundreds of alarms must not be drawn anew with each sample. */
  unitsOf(deviceId: string): Units {
    const { rows, index } = this.fleet.peek();
    return this.settings.units(rows[index.get(deviceId) ?? -1]?.type ?? null);
  }

  /** An alarm as an answer told it; the hub tells it too, in its time. */
  keepAlarm(alarm: Alarm): void {
    const event = { kind: 'alarm', alarm } as const;
    batch(() => {
      this.details.note(event);
      this.inbox.note(event);
    });
  }

  #watch(): void {
    const route = this.navigation.route.value;
    this.rollouts.watch(route.page === 'rollout' ? route.id : null);
    const id = route.page === 'device' ? route.id : null;
    const known = this.device.peek();
    if (id === (known.kind === 'none' ? null : known.id)) {
      return;
    }
    this.device.value = id === null ? { kind: 'none' } : { kind: 'loading', id };
    this.details.watch(id);
    this.#source.watchDevice(id);
  }

  #fold(events: readonly WireEvent[]): void {
    const at = Date.now();
    batch(() => {
      this.fleet.value = foldFleet(this.fleet.peek(), events.filter(isFleetEvent));
      this.device.value = foldDevice(this.device.peek(), events);
      for (const event of events) {
        this.#note(event, at);
        this.details.note(event);
        this.inbox.note(event);
        this.groups.note(event);
        this.settings.note(event);
      }
      this.sagas.note(events);
      this.rollouts.note(events);
      this.#browserNow.value = at;
    });
  }

  #note(event: WireEvent, at: number): void {
    switch (event.kind) {
      case 'snapshot':
      case 'updates':
        this.#offset = observe(this.#offset, event.asOf, at);
        this.#lastEventAt.value = at;
        this.counterPoints.value += Number(this.counterHistory.take(event.asOf, { ...event.counters, lagMs: event.counters.lagMs ?? Number.NaN, provisioning: this.sagas.counts.peek()?.underWay ?? Number.NaN }));
        for (const row of event.devices) {
          for (const metric in row.metrics) {
            this.sparks.record(row.id, metric, row.metrics[metric]!);
          }
        }
        break;
      case 'session':
        this.session.value = event.session;
        break;
      case 'link':
        this.link.value = event.link;
        break;
      case 'faults':
        this.faults.value = { count: this.faults.peek().count + event.faults.length, last: event.faults.at(-1) ?? null };
        break;
      case 'command':
      case 'alarm':
      case 'group':
      case 'saga':
      case 'rollout':
      case 'twin-changed':
      case 'device-samples':
      case 'device-snapshot':
      case 'device-unavailable':
        break; // folded elsewhere
    }
  }

  #every(ms: number, action: () => void): void {
    const timer = setInterval(action, ms);
    this.#unbind.push(() => clearInterval(timer));
  }
}

function isFleetEvent(event: WireEvent): event is FleetEvent {
  return event.kind === 'snapshot' || event.kind === 'updates' || event.kind === 'device-samples';
}
