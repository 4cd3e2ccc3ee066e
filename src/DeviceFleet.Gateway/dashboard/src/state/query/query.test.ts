import { describe, expect, test } from 'vitest';
import { decodeUpdates } from '../../wire/decode';
import { rawRow, rawUpdates } from '../../wire/samples';
import { matches } from './match';
import { QUERY_LENGTH_MAX, parseQuery } from './parse';

const NOW = 1_000_000;
const decoded = decodeUpdates(rawUpdates(1, [
  rawRow('pump-1', { lastSeen: NOW - 1_000, metrics: { temperature: 85, tempLimit: 90 }, type: 'pump', group: 'oslo/line-1', tags: { Hall: '3' }, firmware: '2.0.4', alarms: 1, severity: 'critical' }),
  rawRow('pump-2', { lastSeen: NOW - 60_000, metrics: { temperature: 70 }, type: 'Pump', group: 'oslo/line-2', tags: { hall: 'B 7' }, firmware: '2.1', alarms: 2, severity: 'warning', isFlapping: true }),
  rawRow('valve-1', { presence: 'offline', lastSeen: NOW - 3_600_000, metrics: { temperature: 90, flow: -1.5 }, group: 'oslo', firmware: 'v2.10', pendingSince: 5 }),
  rawRow('Valve-online', { presence: 'unknown', lastSeen: undefined, metrics: {} }),
]));

function find(text: string): string {
  const parsed = parseQuery(text);
  if (!parsed.ok || !decoded.ok) return parsed.ok ? 'no rows' : `${parsed.error.at}: ${parsed.error.message}`;
  return decoded.value.devices.filter((row) => matches(parsed.query, row, { now: NOW, staleAfterMs: 30_000 })).map((row) => row.id).join(' ');
}

describe('query', () => {
  test.each([
    ['', 'pump-1 pump-2 valve-1 Valve-online'],
    ['pump', 'pump-1 pump-2'],
    ['VALVE', 'valve-1 Valve-online'],
    ['online', 'pump-1'],
    ['stale', 'pump-2'],
    ['offline', 'valve-1'],
    ['unknown', 'Valve-online'],
    ['state:Stale', 'pump-2'],
    ['id:online', 'Valve-online'],
    ['"online"', 'Valve-online'],
    ['temp>80', 'pump-1 valve-1'],
    ['temperature >= 70', 'pump-1 pump-2 valve-1'],
    ['templimit=90', 'pump-1'],
    ['flow<-1', 'valve-1'],
    ['flow != 0', 'valve-1'],
    ['nothing>0', ''],
    ['age>30s', 'pump-2 valve-1'],
    ['age<1min', 'pump-1'],
    ['age>=60', 'pump-2 valve-1'],
    ['online and temp>80', 'pump-1'],
    ['online temp>80', 'pump-1'],
    ['online or offline', 'pump-1 valve-1'],
    ['not online', 'pump-2 valve-1 Valve-online'],
    ['not not online', 'pump-1'],
    ['pump and (online or stale)', 'pump-1 pump-2'],
    ['online or offline and temp>95', 'pump-1'],
    ['(online or offline) and temp>95', ''],
    ['type:pump', 'pump-1 pump-2'],
    ['group:oslo', 'pump-1 pump-2 valve-1'],
    ['group:oslo/line-1', 'pump-1'],
    ['group:OSLO/', 'pump-1 pump-2 valve-1'],
    ['group:os', ''],
    ['tag:hall', 'pump-1 pump-2'],
    ['tag:hall=3', 'pump-1'],
    ['tag:hall="b 7"', 'pump-2'],
    ['firmware<2.1', 'pump-1'],
    ['firmware >= 2.1', 'pump-2 valve-1'],
    ['firmware=2.1', 'pump-2'],
    ['alarm:critical', 'pump-1'],
    ['alarm:any', 'pump-1 pump-2'],
    ['alarming and not alarm:critical', 'pump-2'],
    ['flapping', 'pump-2'],
    ['pending', 'valve-1'],
    ['"pending"', ''],
    ['NOT (pump OR unknown)', 'valve-1'],
  ])('%s finds %s', (text, expected) => {
    expect(find(text)).toBe(expected);
  });

  test.each([
    ['temp>', '5: a number must follow, as in temp>80'],
    ['temp>hot', '5: a number must follow, as in temp>80'],
    ['temp>80c', "5: '80c' is no plain number"],
    ['temp >> 80', "5: '>>' is no comparison: use < <= > >= = !="],
    ['>80', '0: a metric must stand before a comparison, as in temp>80'],
    ['online and', '10: something must follow here'],
    ['and online', '0: a word or a comparison must stand here'],
    ['not', '3: something must follow here'],
    ['pump (online', '5: this bracket is not closed'],
    ['pump)', '4: this bracket closes nothing'],
    ['()', '1: a word or a comparison must stand here'],
    ['colour:red', "0: 'colour:' is not known; known are id: state: type: group: tag: alarm:"],
    ['alarm:bad', "6: 'bad' is no severity: critical, warning, info or any"],
    ['firmware<new', '9: a version must follow, as in firmware<2.1'],
    ['tag:hall>3', '8: a tag is asked for as tag:name or tag:name=value'],
    ['tag:hall=', '9: a tag is asked for as tag:name or tag:name=value'],
    ['group:', '6: group: needs a value'],
    ['state:hot', "6: 'hot' is no state: online, stale, offline or unknown"],
    ['id:', '3: id: needs a value'],
    ['age>5weeks', "5: 'weeks' is no unit of time: s, min, h or d"],
    ['pump "one', '5: this quote is not closed'],
    ['a : b', "0: 'a:' is not known; known are id: state: type: group: tag: alarm:"],
  ])('%s is refused at the character', (text, expected) => {
    expect(find(text)).toBe(expected);
  });

  test('length and nesting have bounds', () => {
    expect(find('x'.repeat(QUERY_LENGTH_MAX + 1))).toContain('longer than 500');
    expect(find('('.repeat(60) + 'x' + ')'.repeat(60))).toBe('50: nested too deeply');
  });
});
