// A twin's two documents side by side: one line for each key that either has.
import type { JsonObject, JsonValue, TwinView, TwinWriter } from '../wire/twin';
import { isObject, pointer } from './json';

/** same: both say it. pending: desired says something else. own: only the device says it. above: something below is pending. */
export type TwinLineState = 'same' | 'pending' | 'own' | 'above' | 'branch';

export interface TwinLine {
  readonly pointer: string;
  readonly name: string;
  /** 0 at the top. */
  readonly depth: number;
  /** Undefined: not there, or an object whose members follow. */
  readonly desired: JsonValue | undefined;
  readonly reported: JsonValue | undefined;
  readonly state: TwinLineState;
  readonly desiredBy: TwinWriter | undefined;
  readonly reportedBy: TwinWriter | undefined;
}

export function twinLines(twin: TwinView): readonly TwinLine[] {
  return linesOf(twin, twin.desired.value, twin.reported.value, twin.delta, '', 0);
}

export function pendingLeaves(twin: TwinView): number {
  return twinLines(twin).filter((line) => line.state === 'pending').length;
}

function linesOf(twin: TwinView, desired: JsonObject, reported: JsonObject, delta: JsonObject, at: string, depth: number): readonly TwinLine[] {
  const names = [...new Set([...Object.keys(desired), ...Object.keys(reported)])].sort();
  return names.flatMap((name) => {
    const path = pointer(at, name);
    const left = desired[name];
    const right = reported[name];
    const behind = delta[name];
    const below = linesOf(twin, membersOf(left), membersOf(right), membersOf(behind), path, depth + 1);
    const isBranch = below.length > 0;
    const line: TwinLine = {
      pointer: path,
      name,
      depth,
      desired: isBranch && isObject(left) ? undefined : left,
      reported: isBranch && isObject(right) ? undefined : right,
      state: isBranch ? (behind === undefined ? 'branch' : 'above') : behind !== undefined ? 'pending' : left === undefined ? 'own' : 'same',
      desiredBy: twin.desired.writers[path],
      reportedBy: twin.reported.writers[path],
    };
    return [line, ...below];
  });
}

function membersOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}
