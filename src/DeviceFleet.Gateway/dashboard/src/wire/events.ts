import type { Alarm } from './alarms';
import type { Command } from './commands';
import type { DeviceSamples, DeviceSnapshot, FleetSnapshot, FleetUpdates, Session } from './contract';
import type { GroupView } from './groups';
import type { Saga } from './provisioning';
import type { Rollout } from './rollouts';

/** Everything that can happen to the page from outside, in the order it happened. */
export type WireEvent =
  | FleetSnapshot
  | FleetUpdates
  | { readonly kind: 'device-snapshot'; readonly snapshot: DeviceSnapshot }
  | ({ readonly kind: 'device-samples' } & DeviceSamples)
  | { readonly kind: 'device-unavailable'; readonly id: string; readonly reason: 'not-found' | 'failed'; readonly detail: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'alarm'; readonly alarm: Alarm }
  | { readonly kind: 'group'; readonly group: GroupView }
  | { readonly kind: 'saga'; readonly saga: Saga }
  | { readonly kind: 'rollout'; readonly rollout: Rollout }
  /** The device's twin was written, and may be read anew. */
  | { readonly kind: 'twin-changed'; readonly id: string }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** The connection as the wire knows it. */
export type Link =
  | { readonly kind: 'connecting' }
  /** Waiting for a snapshot: the first one, or one after a gap. */
  | { readonly kind: 'catching-up'; readonly behind: number | null }
  | { readonly kind: 'live' }
  /** Lost at `since`; the next attempt is at `retryAt` (null: under way). Browser clock, Unix ms. */
  | { readonly kind: 'reconnecting'; readonly since: number; readonly attempt: number; readonly retryAt: number | null }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'denied'; readonly detail: string };

export interface FleetSource {
  /** Starts; events come from then on, never from within this call. */
  start(): void;
  /** Which device's samples to send besides the fleet; null: none. */
  watchDevice(id: string | null): void;
  /** Does not wait for the back-off. */
  retryNow(): void;
  /** True once the server has ended the session. */
  signOut(): Promise<boolean>;
  /** Unbinds everything. */
  stop(): void;
}
