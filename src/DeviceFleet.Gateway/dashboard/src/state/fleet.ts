// The fleet as the page knows it, folded from events. Pure; rows are copied once a fold, not once a row, and a fold takes a frame's events together.
import type { DeviceRow, DeviceSamples, FleetCounters, FleetSnapshot, FleetUpdates, Rejection } from '../wire/contract';

/** Most refusals kept, newest first. */
export const REJECTIONS_MAX = 50;

export interface FleetState {
  /** Number of the newest state folded in; null: no snapshot yet. */
  readonly sequence: number | null;
  /** Server time of it, Unix ms. */
  readonly asOf: number;
  /** Null: the rows say themselves which are stale. */
  readonly staleAfterMs: number | null;
  readonly counters: FleetCounters;
  /** In order of arrival; a device keeps its place until the next snapshot, or until one before it goes. */
  readonly rows: readonly DeviceRow[];
  /** Place in `rows` by id. The same object until devices come or go. */
  readonly index: ReadonlyMap<string, number>;
  readonly rejections: readonly Rejection[];
}

export type FleetEvent = FleetSnapshot | FleetUpdates | ({ readonly kind: 'device-samples' } & DeviceSamples);

const noCounters: FleetCounters = {
  total: 0, online: 0, stale: 0, offline: 0, unknown: 0, alarming: 0, received: 0, applied: 0, duplicates: 0, rejected: 0, refusedByBroker: 0, appliedPerSecond: 0, lagMs: null,
};

export const emptyFleet: FleetState = { sequence: null, asOf: 0, staleAfterMs: null, counters: noCounters, rows: [], index: new Map(), rejections: [] };

export function foldFleet(state: FleetState, events: readonly FleetEvent[]): FleetState {
  // What came before the last snapshot is in it.
  const from = Math.max(0, events.findLastIndex((event) => event.kind === 'snapshot'));
  let next = state;
  let changed: DeviceRow[] = [];
  for (const event of from === 0 ? events : events.slice(from)) {
    switch (event.kind) {
      case 'snapshot':
        next = fromSnapshot(event, state);
        break;
      case 'updates':
        next = { ...next, sequence: event.sequence, asOf: event.asOf, counters: event.counters, rejections: newestFirst(event.rejections, next.rejections) };
        changed.push(...event.devices);
        if (event.removed.length > 0) {
          // What came before goes with the device; what comes after is a new one of the same name.
          next = withoutRows(withRows(next, changed), event.removed);
          changed = [];
        }
        break;
      case 'device-samples':
        if (next.index.has(event.row.id)) {
          changed.push(event.row); // samples on their way when their device went must not bring its row back
        }
        break;
    }
  }
  return withRows(next, changed);
}

function fromSnapshot(snapshot: FleetSnapshot, before: FleetState): FleetState {
  const sameDevices = snapshot.devices.length === before.rows.length && snapshot.devices.every((row, i) => before.rows[i]?.id === row.id);
  return {
    sequence: snapshot.sequence,
    asOf: snapshot.asOf,
    staleAfterMs: snapshot.staleAfterMs,
    counters: snapshot.counters,
    rows: snapshot.devices,
    index: sameDevices ? before.index : new Map(snapshot.devices.map((row, i) => [row.id, i])),
    rejections: snapshot.rejections.slice(0, REJECTIONS_MAX),
  };
}

function withRows(state: FleetState, changed: readonly DeviceRow[]): FleetState {
  if (changed.length === 0 || state.sequence === null) {
    return state;
  }
  const rows = state.rows.slice();
  let index: Map<string, number> | null = null;
  for (const row of changed) {
    const at = (index ?? state.index).get(row.id);
    if (at === undefined) {
      index ??= new Map(state.index);
      index.set(row.id, rows.length);
      rows.push(row);
    } else if (row.revision >= (rows[at]?.revision ?? 0)) {
      rows[at] = row; // two streams bring rows (fleet, one device): the device's own revision orders them
    }
  }
  return { ...state, rows, index: index ?? state.index };
}

/** Rows that go take their places with them: those behind move up, and the index is another one. */
function withoutRows(state: FleetState, removed: readonly string[]): FleetState {
  const gone = new Set(removed.filter((id) => state.index.has(id)));
  if (gone.size === 0) {
    return state;
  }
  const rows = state.rows.filter((row) => !gone.has(row.id));
  return { ...state, rows, index: new Map(rows.map((row, i) => [row.id, i])) };
}

function newestFirst(fresh: readonly Rejection[], known: readonly Rejection[]): readonly Rejection[] {
  return fresh.length === 0 ? known : [...fresh, ...known].slice(0, REJECTIONS_MAX);
}
