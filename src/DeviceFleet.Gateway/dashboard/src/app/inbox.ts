// Alarms of the whole fleet: read over REST when first wanted and after each new snapshot, then kept fresh by the hub.
import { signal } from '@preact/signals';
import { withAlarm } from '../state/alarms';
import { failed, loading, ready, type Loadable } from '../state/problem';
import { decodeAlarms, type Alarm, type AlarmPage } from '../wire/alarms';
import type { Api } from '../wire/api';
import type { WireEvent } from '../wire/events';
import { ask } from './asking';

/** Most alarms asked for at once. */
const LIMIT = 500;

export type AlarmScope = 'active' | 'all';

export class AlarmInbox {
  readonly page = signal<Loadable<AlarmPage>>(loading);
  #scope: AlarmScope = 'active';
  #asked = 0;

  constructor(private readonly api: Api) {}

  show(scope: AlarmScope): void {
    if (scope !== this.#scope) {
      this.#scope = scope;
      void this.read();
    }
  }

  note(event: WireEvent): void {
    if (event.kind === 'snapshot') {
      void this.read();
    } else if (event.kind === 'alarm') {
      this.keep(event.alarm);
    }
  }

  keep(alarm: Alarm): void {
    const page = this.page.peek();
    if (page.kind === 'ready') {
      const alarms = withAlarm(page.value.alarms, alarm);
      this.page.value = { ...page, value: { alarms, total: page.value.total + Math.max(0, alarms.length - page.value.alarms.length) } };
    }
  }

  async read(): Promise<void> {
    const number = ++this.#asked;
    const outcome = await ask(this.api, 'The alarms could not be read', decodeAlarms, 'GET', `/api/alarms?state=${this.#scope}&limit=${LIMIT}`);
    if (number === this.#asked) {
      this.page.value = outcome.ok ? ready(outcome.value) : failed(this.page.peek(), outcome.problem);
    }
  }
}
