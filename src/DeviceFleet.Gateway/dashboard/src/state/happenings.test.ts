import { expect, test } from 'vitest';
import { decodeAlarm } from '../wire/alarms';
import { decodeCommand } from '../wire/commands';
import { HAPPENINGS_MAX, LINES_MAX, happeningsOf } from './happenings';

function alarm(id: string, raisedAt: number, clearedAt?: number) {
  const decoded = decodeAlarm({
    deviceId: 'a', id, number: 1, state: clearedAt === undefined ? 'active' : 'cleared', raisedAt, clearedAt, evidence: { at: raisedAt, samples: [] },
    rule: { id: 'hot', version: 1, severity: 'warning', when: { kind: 'threshold', metric: 't', op: '>', value: 1 } },
  });
  return decoded.ok ? decoded.value : expect.unreachable(decoded.faults.join());
}

function command(id: string, createdAt: number, endedAt: number, state = 'succeeded') {
  const decoded = decodeCommand({ deviceId: 'a', id, number: 1, name: 'reboot', state, by: 'ann', createdAt, expiresAt: 1, timeoutMs: 1, endedAt });
  return decoded.ok ? decoded.value : expect.unreachable(decoded.faults.join());
}

test('what touches the axis is shown, also what began before it and goes on', () => {
  const shown = happeningsOf([alarm('on', 100), alarm('over', 100, 900), alarm('later', 5_000)], [command('c', 1_500, 1_600, 'failed')], null, 1_000, 2_000);
  expect(shown.map((h) => `${h.key} ${h.kind} ${h.to ?? 'on'}`)).toEqual(['a on warning on', 'c c command-failed 1600']);
});

test('what overlaps stands below one another, what does not shares a line', () => {
  const shown = happeningsOf([alarm('a', 0, 400), alarm('b', 200, 600), alarm('c', 500, 700)], [], null, 0, 1_000);
  expect(shown.map((h) => h.line)).toEqual([0, 1, 0]);
});

test('lines and marks have bounds', () => {
  const shown = happeningsOf(Array.from({ length: 150 }, (_, i) => alarm(`a${i}`, i)), [], null, 0, 1_000);
  expect(shown).toHaveLength(HAPPENINGS_MAX);
  expect(Math.max(...shown.map((h) => h.line))).toBe(LINES_MAX - 1);
});
