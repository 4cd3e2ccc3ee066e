// Enrolments: read when the page shows them. The hub does not tell of them, so they are read again when somebody looks.
import { signal } from '@preact/signals';
import type { EnrolmentBody } from '../state/enrolments';
import { failed, loading, ready, type Loadable } from '../state/problem';
import type { Api } from '../wire/api';
import { decodeCodes, decodeEnrolments, decodeWritten, type Enrolment, type EnrolmentWritten } from '../wire/provisioning';
import type { Decoded } from '../wire/read';
import { ask, type Outcome } from './asking';

const PATH = '/api/provisioning/enrolments';

export class Enrolments {
  readonly list = signal<Loadable<readonly Enrolment[]>>(loading);
  #asked = 0;

  constructor(private readonly api: Api) {}

  async read(): Promise<void> {
    const number = ++this.#asked;
    const outcome = await ask(this.api, 'The enrolments could not be read', decodeEnrolments, 'GET', PATH);
    if (number === this.#asked) {
      this.list.value = outcome.ok ? ready(outcome.value) : failed(this.list.peek(), outcome.problem);
    }
  }

  /** `ifVersion` 0: there must be none yet. The answer may hold a key, told this once: it is kept nowhere here. */
  async write(id: string, body: EnrolmentBody, ifVersion: number): Promise<Outcome<EnrolmentWritten>> {
    const outcome = await ask(this.api, ifVersion === 0 ? 'The enrolment was not made' : 'The enrolment was not changed', decodeWritten, 'PUT', `${PATH}/${encodeURIComponent(id)}`, { json: body, ifVersion });
    if (outcome.ok) {
      const { enrolment } = outcome.value;
      this.#change((known) => [...known.filter((e) => e.id !== id), enrolment].sort((a, b) => (a.id < b.id ? -1 : 1)));
    } else if (outcome.answer.kind === 'conflict') {
      void this.read();
    }
    return outcome;
  }

  async delete(enrolment: Enrolment): Promise<Outcome<null>> {
    const outcome = await ask(this.api, 'The enrolment was not deleted', nothing, 'DELETE', `${PATH}/${encodeURIComponent(enrolment.id)}`, { ifVersion: enrolment.version });
    if (outcome.ok) {
      this.#change((known) => known.filter((e) => e.id !== enrolment.id));
    } else if (outcome.answer.kind === 'conflict') {
      void this.read();
    }
    return outcome;
  }

  async makeCodes(enrolment: Enrolment, count: number, expiresAt: number | null, group: string): Promise<Outcome<readonly string[]>> {
    const json = { count, ...(expiresAt !== null && { expiresAt }), ...(group !== '' && { group }) };
    const outcome = await ask(this.api, 'No codes were made', decodeCodes, 'POST', `${PATH}/${encodeURIComponent(enrolment.id)}/codes`, { json });
    if (outcome.ok) {
      void this.read();
    }
    return outcome;
  }

  #change(change: (known: readonly Enrolment[]) => readonly Enrolment[]): void {
    const known = this.list.peek();
    if (known.kind === 'ready') {
      this.list.value = { ...known, value: change(known.value) };
    }
  }
}

function nothing(): Decoded<null> {
  return { ok: true, value: null, faults: [] };
}
