import { describe, expect, test } from 'vitest';
import { decodeRollout, type Rollout } from '../wire/rollouts';
import { rawRollout, rawWave } from '../wire/samples';
import { draftFor, readDraft, rolloutId, type RolloutDraft } from './rolloutDraft';
import { abortLine, abortWords, actionConsequence, actionRefusal, clock, currentWave, devicesOf, isUnderWay, offBy, settled, targetsWords, totalCounts, windowWords, withRollouts } from './rollouts';

function rollout(id: string, over = {}, waves: readonly unknown[] = [rawWave(0, { updated: 8, failed: 2 }, { state: 'passed' }), rawWave(1, { updated: 3, offered: 1, updating: 2, pending: 24 })]): Rollout {
  const decoded = decodeRollout(rawRollout(id, waves, over));
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

describe('rollouts', () => {
  test('newest first, and the newer revision wins', () => {
    const known = withRollouts([], [rollout('a', { createdAt: 1 }), rollout('b', { createdAt: 2, revision: 4 })]);

    expect(known.map((r) => r.id)).toEqual(['b', 'a']);
    expect(withRollouts(known, [rollout('b', { revision: 3 })])).toBe(known);
    expect(withRollouts(known, [rollout('b', { createdAt: 2, revision: 5, state: 'done' })])[0]?.state).toBe('done');
  });

  test('devices are counted through all waves', () => {
    const r = rollout('a');

    expect(devicesOf(r)).toBe(40);
    expect(totalCounts(r)).toMatchObject({ updated: 11, failed: 2, pending: 24, skipped: 0 });
    expect(settled(totalCounts(r))).toBe(13);
    expect(r.waves.map(offBy)).toEqual([0, 0]);
    expect(currentWave(r)?.number).toBe(1);
  });

  test.each([
    [0, 3, { isOver: false, left: 2, filled: 0, lineAt: 0.75 }],
    [2, 3, { isOver: false, left: 0, lineAt: 0.75 }],
    [3, 3, { isOver: true, left: 0, filled: 0.75, lineAt: 0.75 }],
    [12, 3, { isOver: true, filled: 1, lineAt: 0.25 }],
  ])('%d failures against an abort line at %d', (failed, abortAt, expected) => {
    expect(abortLine(rollout('a', {}, [rawWave(0, { failed, pending: 20 }, { abortAt })]).waves[0]!)).toMatchObject(expected);
  });

  test('what may be done depends on how it stands', () => {
    const may = (state: string) => (['pause', 'resume', 'cancel', 'roll-back'] as const).filter((action) => actionRefusal(rollout('a', { state }), action) === null);

    expect(may('running')).toEqual(['pause', 'cancel', 'roll-back']);
    expect(may('paused')).toEqual(['resume', 'cancel', 'roll-back']);
    expect(['rolling-back', 'done', 'aborted', 'cancelled'].flatMap(may)).toEqual([]);
    expect(isUnderWay(rollout('a', { state: 'rolling-back' }))).toBe(true);
  });

  test('what will happen is said with how many', () => {
    expect(actionConsequence(rollout('a'), 'pause')).toContain('24 devices wait');
    expect(actionConsequence(rollout('a'), 'pause')).toContain('3 devices were told already and go on');
    expect(actionConsequence(rollout('a'), 'cancel')).toContain('11 devices keep 2.1.0');
    expect(actionConsequence(rollout('a'), 'roll-back')).toContain('14 devices are told to go back');
    expect(actionConsequence(rollout('a', {}, [rawWave(0, { updated: 1 })]), 'roll-back')).toContain('1 device is told to go back to what it ran before');
  });

  test('plans and targets in words', () => {
    expect(targetsWords(rollout('a', { targets: { type: 'pump', group: 'oslo', tags: { hall: '3' } } }).targets)).toBe('type pump, group oslo, tag hall = 3');
    expect(targetsWords(rollout('a', { targets: { all: true } }).targets)).toBe('every device');
    expect(targetsWords(rollout('a', { targets: { ids: ['a', 'b', 'c', 'd'] } }).targets)).toBe('4 devices');
    expect(windowWords({ fromMinute: 1_380, minutes: 120 })).toBe('daily 23:00 to 01:00 UTC');
    expect(clock(1_440)).toBe('00:00');
    expect(abortWords(rollout('a').plan)).toContain('more than 10\u2009% of a wave failed, and at least 2; then it rolls back');
  });
});

describe('the draft of a rollout', () => {
  const draft: RolloutDraft = { ...draftFor(null), version: '2.1.0', type: 'pump' };
  const faultsOf = (over: Partial<RolloutDraft>) => {
    const read = readDraft({ ...draft, ...over }, 'r-1');
    return read.ok ? [] : Object.keys(read.faults);
  };

  test('is read whole', () => {
    expect(readDraft({ ...draft, tags: 'hall = 3\n\nvendor=a=b', windowFrom: '22:00', windowTo: '04:30' }, 'r-1')).toEqual({
      ok: true,
      body: {
        id: 'r-1', version: '2.1.0', targets: { type: 'pump', tags: { hall: '3', vendor: 'a=b' } }, abortAbovePercent: 10, abortFailuresMin: 2, rollBack: true, parallel: 50, deviceTimeoutMs: 900_000,
        waves: [{ upToPercent: 5, soakMs: 600_000 }, { upToPercent: 25, soakMs: 600_000 }, { upToPercent: 100, soakMs: 600_000 }], window: { fromMinute: 1_320, minutes: 390 },
      },
    });
  });

  test('ids are taken once each; everyone must be asked for by name', () => {
    expect(readDraft({ ...draft, to: 'ids', ids: 'a, b\nb c' }, 'r')).toMatchObject({ ok: true, body: { targets: { ids: ['a', 'b', 'c'] } } });
    expect(readDraft({ ...draft, to: 'all' }, 'r')).toMatchObject({ ok: true, body: { targets: { all: true } } });
  });

  test.each<[Partial<RolloutDraft>, string]>([
    [{ version: '' }, 'version'], [{ type: '' }, 'group'], [{ to: 'ids', ids: ' ' }, 'ids'], [{ tags: 'hall' }, 'tags'], [{ waves: '5, 25' }, 'waves'], [{ waves: '25, 5, 100' }, 'waves'],
    [{ waves: '' }, 'waves'], [{ waves: '0, 100' }, 'waves'], [{ soakMinutes: 'x' }, 'soakMinutes'], [{ abortAbovePercent: '101' }, 'abortAbovePercent'], [{ abortFailuresMin: '0' }, 'abortFailuresMin'],
    [{ parallel: '1.5' }, 'parallel'], [{ deviceMinutes: '' }, 'deviceMinutes'], [{ windowFrom: '25:00', windowTo: '01:00' }, 'windowFrom'], [{ windowFrom: '22:00' }, 'windowTo'],
  ])('%j is faulty at %s', (over, field) => {
    expect(faultsOf(over)).toEqual([field]);
  });

  test('an id is in the alphabet of ids', () => {
    expect(rolloutId('2.1.0+build 7', 1_700_000_000_000)).toMatch(/^r-2-1-0-build-7-[a-z0-9]+$/);
  });
});
