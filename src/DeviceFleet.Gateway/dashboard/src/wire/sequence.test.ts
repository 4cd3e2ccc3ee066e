import { describe, expect, test } from 'vitest';
import type { FleetSnapshot, FleetUpdates } from './contract';
import { decodeSnapshot, decodeUpdates } from './decode';
import { rawSnapshot, rawUpdates } from './samples';
import { HELD_UPDATES_MAX, behind, close, closed, pass, type Gate } from './sequence';

function snapshot(sequence: number): FleetSnapshot {
  const decoded = decodeSnapshot(rawSnapshot(sequence));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

function updates(sequence: number): FleetUpdates {
  const decoded = decodeUpdates(rawUpdates(sequence));
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

/** Sends all through one gate; tells what was applied and how often a snapshot was asked for. */
function run(gate: Gate, events: readonly (FleetSnapshot | FleetUpdates)[]) {
  const applied: string[] = [];
  let asked = 0;
  for (const event of events) {
    const passed = pass(gate, event);
    gate = passed.gate;
    applied.push(...passed.apply.map((e) => `${e.kind === 'snapshot' ? 's' : 'u'}${e.sequence}`));
    asked += Number(passed.askForSnapshot);
  }
  return { gate, applied, asked };
}

describe('sequence', () => {
  test('numbers that follow each other pass', () => {
    expect(run(closed, [snapshot(5), updates(6), updates(7)])).toMatchObject({ applied: ['s5', 'u6', 'u7'], asked: 0 });
  });

  test('a number that is missing asks once, and nothing passes until the snapshot', () => {
    expect(run(closed, [snapshot(5), updates(7), updates(8), snapshot(8), updates(9)])).toMatchObject({ applied: ['s5', 's8', 'u9'], asked: 1 });
  });

  test('updates that overtook their snapshot are applied after it', () => {
    expect(run(closed, [updates(4), updates(6), updates(7), snapshot(5)])).toMatchObject({ applied: ['s5', 'u6', 'u7'], asked: 0 });
  });

  test('held updates that do not connect ask again', () => {
    expect(run(closed, [updates(9), snapshot(5)])).toMatchObject({ applied: ['s5'], asked: 1, gate: { kind: 'waiting', last: 5 } });
  });

  test('a number seen before changes nothing', () => {
    expect(run(closed, [snapshot(5), updates(5), updates(3), updates(6), updates(6)])).toMatchObject({ applied: ['s5', 'u6'], asked: 0 });
  });

  test('a server that began again at a lower number is taken at its snapshot', () => {
    const { gate } = run(closed, [snapshot(500)]);
    expect(run(close(gate), [updates(2), snapshot(1), updates(3)])).toMatchObject({ applied: ['s1', 'u2', 'u3'], asked: 0 });
  });

  test('how far behind is known only after a gap', () => {
    expect(behind(closed)).toBeNull();
    expect(behind(run(closed, [snapshot(5)]).gate)).toBeNull();
    expect(behind(run(closed, [snapshot(5), updates(9), updates(10)]).gate)).toBe(5);
  });

  test('what is held has a bound', () => {
    const many = Array.from({ length: HELD_UPDATES_MAX + 50 }, (_, i) => updates(i + 1));
    const { gate } = run(closed, many);
    expect(gate.kind === 'waiting' && gate.held.length).toBe(HELD_UPDATES_MAX);
  });
});
