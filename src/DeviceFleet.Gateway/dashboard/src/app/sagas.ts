// Sagas under way and those that ended of late: read over REST with each new snapshot, then kept fresh by the hub.
import { computed, signal } from '@preact/signals';
import { failed, loading, ready, type Loadable } from '../state/problem';
import { countsOf, readAnew, withSagas, type Sagas } from '../state/sagas';
import type { Api } from '../wire/api';
import type { WireEvent } from '../wire/events';
import { decodeIdentity, type Identity } from '../wire/identity';
import { decodeSagas, type Saga, type SagaChoice } from '../wire/provisioning';
import { ask, type Outcome } from './asking';

export class SagaBoard {
  readonly sagas = signal<Loadable<Sagas>>(loading);
  readonly counts = computed(() => (this.sagas.value.kind === 'ready' ? countsOf(this.sagas.value.value.values()) : null));
  #asked = 0;
  /** What the hub told while the list was being read. */
  #meanwhile: Sagas = new Map();

  constructor(private readonly api: Api) {}

  /** A frame's events together: the map is copied once. */
  note(events: readonly WireEvent[]): void {
    const news = events.filter((event) => event.kind === 'saga').map((event) => event.saga);
    if (news.length > 0) {
      this.#keep(news);
    }
    if (events.some((event) => event.kind === 'snapshot')) {
      void this.read();
    }
  }

  async read(): Promise<void> {
    const number = ++this.#asked;
    this.#meanwhile = new Map();
    const outcome = await ask(this.api, 'The sagas could not be read', decodeSagas, 'GET', '/api/provisioning/sagas');
    if (number === this.#asked) {
      this.sagas.value = outcome.ok ? ready(withSagas(readAnew(this.#meanwhile, outcome.value), [...this.#meanwhile.values()])) : failed(this.sagas.peek(), outcome.problem);
    }
  }

  /** What the answer says of the saga is shown at once; the hub tells it too, in its time. */
  async choose(saga: Saga, choice: SagaChoice, reason: string): Promise<Outcome<Identity>> {
    const path = `/api/provisioning/sagas/${encodeURIComponent(saga.deviceId)}/choice`;
    const outcome = await ask(this.api, FAILED[choice], decodeIdentity, 'POST', path, { json: { choice, instance: saga.progress.instance, ...(reason !== '' && { reason }) } });
    if (outcome.ok) {
      const told = viewOf(outcome.value);
      if (told !== null) {
        this.#keep([told]);
      }
    }
    return outcome;
  }

  #keep(news: readonly Saga[]): void {
    this.#meanwhile = withSagas(this.#meanwhile, news);
    const known = this.sagas.peek();
    if (known.kind === 'ready') {
      const next = withSagas(known.value, news);
      if (next !== known.value) {
        this.sagas.value = { ...known, value: next };
      }
    }
  }
}

/** An identity's saga, as the board shows it; null: it has none. */
export function viewOf(identity: Identity): Saga | null {
  return identity.saga === null ? null : {
    deviceId: identity.deviceId, revision: identity.revision, lifecycle: identity.state, hardwareId: identity.hardwareId, enrolmentId: identity.enrolmentId, progress: identity.saga,
  };
}

const FAILED: Readonly<Record<SagaChoice, string>> = {
  approve: 'The device was not approved', retry: 'The step was not tried again', skip: 'The step was not skipped', compensate: 'The saga was not taken back',
};
