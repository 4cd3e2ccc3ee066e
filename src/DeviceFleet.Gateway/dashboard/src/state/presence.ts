import type { Presence } from '../wire/contract';
import type { DeviceStateName } from './query/parse';

export const STATE_NAMES: readonly DeviceStateName[] = ['online', 'stale', 'offline', 'unknown'];

/** What a row shows: a device that says it is online, but has been silent too long, is stale. */
export function stateOf(row: { readonly presence: Presence; readonly lastSeen: number | null }, now: number, staleAfterMs: number): DeviceStateName {
  return row.presence === 'online' && row.lastSeen !== null && now - row.lastSeen > staleAfterMs ? 'stale' : row.presence;
}
