import { expect, test } from 'vitest';
import { bodyOf } from '../state/enrolments';
import type { Answer, Api, Asked, Method } from '../wire/api';
import { decodeEnrolment, type Enrolment } from '../wire/provisioning';
import { stored } from '../wire/stored';
import { Enrolments } from './enrolments';

class FakeApi implements Api {
  readonly asked: string[] = [];
  readonly answers: Answer[] = [];

  ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    this.asked.push(`${method} ${path}${asked.ifVersion === undefined ? '' : ` if ${asked.ifVersion}`}`);
    return Promise.resolve(this.answers.shift() ?? { kind: 'failed', detail: 'no answer' });
  }
}

function enrolment(id: string, version = 1): Enrolment {
  const decoded = decodeEnrolment({ ...(stored('Enrolment') as object), id, version });
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

const raw = (id: string, version = 1) => ({ ...(stored('Enrolment') as object), id, version });
const versions = (store: Enrolments) => (store.list.value.kind === 'ready' ? store.list.value.value.map((e) => `${e.id} ${e.version}`) : store.list.value.kind);

test('a write names the version that it was made from, and its answer takes its place in the list', async () => {
  const api = new FakeApi();
  const store = new Enrolments(api);
  api.answers.push({ kind: 'ok', json: { enrolments: [raw('a'), raw('c')] } }, { kind: 'ok', json: { enrolment: raw('b'), key: 'a2V5' } }, { kind: 'ok', json: { enrolment: raw('a', 2) } });
  await store.read();

  expect(await store.write('b', bodyOf(enrolment('b')), 0)).toMatchObject({ ok: true, value: { key: 'a2V5' } });
  expect(await store.write('a', bodyOf(enrolment('a')), 1)).toMatchObject({ ok: true, value: { key: null } });
  expect(versions(store)).toEqual(['a 2', 'b 1', 'c 1']);
  expect(api.asked).toEqual(['GET /api/provisioning/enrolments', 'PUT /api/provisioning/enrolments/b if 0', 'PUT /api/provisioning/enrolments/a if 1']);
});

test('who was overtaken sees what is there now', async () => {
  const api = new FakeApi();
  const store = new Enrolments(api);
  api.answers.push({ kind: 'ok', json: { enrolments: [raw('a')] } }, { kind: 'conflict', detail: 'It is at version 3', version: 3 }, { kind: 'ok', json: { enrolments: [raw('a', 3)] } });
  await store.read();

  expect(await store.delete(enrolment('a'))).toMatchObject({ ok: false, problem: { what: 'The enrolment was not deleted' } });
  await new Promise((done) => setImmediate(done));
  expect(versions(store)).toEqual(['a 3']);
});

test('what was deleted goes, although the answer is empty', async () => {
  const api = new FakeApi();
  const store = new Enrolments(api);
  api.answers.push({ kind: 'ok', json: { enrolments: [raw('a')] } }, { kind: 'ok', json: null, status: 204 });
  await store.read();
  await store.delete(enrolment('a'));

  expect(versions(store)).toEqual([]);
  expect(api.asked[1]).toBe('DELETE /api/provisioning/enrolments/a if 1');
});
