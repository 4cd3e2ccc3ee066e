// The one device that is looked at closely. Pure.
import type { DeviceRow, DeviceView, SamplePoint } from '../wire/contract';
import type { WireEvent } from '../wire/events';

/** Most samples kept: two hours at one a second. */
export const SAMPLES_MAX = 7_200;

export type DeviceState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly id: string }
  | { readonly kind: 'unavailable'; readonly id: string; readonly reason: 'not-found' | 'failed'; readonly detail: string }
  /** It was there, and is no more. */
  | { readonly kind: 'removed'; readonly id: string; readonly at: number }
  | { readonly kind: 'shown'; readonly id: string; readonly view: DeviceView; /** Oldest first. */ readonly samples: readonly SamplePoint[] };

export function foldDevice(state: DeviceState, events: readonly WireEvent[]): DeviceState {
  return events.reduce(foldOne, state);
}

function foldOne(state: DeviceState, event: WireEvent): DeviceState {
  if (state.kind === 'none') {
    return state;
  }
  switch (event.kind) {
    case 'device-snapshot': {
      const { view, recent } = event.snapshot;
      const known = state.kind === 'shown' ? state.samples : [];
      return view.deviceId === state.id ? { kind: 'shown', id: state.id, view, samples: merge(known, recent) } : state;
    }
    case 'device-samples':
      return state.kind === 'shown' && event.id === state.id
        ? { ...state, view: advance(state.view, event.row, event.row.lastSeen, event.samples), samples: merge(state.samples, event.samples) }
        : state;
    case 'updates': {
      if (event.removed.includes(state.id)) {
        return { kind: 'removed', id: state.id, at: event.asOf };
      }
      const row = state.kind === 'shown' ? event.devices.find((r) => r.id === state.id) : undefined;
      return state.kind === 'shown' && row !== undefined ? { ...state, view: advance(state.view, row, event.asOf, []) } : state;
    }
    case 'device-unavailable':
      return event.id === state.id && (state.kind === 'loading' || state.kind === 'unavailable') ? { kind: 'unavailable', id: state.id, reason: event.reason, detail: event.detail } : state;
    case 'command':
    case 'alarm':
    case 'group':
    case 'saga':
    case 'rollout':
    case 'twin-changed':
    case 'snapshot':
    case 'session':
    case 'link':
    case 'faults':
      return state;
  }
}

/** The view carried on by a newer row, as of `at`. What a row does not tell (seq, boot) stays as the actor told it. */
function advance(view: DeviceView, row: DeviceRow, at: number | null, samples: readonly SamplePoint[]): DeviceView {
  if (row.revision < view.revision) {
    return view;
  }
  const changedPresence = row.presence !== view.presence;
  return {
    ...view,
    revision: row.revision,
    presence: row.presence,
    presenceSince: changedPresence ? at : view.presenceSince,
    // Stale and online are one session: only who was away connects.
    connects: view.connects + (row.presence === 'online' && (view.presence === 'offline' || view.presence === 'unknown') ? 1 : 0),
    firstSeen: view.firstSeen ?? row.lastSeen,
    lastSeen: row.lastSeen,
    metrics: row.metrics,
    metricsAt: samples.at(-1)?.ts ?? view.metricsAt,
    totals: row.totals,
    lastRejection: row.lastRejection,
    type: row.type,
    group: row.group,
    tags: row.tags,
    firmware: row.firmware,
    twin: { ...view.twin, pendingSince: row.pendingSince },
    alarms: { ...view.alarms, active: row.alarms, unacknowledged: Math.min(view.alarms.unacknowledged, row.alarms), severity: row.severity },
    openCommands: row.openCommands,
    sessions: session(view, row, at),
  };
}

function session(view: DeviceView, row: DeviceRow, at: number | null): DeviceView['sessions'] {
  const { since, disconnects, onlineMs } = view.sessions;
  const isThere = row.presence === 'online' || row.presence === 'stale';
  if (isThere || since === null) {
    return { ...view.sessions, since: isThere ? (since ?? at) : null, isFlapping: row.isFlapping };
  }
  return { disconnects: disconnects + 1, since: null, onlineMs: onlineMs + Math.max(0, (at ?? since) - since), isFlapping: row.isFlapping };
}

/** Both in order of time, without doubles, the newest SAMPLES_MAX. */
export function merge(known: readonly SamplePoint[], fresh: readonly SamplePoint[]): readonly SamplePoint[] {
  const first = fresh[0];
  if (first === undefined) {
    return known;
  }
  const last = known.at(-1);
  if (last === undefined || first.ts > last.ts) {
    return [...known, ...sorted(fresh)].slice(-SAMPLES_MAX);
  }
  const byTime = new Map([...known, ...fresh].map((point) => [point.ts, point]));
  return sorted([...byTime.values()]).slice(-SAMPLES_MAX);
}

function sorted(points: readonly SamplePoint[]): readonly SamplePoint[] {
  return points.every((point, i) => i === 0 || (points[i - 1]?.ts ?? 0) <= point.ts) ? points : [...points].sort((a, b) => a.ts - b.ts);
}
