// The gateway's own samples of its messages: what the contracts say is what this side reads.
import { describe, expect, test } from 'vitest';
import { decodeAlarm, decodeAlarms, decodeTrial } from './alarms';
import { decodeCommand, decodeCommands } from './commands';
import { decodeAudit, decodeIdentity, decodeIdentityReply } from './identity';
import { decodeCodes, decodeEnrolment, decodeEnrolments, decodeSaga, decodeSagas, decodeWritten } from './provisioning';
import { decodeRelease, decodeReleases, decodeRollout, decodeRolloutDevices, decodeRollouts } from './rollouts';
import { decodeDeviceSamples, decodeDeviceSnapshot, decodeDeviceView, decodeSnapshot, decodeUpdates } from './decode';
import { decodeGroup } from './groups';
import type { Decoded } from './read';
import { decodeSettings } from './rules';
import { stored } from './stored';
import { decodeRegistration, decodeTwin } from './twin';

describe('stored samples', () => {
  test.each<[string, (json: unknown) => Decoded<unknown>]>([
    ['FleetSnapshot', decodeSnapshot], ['FleetUpdates', decodeUpdates], ['DeviceSnapshot', decodeDeviceSnapshot], ['DeviceSamplesBatch', decodeDeviceSamples],
    ['DeviceView', decodeDeviceView], ['TwinView', decodeTwin], ['DeviceRegistration', decodeRegistration], ['DeviceCommand', decodeCommand], ['CommandList', decodeCommands],
    ['DeviceAlarm', decodeAlarm], ['AlarmList', decodeAlarms], ['GroupView', decodeGroup], ['FleetSettings', decodeSettings], ['RuleTrialResult', decodeTrial],
    ['SagaView', decodeSaga], ['SagaList', decodeSagas], ['Enrolment', decodeEnrolment], ['EnrolmentList', decodeEnrolments], ['EnrolmentWritten', decodeWritten], ['ClaimCodes', decodeCodes],
    ['DeviceIdentity', decodeIdentity], ['IdentityReply', decodeIdentityReply], ['AuditPage', decodeAudit],
    ['Release', decodeRelease], ['ReleaseList', decodeReleases], ['RolloutView', decodeRollout], ['RolloutList', decodeRollouts], ['RolloutDevices', decodeRolloutDevices],
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

  test('what is said of provisioning and rollouts comes through', () => {
    const saga = decodeSaga(stored('SagaView'));
    const written = decodeWritten(stored('EnrolmentWritten'));
    const reply = decodeIdentityReply(stored('IdentityReply'));
    const rollout = decodeRollout(stored('RolloutView'));
    const updates = decodeUpdates(stored('FleetUpdates'));

    if (!saga.ok || !written.ok || !reply.ok || !rollout.ok || !updates.ok) throw new Error('refused');
    expect(saga.value).toMatchObject({ deviceId: 'pump-7', enrolmentId: 'oslo-pumps', progress: { state: 'waiting', step: 'allow', attempts: 3, skipped: ['skipped'] } });
    expect(written.value).toMatchObject({ key: 'pump-7', enrolment: { proof: 'x509', allocation: { group: 'oslo/line-2', desired: { interval: 60 } } } });
    expect(reply.value).toMatchObject({ credentialId: 'c1', identity: { credentials: [{ isAllowed: true }], saga: { kind: 'rotate' } } });
    expect(rollout.value).toMatchObject({ state: 'paused', plan: { window: { fromMinute: 3 } }, waves: [{ counts: { offered: 3, failed: 0 }, abortAt: 3 }], targets: { tags: { site: 'oslo' } } });
    expect(updates.value.removed).toEqual(['pump-3']);
  });

  test('a member of the wrong kind spoils its message, and says where', () => {
    expect(decodeTwin({ ...(stored('TwinView') as object), delta: [] })).toEqual({ ok: false, faults: ['twin.delta is no object'] });
    expect(decodeCommand({ ...(stored('DeviceCommand') as object), state: 'lost' })).toEqual({ ok: false, faults: ['command.state is unknown: "lost"'] });
    expect(decodeSaga({ ...(stored('SagaView') as object), progress: { kind: 'adopt' } })).toEqual({ ok: false, faults: ['saga.progress.instance is missing'] });
    expect(decodeRollouts({ rollouts: [stored('RolloutView'), { id: 'r' }] })).toMatchObject({ ok: true, value: [{ id: 'oslo-pumps' }], faults: ['rollouts[1]: rollouts.revision is missing'] });
    expect(decodeAlarms({ alarms: [stored('DeviceAlarm'), {}] })).toMatchObject({ ok: true, value: { total: 1 }, faults: ['alarms[1]: alarms.deviceId is missing'] });
  });
});
