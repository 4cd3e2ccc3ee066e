import { describe, expect, test } from 'vitest';
import { ALARM_STATES, decodeAlarm, type Alarm } from '../wire/alarms';
import { alarmKey, compareSeverity, inbox, moved, withAlarm } from './alarms';
import { plotEvidence } from './evidence';
import { clearWords, conditionWords, linesOf, scopeWords } from './rules';

const plain = (text: string) => text.replaceAll('\u2009', ' ');

function alarm(deviceId: string, rule: string, over: Record<string, unknown> = {}, ruleOver: Record<string, unknown> = {}): Alarm {
  const decoded = decodeAlarm({
    deviceId, id: `${rule}-1`, number: 1, state: 'active', raisedAt: 1_000, evidence: { at: 1_000, samples: [{ ts: 900, value: 81 }] }, comments: [],
    rule: { id: rule, version: 1, severity: 'warning', when: { kind: 'threshold', metric: 'temperature', op: '>', value: 80 }, ...ruleOver }, ...over,
  });
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

describe('alarms', () => {
  test('in whatever order the news come, an alarm never moves back', () => {
    for (const first of ALARM_STATES) {
      for (const second of ALARM_STATES) {
        const end = withAlarm([alarm('a', 'r', { state: first })], alarm('a', 'r', { state: second }))[0]!.state;
        expect(ALARM_STATES.indexOf(end)).toBe(Math.max(ALARM_STATES.indexOf(first), ALARM_STATES.indexOf(second)));
      }
    }
  });

  test('alarms of other devices under the same rule are other alarms', () => {
    expect(withAlarm([alarm('a', 'r')], alarm('b', 'r'))).toHaveLength(2);
  });

  test('the inbox is grouped by rule, the worst open first, then the newest', () => {
    const groups = inbox([
      alarm('a', 'warm', { raisedAt: 9_000 }), alarm('b', 'hot', { raisedAt: 1 }, { severity: 'critical' }), alarm('c', 'cool', { raisedAt: 9_500 }),
      alarm('d', 'gone', { state: 'cleared' }, { severity: 'critical' }), alarm('e', 'warm', { raisedAt: 9_900, state: 'acknowledged' }, { name: 'Too warm', version: 2 }),
    ], null);
    expect(groups.map((g) => `${g.rule} ${g.name} ${g.severity} ${g.open} ${g.unacknowledged}`)).toEqual(['hot hot critical 1 1', 'warm Too warm warning 2 1', 'cool cool warning 1 1', 'gone gone critical 0 0']);
    expect(groups[1]?.alarms.map((a) => a.deviceId)).toEqual(['e', 'a']);
    expect(inbox([alarm('a', 'r')], 'critical')).toEqual([]);
  });

  test('j and k walk through all groups and stop at the ends', () => {
    const groups = inbox([alarm('a', 'x'), alarm('b', 'x', { raisedAt: 1 }), alarm('c', 'y', { raisedAt: 0 })], null);
    const walk = (from: string | null, steps: readonly number[]) => steps.reduce<string | null>((at, step) => moved(groups, at, step), from);
    expect(walk(null, [1])).toBe(alarmKey({ deviceId: 'a', id: 'x-1' }));
    expect(walk(null, [1, 1, 1, 1, 1])).toBe(alarmKey({ deviceId: 'c', id: 'y-1' }));
    expect(walk(null, [-1, -1])).toBe(alarmKey({ deviceId: 'b', id: 'x-1' }));
    expect(moved([], null, 1)).toBeNull();
  });

  test('severities compare, none is least', () => {
    expect(compareSeverity('critical', 'warning')).toBeGreaterThan(0);
    expect(compareSeverity('info', null)).toBeGreaterThan(0);
    expect(compareSeverity(null, null)).toBe(0);
  });
});

describe('rules', () => {
  test.each([
    [{ kind: 'threshold', metric: 'temperature', op: '>', value: 80, for: '00:10:00' }, 'temperature > 80 °C for 10 min'],
    [{ kind: 'threshold', metric: 'vibrationMms', op: '>=', value: 2.8, count: 3, within: '00:01:00' }, 'vibrationMms ≥ 2.8 mm/s, 3 samples within 1 min'],
    [{ kind: 'range', metric: 'pressureKpa', low: 280, high: 335 }, 'pressureKpa outside 280 kPa to 335 kPa'],
    [{ kind: 'range', metric: 'speed', high: 9 }, 'speed above 9'],
    [{ kind: 'rate', metric: 'temperature', op: '>', value: 2 }, 'temperature changes by > 2 °C a second'],
    [{ kind: 'absence', for: '00:05:00' }, 'no sample for 5 min'],
    [{ kind: 'absence', metric: 'flow', for: '00:00:30' }, 'no sample with flow for 30 s'],
  ])('%j in words', (when, words) => {
    expect(plain(conditionWords(alarm('a', 'r', {}, { when }).rule.when))).toBe(words);
  });

  test('how it clears, and for whom it is', () => {
    const words = (over: Record<string, unknown>) => plain(clearWords(alarm('a', 'r', {}, over).rule));
    expect(words({})).toBe('clears when that is no longer so');
    expect(words({ hysteresis: 2.5 })).toBe('clears once it is back by 2.5 °C');
    expect(words({ clear: { kind: 'threshold', metric: 'temperature', op: '<', value: 70 } })).toBe('clears when temperature < 70 °C');
    expect(words({ when: { kind: 'absence', for: '00:01:00' } })).toBe('clears with the next such sample');
    expect(scopeWords(alarm('a', 'r').rule)).toBe('all devices');
    expect(scopeWords(alarm('a', 'r', {}, { scope: { types: ['pump', 'fan'], groups: ['oslo'], tags: { hall: '3' } } }).rule)).toBe('devices of type pump or fan in oslo with hall = 3');
    expect(scopeWords(alarm('a', 'r', {}, { scope: { groups: ['oslo'] } }).rule)).toBe('devices in oslo');
  });

  test('the lines of a rule: where it raises, and where it clears', () => {
    const lines = (over: Record<string, unknown>) => linesOf(alarm('a', 'r', {}, over).rule).map((l) => `${l.of} ${l.value}`);
    expect(lines({ hysteresis: 2.5 })).toEqual(['raise 80', 'clear 77.5']);
    expect(lines({ when: { kind: 'threshold', metric: 't', op: '<', value: 5 }, hysteresis: 1 })).toEqual(['raise 5', 'clear 6']);
    expect(lines({ when: { kind: 'range', metric: 't', low: 1, high: 9 }, hysteresis: 1 })).toEqual(['raise 1', 'raise 9', 'clear 2', 'clear 8']);
    expect(lines({ clear: { kind: 'threshold', metric: 'temperature', op: '<', value: 70 } })).toEqual(['raise 80', 'clear 70']);
    expect(lines({ when: { kind: 'rate', metric: 't', op: '>', value: 2 } })).toEqual([]);
  });

  test('evidence is drawn within its box, with the line', () => {
    const plot = plotEvidence([{ ts: 0, boot: null, seq: null, value: 79 }, { ts: 10, boot: null, seq: null, value: 82 }], [{ value: 80, of: 'raise' }], 100, 50)!;
    expect(plot.points[0]!.y).toBeGreaterThan(plot.lines[0]!.y);
    expect(plot.points[1]!.y).toBeLessThan(plot.lines[0]!.y);
    expect(plot.points.every((p) => p.x >= 0 && p.x <= 100 && p.y >= 0 && p.y <= 50)).toBe(true);
    expect(plotEvidence([{ ts: 0, boot: null, seq: null, value: null }], [], 100, 50)).toBeNull();
    expect(plotEvidence([{ ts: 0, boot: null, seq: null, value: 5 }], [], 100, 50)?.points).toEqual([{ x: 50, y: 25 }]);
  });
});
