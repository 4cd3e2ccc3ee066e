// The gateway's own samples of its messages: what the contracts say is what this side reads.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeAlarm, decodeAlarms, decodeTrial } from './alarms';
import { decodeCommand, decodeCommands } from './commands';
import { decodeDeviceSamples, decodeDeviceSnapshot, decodeDeviceView, decodeSnapshot, decodeUpdates } from './decode';
import { decodeGroup } from './groups';
import type { Decoded } from './read';
import { decodeSettings } from './rules';
import { decodeRegistration, decodeTwin } from './twin';

const SAMPLES = new URL('../../../../../tests/DeviceFleet.Contracts.Tests/Samples/', import.meta.url);

export function stored(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, SAMPLES), 'utf8')) as unknown;
}

describe('stored samples', () => {
  test.each<[string, (json: unknown) => Decoded<unknown>]>([
    ['FleetSnapshot', decodeSnapshot], ['FleetUpdates', decodeUpdates], ['DeviceSnapshot', decodeDeviceSnapshot], ['DeviceSamplesBatch', decodeDeviceSamples],
    ['DeviceView', decodeDeviceView], ['TwinView', decodeTwin], ['DeviceRegistration', decodeRegistration], ['DeviceCommand', decodeCommand], ['CommandList', decodeCommands],
    ['DeviceAlarm', decodeAlarm], ['AlarmList', decodeAlarms], ['GroupView', decodeGroup], ['FleetSettings', decodeSettings], ['RuleTrialResult', decodeTrial],
  ])('%s is read whole', (name, decode) => {
    expect(decode(stored(name))).toMatchObject({ ok: true, faults: [] });
  });

  test('what rows and views say of registration, alarms and twin comes through', () => {
    const updates = decodeUpdates(stored('FleetUpdates'));
    const view = decodeDeviceView(stored('DeviceView'));

    if (!updates.ok || !view.ok) throw new Error('refused');
    expect(updates.value.counters.alarming).toBe(2);
    expect(updates.value.devices[0]).toMatchObject({ type: 'pump', group: 'oslo/line-2', tags: { hall: '3' }, firmware: '2.1.0', alarms: 2, severity: 'critical', openCommands: 1, isFlapping: true });
    expect(view.value).toMatchObject({ twin: { desiredVersion: 3 }, alarms: { unacknowledged: 1 }, sessions: { isFlapping: true, disconnects: 1 } });
  });

  test('a member of the wrong kind spoils its message, and says where', () => {
    expect(decodeTwin({ ...(stored('TwinView') as object), delta: [] })).toEqual({ ok: false, faults: ['twin.delta is no object'] });
    expect(decodeCommand({ ...(stored('DeviceCommand') as object), state: 'lost' })).toEqual({ ok: false, faults: ['command.state is unknown: "lost"'] });
    expect(decodeAlarms({ alarms: [stored('DeviceAlarm'), {}] })).toMatchObject({ ok: true, value: { total: 1 }, faults: ['alarms[1]: alarms.deviceId is missing'] });
  });
});
