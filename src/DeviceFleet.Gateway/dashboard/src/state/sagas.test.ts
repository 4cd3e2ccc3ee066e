import { describe, expect, test } from 'vitest';
import { decodeSaga, type Saga } from '../wire/provisioning';
import { rawSaga } from '../wire/samples';
import { ENDED_MAX, boardOf, choiceRefusal, consequence, countsOf, movedCard, readAnew, waitingFirst, withSagas, type BoardFilter, type Sagas } from './sagas';

function saga(id: string, progress = {}, over = {}): Saga {
  const decoded = decodeSaga(rawSaga(id, progress, over));
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

const none: Sagas = new Map();
const all: BoardFilter = { kind: 'provision', enrolment: null, q: '' };
const ids = (sagas: readonly Saga[]) => sagas.map((s) => s.deviceId);

describe('sagas', () => {
  test('the newer revision wins, whoever brings it', () => {
    const known = withSagas(none, [saga('a', { step: 'twin' }, { revision: 5 })]);

    expect(withSagas(known, [saga('a', { step: 'issue' }, { revision: 4 })])).toBe(known);
    expect(withSagas(known, [saga('a', { step: 'group' }, { revision: 6 })]).get('a')?.progress.step).toBe('group');
    expect(readAnew(known, [saga('a', { step: 'issue' }, { revision: 4 })]).get('a')?.progress.step).toBe('twin');
    expect(readAnew(known, []).size).toBe(0);
  });

  test('ended ones are kept up to a bound, the newest; those under way are all kept', () => {
    const many = Array.from({ length: ENDED_MAX + 10 }, (_, i) => saga(`e${i}`, { state: 'done', endedAt: 1_000 + i }));
    const known = withSagas(none, [...many, saga('u')]);

    expect(known.size).toBe(ENDED_MAX + 1);
    expect([known.has('e9'), known.has('e10'), known.has('u')]).toEqual([false, true, true]);
  });

  test('counts add up', () => {
    const counts = countsOf([saga('a'), saga('b', { state: 'stuck' }), saga('c', { state: 'approval' }), saga('d', { state: 'compensating' }), saga('e', { state: 'done' }), saga('f', { state: 'compensated' })]);

    expect(counts).toEqual({ underWay: 4, waiting: 2, stuck: 1, approval: 1, compensating: 1, done: 1, compensated: 1 });
  });

  test('a column has the stuck ones first, then the oldest at this step', () => {
    const board = boardOf([
      saga('young', { stepSince: 900 }), saga('old', { stepSince: 100 }), saga('stuck', { stepSince: 950, state: 'stuck' }), saga('elsewhere', { step: 'connect', state: 'waiting' }),
      saga('gone', { state: 'done', endedAt: 5 }), saga('turning', { kind: 'rotate', step: 'issue' }),
    ], all);

    expect(ids(board.columns.find((c) => c.step === 'issue')!.sagas)).toEqual(['stuck', 'old', 'young']);
    expect(board.columns.map((c) => c.step)).toEqual(['verify', 'reserve', 'issue', 'allow', 'twin', 'group', 'answer', 'connect', 'approve', 'activate']);
    expect(ids(board.ended)).toEqual(['gone']);
    expect(board.kinds).toEqual({ provision: 4, rotate: 1, decommission: 0 });
  });

  test('what waits for a person is listed through all kinds', () => {
    const sagas = [saga('a', { state: 'approval', step: 'approve', stepSince: 1 }), saga('b'), saga('c', { kind: 'rotate', state: 'stuck', step: 'allow', stepSince: 9 }), saga('d', { state: 'stuck', stepSince: 5 })];

    expect(ids(waitingFirst(sagas))).toEqual(['d', 'c', 'a']);
  });

  test('words and enrolment narrow the board, kinds included', () => {
    const sagas = [saga('a', { error: 'The broker did not answer.', state: 'stuck' }), saga('b', {}, { enrolmentId: 'bergen' }), saga('c', { kind: 'rotate' }, { enrolmentId: 'bergen' })];

    expect(ids(boardOf(sagas, { ...all, q: 'Broker stuck' }).columns[2]!.sagas)).toEqual(['a']);
    expect(boardOf(sagas, { ...all, enrolment: 'bergen' })).toMatchObject({ kinds: { provision: 1, rotate: 1 } });
    expect(ids(boardOf(sagas, { ...all, q: 'hw-b' }).columns[2]!.sagas)).toEqual(['b']);
  });

  test('a step that is not known here still has a column', () => {
    expect(boardOf([saga('a', { step: 'bless' })], all).columns.at(-1)).toMatchObject({ step: 'bless', waiting: 0 });
  });

  test('j and k walk down the columns', () => {
    const board = boardOf([saga('a', { step: 'verify' }), saga('b', { step: 'twin' }), saga('c', { state: 'done', endedAt: 1 })], all);

    expect(movedCard(board, null, 1)).toBe('a');
    expect(movedCard(board, 'a', 1)).toBe('b');
    expect(movedCard(board, 'b', 1)).toBe('c');
    expect(movedCard(board, 'c', 1)).toBe('c');
    expect(movedCard(board, 'gone', -1)).toBe('c');
    expect(movedCard(boardOf([], all), null, 1)).toBe(null);
  });

  test.each([
    ['running', 'issue', ['compensate']],
    ['waiting', 'connect', ['compensate']],
    ['approval', 'approve', ['approve', 'compensate']],
    ['stuck', 'twin', ['retry', 'skip', 'compensate']],
    ['stuck', 'issue', ['retry', 'compensate']],
    ['compensating', 'twin', []],
    ['done', 'activate', []],
    ['compensated', 'verify', []],
  ])('%s at %s: %j may be chosen', (state, step, may) => {
    const choices = ['approve', 'retry', 'skip', 'compensate'] as const;

    expect(choices.filter((choice) => choiceRefusal(saga('a', { state, step }), choice) === null)).toEqual(may);
  });

  test('each choice says what it means before it is made', () => {
    expect(consequence(saga('a', { state: 'stuck', step: 'group' }), 'skip')).toContain('no group');
    expect(consequence(saga('a', { kind: 'rotate', step: 'issue' }), 'compensate')).toContain('goes on with the one that it has');
    expect(consequence(saga('a', { kind: 'decommission', step: 'drain' }), 'compensate')).toContain('stay revoked');
  });
});
