import { describe, expect, test } from 'vitest';
import { decodeEnrolment } from '../wire/provisioning';
import { stored } from '../wire/stored';
import { NEW_ENROLMENT, bodyOf, enrolmentDraft, enrolmentStand, enrolmentWords, readEnrolmentDraft, type EnrolmentDraft } from './enrolments';

const draft: EnrolmentDraft = { ...NEW_ENROLMENT, id: 'oslo-pumps' };

describe('the draft of an enrolment', () => {
  test('is read whole', () => {
    const read = readEnrolmentDraft({ ...draft, allow: 'A4:CF:*\nB0', deny: 'A4:CF:00', group: 'oslo/line-2', type: 'pump', tags: 'site = oslo', desired: '{"interval": 60}', needsApproval: true, connectMinutes: '0.5' });

    expect(read).toEqual({
      ok: true, id: 'oslo-pumps',
      body: {
        proof: 'symmetric-key', isEnabled: true, allow: ['A4:CF:*', 'B0'], deny: ['A4:CF:00'], fingerprints: [], needsApproval: true, mayReprovision: true, connectWithinMs: 30_000,
        allocation: { deviceId: '{hardwareId}', group: 'oslo/line-2', type: 'pump', tags: { site: 'oslo' }, desired: { interval: 60 } },
      },
    });
  });

  test('fingerprints may be written as openssl prints them', () => {
    const hex = 'ab'.repeat(32);

    expect(readEnrolmentDraft({ ...draft, proof: 'x509', fingerprints: (hex.toUpperCase().match(/../g) ?? []).join(':') })).toMatchObject({ ok: true, body: { fingerprints: [hex] } });
  });

  test.each<[Partial<EnrolmentDraft>, keyof EnrolmentDraft]>([
    [{ id: '' }, 'id'], [{ id: 'a b' }, 'id'], [{ forOne: true }, 'hardwareId'], [{ allow: 'ü' }, 'allow'], [{ deny: '-x' }, 'deny'], [{ proof: 'x509' }, 'fingerprints'], [{ proof: 'x509', fingerprints: 'ab' }, 'fingerprints'],
    [{ expires: 'soon' }, 'expires'], [{ connectMinutes: '0' }, 'connectMinutes'], [{ tags: 'site' }, 'tags'], [{ desired: '[1]' }, 'desired'], [{ deviceId: 'pump' }, 'deviceId'],
  ])('%j is faulty at %s', (over, field) => {
    const read = readEnrolmentDraft({ ...draft, ...over });

    expect(read.ok ? [] : Object.keys(read.faults)).toEqual([field]);
  });

  test('a stored one comes back as it was', () => {
    const decoded = decodeEnrolment({ ...(stored('Enrolment') as object), proof: 'claim-code', fingerprints: [], allow: ['A4'], deny: [], expiresAt: 1_795_935_600_000 });
    if (!decoded.ok) throw new Error('refused');
    const read = readEnrolmentDraft(enrolmentDraft(decoded.value));

    expect(read).toEqual({ ok: true, id: 'oslo-pumps', body: bodyOf(decoded.value) });
    expect(bodyOf(decoded.value, { isEnabled: false })).toMatchObject({ isEnabled: false, proof: 'claim-code' });
    expect(enrolmentStand(decoded.value, 0)).toBe('open');
    expect(enrolmentStand(decoded.value, 1_795_935_600_000)).toBe('over');
    expect(enrolmentWords(decoded.value)).toBe('Lets in device A4:CF:12:0B, by a code that a person types in; becomes pump in oslo/line-2');
  });
});
