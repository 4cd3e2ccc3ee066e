// Which of the numbered messages may be applied. Pure: the caller sends what `effect` asks for.
import type { FleetSnapshot, FleetUpdates } from './contract';

/** Most updates held while a snapshot is under way; at the bound the oldest go, and the snapshot's number decides whether that left a gap. */
export const HELD_UPDATES_MAX = 256;

export type Gate =
  | { readonly kind: 'waiting'; readonly held: readonly FleetUpdates[]; /** Number applied last, before the gap; null: none yet. */ readonly last: number | null }
  | { readonly kind: 'following'; readonly sequence: number };

export interface Passed {
  readonly gate: Gate;
  readonly apply: readonly (FleetSnapshot | FleetUpdates)[];
  /** True: a number is missing, ask for a snapshot. */
  readonly askForSnapshot: boolean;
}

export const closed: Gate = { kind: 'waiting', held: [], last: null };

/** Forgets the place, as after a lost connection: nothing passes until a snapshot has come. */
export function close(gate: Gate): Gate {
  return { kind: 'waiting', held: [], last: gate.kind === 'following' ? gate.sequence : gate.last };
}

export function pass(gate: Gate, event: FleetSnapshot | FleetUpdates): Passed {
  return event.kind === 'snapshot' ? passSnapshot(gate, event) : passUpdates(gate, event);
}

/** How many states the page is behind the newest it knows to exist; null when it is not behind, or does not know. */
export function behind(gate: Gate): number | null {
  const newest = gate.kind === 'waiting' ? gate.held.at(-1) : undefined;
  return newest === undefined || gate.kind !== 'waiting' || gate.last === null ? null : Math.max(0, newest.sequence - gate.last);
}

function passSnapshot(gate: Gate, snapshot: FleetSnapshot): Passed {
  // Updates may overtake the snapshot they follow: those held and newer than it are applied now, as far as they connect.
  const apply: (FleetSnapshot | FleetUpdates)[] = [snapshot];
  let result: Gate = { kind: 'following', sequence: snapshot.sequence };
  let askForSnapshot = false;
  for (const update of gate.kind === 'waiting' ? gate.held : []) {
    const passed = pass(result, update);
    result = passed.gate;
    apply.push(...passed.apply);
    askForSnapshot ||= passed.askForSnapshot;
  }
  return { gate: result, apply, askForSnapshot };
}

function passUpdates(gate: Gate, update: FleetUpdates): Passed {
  if (gate.kind === 'waiting') {
    const held = [...gate.held, update].slice(-HELD_UPDATES_MAX);
    return { gate: { ...gate, held }, apply: [], askForSnapshot: false };
  }
  if (update.sequence <= gate.sequence) {
    return { gate, apply: [], askForSnapshot: false }; // the snapshot holds it already
  }
  if (update.sequence === gate.sequence + 1) {
    return { gate: { kind: 'following', sequence: update.sequence }, apply: [update], askForSnapshot: false };
  }
  return { gate: { kind: 'waiting', held: [update], last: gate.sequence }, apply: [], askForSnapshot: true };
}
