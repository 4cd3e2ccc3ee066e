import type { Presence } from '../wire/contract';
import type { DeviceStateName } from './query/parse';

export const STATE_NAMES: readonly DeviceStateName[] = ['online', 'stale', 'offline', 'unknown'];

/** What a row shows. Where the gateway says after how long silence is stale, that is counted here; else the row says so itself. */
export function stateOf(row: { readonly presence: Presence; readonly lastSeen: number | null }, now: number, staleAfterMs: number | null): DeviceStateName {
  return staleAfterMs !== null && row.presence === 'online' && row.lastSeen !== null && now - row.lastSeen > staleAfterMs ? 'stale' : row.presence;
}
