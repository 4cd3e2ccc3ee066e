// What the gateway sends, as types. The other side of this file is src/DeviceFleet.Contracts (Live/FleetHub.cs, Devices/*.cs).

export const HUB_PATH = '/hubs/fleet';

export type Presence = 'unknown' | 'online' | 'stale' | 'offline';
export const PRESENCES: readonly Presence[] = ['online', 'stale', 'offline', 'unknown'];

export type Severity = 'info' | 'warning' | 'critical';
/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

export type Tags = Readonly<Record<string, string>>;

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
  readonly type: string | null;
  /** Path: site/line. */
  readonly group: string | null;
  readonly tags: Tags;
  readonly firmware: string | null;
  /** Not cleared. */
  readonly alarms: number;
  /** The worst of these; null: none. */
  readonly severity: Severity | null;
  /** Since when the twin is behind, Unix ms; null: in step. */
  readonly pendingSince: number | null;
  readonly openCommands: number;
  readonly isFlapping: boolean;
}

/** total = online + stale + offline + unknown, and received = applied + duplicates + rejected, always. */
export interface FleetCounters {
  readonly total: number;
  readonly online: number;
  readonly stale: number;
  readonly offline: number;
  readonly unknown: number;
  /** Devices with an alarm that is not cleared. */
  readonly alarming: number;
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
  /** After how long a silent device counts as stale, ms; null: the rows say which are. */
  readonly staleAfterMs: number | null;
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
  /** Devices that are no more. */
  readonly removed: readonly string[];
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
  readonly type: string | null;
  readonly group: string | null;
  readonly tags: Tags;
  readonly registrationVersion: number;
  readonly firmware: string | null;
  readonly twin: TwinSummary;
  readonly alarms: AlarmSummary;
  readonly openCommands: number;
  readonly sessions: SessionSummary;
}

export interface TwinSummary {
  readonly desiredVersion: number;
  readonly reportedVersion: number;
  readonly pendingSince: number | null;
}

export interface AlarmSummary {
  /** Not cleared. */
  readonly active: number;
  readonly unacknowledged: number;
  readonly severity: Severity | null;
}

/** A session lasts from a change to online until the next change to offline. */
export interface SessionSummary {
  readonly disconnects: number;
  readonly since: number | null;
  /** How long the ended ones lasted together, ms. */
  readonly onlineMs: number;
  readonly isFlapping: boolean;
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
