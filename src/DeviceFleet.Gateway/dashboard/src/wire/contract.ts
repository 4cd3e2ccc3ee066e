// What the gateway sends, as types. The other side of this file is src/DeviceFleet.Contracts (Live/FleetHub.cs, Devices/*.cs).

export const HUB_PATH = '/hubs/fleet';

export type Presence = 'unknown' | 'online' | 'offline';

/** received = applied + duplicates + tooLate + invalid, always. */
export interface DeviceTotals {
  readonly received: number;
  readonly applied: number;
  readonly duplicates: number;
  readonly tooLate: number;
  readonly invalid: number;
  readonly unsequenced: number;
}

export type Metrics = Readonly<Record<string, number>>;

export interface DeviceRow {
  readonly id: string;
  readonly presence: Presence;
  /** Unix ms; null: never. */
  readonly lastSeen: number | null;
  readonly metrics: Metrics;
  readonly totals: DeviceTotals;
  readonly revision: number;
  readonly lastRejection: string | null;
}

/** total = online + stale + offline + unknown, and received = applied + duplicates + rejected, always. */
export interface FleetCounters {
  readonly total: number;
  readonly online: number;
  readonly stale: number;
  readonly offline: number;
  readonly unknown: number;
  readonly received: number;
  readonly applied: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly refusedByBroker: number;
  readonly appliedPerSecond: number;
  /** Milliseconds; null: nothing came in the last 10 s. */
  readonly lagMs: number | null;
}

export interface Rejection {
  readonly reason: string;
  readonly detail: string;
  readonly deviceId: string | null;
  readonly topic: string | null;
  readonly payloadBytes: number;
  readonly at: number;
  readonly by: string;
}

export interface FleetSnapshot {
  readonly kind: 'snapshot';
  readonly sequence: number;
  readonly asOf: number;
  readonly staleAfterMs: number;
  readonly counters: FleetCounters;
  readonly devices: readonly DeviceRow[];
  readonly rejections: readonly Rejection[];
}

export interface FleetUpdates {
  readonly kind: 'updates';
  readonly sequence: number;
  readonly asOf: number;
  readonly counters: FleetCounters;
  readonly devices: readonly DeviceRow[];
  readonly rejections: readonly Rejection[];
}

export interface DeviceView {
  readonly deviceId: string;
  readonly revision: number;
  readonly presence: Presence;
  readonly presenceSince: number | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly boot: number | null;
  readonly seq: number | null;
  readonly connects: number;
  readonly metrics: Metrics;
  readonly metricsAt: number | null;
  readonly totals: DeviceTotals;
  readonly lastRejection: string | null;
}

export interface SamplePoint {
  readonly ts: number;
  readonly metrics: Metrics;
}

export interface DeviceSnapshot {
  readonly view: DeviceView;
  readonly recent: readonly SamplePoint[];
}

export interface DeviceSamples {
  readonly id: string;
  readonly row: DeviceRow;
  readonly samples: readonly SamplePoint[];
}

export interface Session {
  readonly user: string;
  readonly role: string;
  /** Unix ms; null: not said. */
  readonly expiresAt: number | null;
}
