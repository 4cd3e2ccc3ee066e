import { describe, expect, test, vi } from 'vitest';
import type { Answer, Api, Asked, Method } from '../wire/api';
import { decodeDeviceSnapshot } from '../wire/decode';
import type { WireEvent } from '../wire/events';
import { decodeSaga } from '../wire/provisioning';
import { rawRow, rawSaga } from '../wire/samples';
import { decodeCommand } from '../wire/commands';
import { DeviceDetails } from './details';

const settle = () => new Promise<void>((done) => setImmediate(done));

class FakeApi implements Api {
  readonly asked: string[] = [];
  readonly answers = new Map<string, Answer>();

  ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    const call = `${method} ${path}`;
    this.asked.push(`${call}${asked.ifVersion === undefined ? '' : ` if ${asked.ifVersion}`}${asked.key === undefined ? '' : ` key ${asked.key}`}`);
    return Promise.resolve(this.answers.get(call) ?? { kind: 'failed', detail: 'no answer' });
  }
}

const twin = (revision: number, version: number) => ({ deviceId: 'a', revision, desired: { version, value: {}, writers: {} }, reported: { version: 1, value: {}, writers: {} }, delta: {} });
const identity = (revision: number, over = {}) => ({ deviceId: 'a', revision, state: 'active', since: 1, credentials: [], ...over });
const command = (state: string) => ({ deviceId: 'a', id: 'c1', number: 1, name: 'reboot', state, by: 'ann', createdAt: 1, expiresAt: 2, timeoutMs: 3 });

function snapshot(id: string): WireEvent {
  const decoded = decodeDeviceSnapshot({ view: { ...rawRow(id), deviceId: id, connects: 1 }, recent: [] });
  if (!decoded.ok) throw new Error('refused');
  return { kind: 'device-snapshot', snapshot: decoded.value };
}

function start() {
  const api = new FakeApi();
  api.answers.set('GET /api/devices/a/twin', { kind: 'ok', json: twin(5, 3) });
  api.answers.set('GET /api/devices/a/commands', { kind: 'ok', json: { commands: [command('queued')] } });
  api.answers.set('GET /api/devices/a/alarms', { kind: 'ok', json: { alarms: [] } });
  api.answers.set('GET /api/devices/a/registration', { kind: 'ok', json: { version: 0 } });
  const details = new DeviceDetails(api);
  details.watch('a');
  return { api, details };
}

describe('details of a device', () => {
  test('are read with its snapshot, and anew with the next one after a lost connection', async () => {
    const { api, details } = start();
    details.note(snapshot('a'));
    details.note(snapshot('b'));
    await settle();

    expect(api.asked).toHaveLength(6); // identity and audit at once: they are there without a snapshot, too
    expect(details.twin.value).toMatchObject({ kind: 'ready', value: { revision: 5 }, problem: null });
    details.note(snapshot('a'));
    expect(api.asked).toHaveLength(10);
  });

  test('a part that cannot be read says what, why and what next; one that was read before stays', async () => {
    const { api, details } = start();
    api.answers.delete('GET /api/devices/a/alarms');
    details.readAll();
    await settle();
    expect(details.alarms.value).toMatchObject({ kind: 'failed', problem: { what: 'The alarms could not be read', why: 'no answer.' } });

    api.answers.delete('GET /api/devices/a/twin');
    await details.readTwin();
    expect(details.twin.value).toMatchObject({ kind: 'ready', value: { revision: 5 }, problem: { what: 'The twin could not be read' } });
  });

  test('an answer about a device no longer looked at is dropped', async () => {
    const { details } = start();
    details.readAll();
    details.watch('b');
    await settle();

    expect(details.twin.value.kind).toBe('loading');
  });

  test('a write names the version that it was made from, and its answer is shown at once', async () => {
    const { api, details } = start();
    await details.readTwin();
    api.answers.set('PATCH /api/devices/a/twin/desired', { kind: 'ok', json: twin(6, 4) });

    expect(await details.writeDesired('a', { x: 1 }, 'patch', 3)).toMatchObject({ ok: true });
    expect(api.asked.at(-1)).toBe('PATCH /api/devices/a/twin/desired if 3');
    expect(details.twin.value).toMatchObject({ value: { desired: { version: 4 } } });
  });

  test('an older twin that arrives late changes nothing', async () => {
    const { api, details } = start();
    await details.readTwin();
    api.answers.set('GET /api/devices/a/twin', { kind: 'ok', json: twin(4, 2) });
    await details.readTwin();

    expect(details.twin.value).toMatchObject({ value: { revision: 5 } });
  });

  test('a conflict is told as one', async () => {
    const { api, details } = start();
    api.answers.set('PUT /api/devices/a/twin/desired', { kind: 'conflict', detail: 'It is at version 9', version: 9 });

    const outcome = await details.writeDesired('a', {}, 'replace', 3);
    expect(outcome).toMatchObject({ ok: false, answer: { kind: 'conflict', version: 9 }, problem: { what: 'Desired was not changed', why: 'It is at version 9.' } });
  });

  test('a command carries its key, and what the hub tells of it moves it on', async () => {
    const { api, details } = start();
    details.readAll();
    await settle();
    api.answers.set('POST /api/devices/a/commands', { kind: 'ok', json: command('queued'), status: 202 });
    expect(await details.sendCommand('a', { name: 'reboot', expiresInSeconds: 1, timeoutSeconds: 1 }, 'k')).toMatchObject({ ok: true, pending: true });
    expect(api.asked.at(-1)).toBe('POST /api/devices/a/commands key k');

    const decoded = decodeCommand(command('delivered'));
    if (decoded.ok) details.note({ kind: 'command', command: decoded.value });
    expect(details.commands.value).toMatchObject({ value: [{ id: 'c1', state: 'delivered' }] });
  });

  test('a device that was never let in has no identity, which is no fault', async () => {
    const { api, details } = start();
    api.answers.set('GET /api/devices/b/identity', { kind: 'not-found' });
    api.answers.set('GET /api/devices/b/audit', { kind: 'ok', json: { entries: [] } });
    details.watch('b');
    await settle();

    expect(details.identity.value).toEqual({ kind: 'ready', value: null, problem: null });
    expect(details.audit.value).toMatchObject({ kind: 'ready', value: [] });
  });

  test('a secret goes to who asked for it, and is kept nowhere', async () => {
    const { api, details } = start();
    api.answers.set('GET /api/devices/a/identity', { kind: 'not-found' });
    details.readIdentity();
    await settle();
    api.answers.set('GET /api/devices/a/identity', { kind: 'ok', json: identity(1) });
    api.answers.set('POST /api/devices/a/identity', { kind: 'ok', json: { identity: identity(1), credentialId: 'c1', secret: 'pass' } });

    expect(await details.register('a', 'by hand')).toMatchObject({ ok: true, value: { secret: 'pass' } });
    await settle();
    expect(details.identity.value).toMatchObject({ value: { revision: 1, state: 'active' } });
    expect(JSON.stringify([details.identity.value, details.audit.value])).not.toContain('pass');
  });

  test('an older identity that arrives late changes nothing, and news of a saga make it be read anew', async () => {
    const { api, details } = start();
    api.answers.set('GET /api/devices/a/identity', { kind: 'ok', json: identity(4) });
    details.readIdentity();
    await settle();
    api.answers.set('GET /api/devices/a/identity', { kind: 'ok', json: identity(3) });
    details.readIdentity();
    await settle();
    expect(details.identity.value).toMatchObject({ value: { revision: 4 } });

    api.answers.set('GET /api/devices/a/identity', { kind: 'ok', json: identity(6, { state: 'suspended' }) });
    const saga = decodeSaga(rawSaga('a', {}, { revision: 6 }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    if (saga.ok) details.note({ kind: 'saga', saga: saga.value });
    vi.runAllTimers();
    vi.useRealTimers();
    await settle();
    expect(details.identity.value).toMatchObject({ value: { revision: 6, state: 'suspended' } });
  });
});
