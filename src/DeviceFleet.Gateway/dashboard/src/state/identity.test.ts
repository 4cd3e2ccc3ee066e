import { describe, expect, test } from 'vitest';
import { decodeAudit, decodeIdentity, type Credential, type Identity } from '../wire/identity';
import { actionWords, credentialsInOrder, moveConsequence, moveRefusal, movesOf, revokeConsequence, standOf, withOlder } from './identity';

const credential = (id: string, over: Partial<Credential> = {}): Credential => ({ id, createdAt: 1_000, by: 'ada', isAllowed: true, expiresAt: null, revokedAt: null, firstUsedAt: null, ...over });

function identity(over = {}): Identity {
  const decoded = decodeIdentity({ deviceId: 'pump-7', revision: 3, state: 'active', since: 1_000, credentials: [credential('c1', { firstUsedAt: 5 })], ...over });
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

describe('identity', () => {
  test.each<[Partial<Credential>, string]>([
    [{}, 'unused'], [{ firstUsedAt: 5 }, 'used'], [{ isAllowed: false }, 'shut'], [{ expiresAt: 9_000 }, 'unused'], [{ expiresAt: 2_000 }, 'expired'], [{ revokedAt: 1, firstUsedAt: 5, expiresAt: 2_000 }, 'revoked'],
  ])('a credential with %j is %s', (over, stand) => {
    expect(standOf(credential('c', over), 2_000)).toBe(stand);
  });

  test('those in force come first, then the newest', () => {
    const order = credentialsInOrder([credential('old', { createdAt: 1 }), credential('gone', { createdAt: 9, revokedAt: 10 }), credential('new', { createdAt: 5 })], 20);

    expect(order.map((c) => c.id)).toEqual(['new', 'old', 'gone']);
  });

  test('only moves that the state allows are offered; sagas stand in the way of others', () => {
    expect(movesOf('active')).toEqual(['rotate', 'suspend', 'decommission']);
    expect(movesOf('provisioning')).toEqual([]);
    expect(movesOf('retired')).toEqual(['readmit']);
    const turning = identity({ saga: { instance: 'i', kind: 'rotate', state: 'waiting', step: 'connect', stepSince: 1, startedAt: 1 } });
    expect(moveRefusal(turning, 'decommission')).toContain('rotate, at connect');
    expect(moveRefusal(turning, 'suspend')).toBe(null);
    expect(moveRefusal(identity({ saga: { instance: 'i', kind: 'rotate', state: 'done', step: 'revoke', stepSince: 1, startedAt: 1, endedAt: 2 } }), 'rotate')).toBe(null);
  });

  test('what a move means is said with how many credentials', () => {
    expect(moveConsequence(identity(), 'decommission')).toContain('Its credential is revoked');
    expect(moveConsequence(identity({ credentials: [credential('a'), credential('b')] }), 'decommission')).toContain('All 2 credentials of pump-7 are revoked');
  });

  test('revoking the last one says so', () => {
    const two = identity({ credentials: [credential('a'), credential('b'), credential('c', { revokedAt: 1 })] });

    expect(revokeConsequence(two, two.credentials[0]!, 2_000)).toContain('1 other stays');
    expect(revokeConsequence(identity(), identity().credentials[0]!, 2_000)).toContain('It is the last one');
  });

  test('older pages of the audit are put behind, each entry once', () => {
    const page = decodeAudit({ entries: [{ id: '1', at: 3, by: 'ada', action: 'suspend', from: 'active', to: 'suspended' }, { id: '2', at: 2, by: 'broker', action: 'refused', reason: 'not-active' }], next: '2' });
    if (!page.ok) throw new Error('refused');

    expect(withOlder(page.value.entries.slice(0, 1), page.value.entries).map((e) => e.id)).toEqual(['1', '2']);
    expect([actionWords('suspend'), actionWords('bless')]).toEqual(['suspended', 'bless']);
  });
});
