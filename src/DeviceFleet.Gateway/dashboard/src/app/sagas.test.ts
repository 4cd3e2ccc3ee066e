import { describe, expect, test } from 'vitest';
import type { Answer, Api, Asked, Method } from '../wire/api';
import type { WireEvent } from '../wire/events';
import { decodeSaga, type Saga } from '../wire/provisioning';
import { rawSaga } from '../wire/samples';
import { SagaBoard } from './sagas';

const settle = () => new Promise<void>((done) => setImmediate(done));

/** Answers when it is told to. */
class SlowApi implements Api {
  readonly asked: { readonly call: string; readonly json: unknown; readonly answer: (answer: Answer) => void }[] = [];

  ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    return new Promise((answer) => this.asked.push({ call: `${method} ${path}`, json: asked.json, answer }));
  }
}

function saga(id: string, progress = {}, over = {}): Saga {
  const decoded = decodeSaga(rawSaga(id, progress, over));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

const told = (...sagas: readonly Saga[]): readonly WireEvent[] => sagas.map((s) => ({ kind: 'saga', saga: s }));
const steps = (board: SagaBoard) => (board.sagas.value.kind === 'ready' ? [...board.sagas.value.value.values()].map((s) => `${s.deviceId} ${s.progress.step}`) : board.sagas.value.kind);

function start() {
  const api = new SlowApi();
  const board = new SagaBoard(api);
  void board.read();
  return { api, board };
}

describe('the board of sagas', () => {
  test('news that overtake the list that they are newer than are kept', async () => {
    const { api, board } = start();
    board.note(told(saga('a', { step: 'twin' }, { revision: 5 }), saga('new', {}, { revision: 1 })));
    api.asked[0]!.answer({ kind: 'ok', json: { sagas: [rawSaga('a', { step: 'issue' }, { revision: 4 }), rawSaga('b')] } });
    await settle();

    expect(steps(board)).toEqual(['a twin', 'b issue', 'new issue']);
    expect(board.counts.value).toMatchObject({ underWay: 3, waiting: 0 });
  });

  test('what is not in a list that was read anew is gone', async () => {
    const { api, board } = start();
    api.asked[0]!.answer({ kind: 'ok', json: { sagas: [rawSaga('a')] } });
    await settle();
    void board.read();
    api.asked[1]!.answer({ kind: 'ok', json: { sagas: [] } });
    await settle();

    expect(steps(board)).toEqual([]);
  });

  test('the answer that was asked for last counts, and a failure leaves what is known', async () => {
    const { api, board } = start();
    void board.read();
    api.asked[1]!.answer({ kind: 'ok', json: { sagas: [rawSaga('a', {}, { revision: 2 })] } });
    api.asked[0]!.answer({ kind: 'ok', json: { sagas: [] } });
    await settle();
    expect(steps(board)).toEqual(['a issue']);

    void board.read();
    api.asked[2]!.answer({ kind: 'failed', detail: 'no' });
    await settle();
    expect(board.sagas.value).toMatchObject({ kind: 'ready', problem: { what: 'The sagas could not be read' } });
  });

  test('a choice names the saga that it is for, and its answer is shown at once', async () => {
    const { api, board } = start();
    const stuck = saga('a', { state: 'stuck', step: 'twin' }, { revision: 7 });
    api.asked[0]!.answer({ kind: 'ok', json: { sagas: [rawSaga('a', { state: 'stuck', step: 'twin' }, { revision: 7 })] } });
    await settle();
    const chosen = board.choose(stuck, 'retry', 'it is back');
    expect(api.asked[1]).toMatchObject({ call: 'POST /api/provisioning/sagas/a/choice', json: { choice: 'retry', instance: 'provision-a-1', reason: 'it is back' } });
    api.asked[1]!.answer({ kind: 'ok', json: { deviceId: 'a', revision: 8, state: 'provisioning', since: 1, saga: rawSaga('a', { state: 'running', step: 'twin' }).progress } });

    expect(await chosen).toMatchObject({ ok: true });
    expect(board.counts.value).toMatchObject({ waiting: 0, underWay: 1 });
  });

  test('a choice that came too late says so', async () => {
    const { api, board } = start();
    const chosen = board.choose(saga('a', { state: 'stuck' }), 'skip', '');
    expect(api.asked[1]?.json).toEqual({ choice: 'skip', instance: 'provision-a-1' });
    api.asked[1]!.answer({ kind: 'conflict', detail: 'Another saga is under way', version: null });

    expect(await chosen).toMatchObject({ ok: false, problem: { what: 'The step was not skipped', why: 'Another saga is under way.' } });
  });
});
