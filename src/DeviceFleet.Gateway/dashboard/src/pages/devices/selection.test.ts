import { expect, test } from 'vitest';
import { emptyFleet, foldFleet, type FleetEvent } from '../../state/fleet';
import { decodeSnapshot, decodeUpdates } from '../../wire/decode';
import { rawRow, rawSnapshot, rawUpdates } from '../../wire/samples';
import { follow } from './selection';

function event(decoded: ReturnType<typeof decodeSnapshot> | ReturnType<typeof decodeUpdates>): FleetEvent {
  if (!decoded.ok) throw new Error('refused');
  return decoded.value;
}

test('a selection follows its devices when others go', () => {
  const before = foldFleet(emptyFleet, [event(decodeSnapshot(rawSnapshot(1, ['a', 'b', 'c', 'd'].map((id) => rawRow(id)))))]);
  const after = foldFleet(before, [event(decodeUpdates(rawUpdates(2, [rawRow('e')], { removed: ['b'] })))]);
  const ids = (places: readonly number[]) => places.map((at) => after.rows[at]?.id);

  expect(ids(follow([3, 1, 0], before, after))).toEqual(['d', 'a']);
  expect(ids(follow([2], before, after))).toEqual(['c']);
  expect(follow([7], before, after)).toEqual([]);
});
