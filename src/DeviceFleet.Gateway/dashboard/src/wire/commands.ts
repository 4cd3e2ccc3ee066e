// Commands: types and decoders. The other side: src/DeviceFleet.Contracts/Devices/Commands.cs.
import { list, number, object, oneOf, optionalNumber, optionalText, run, text, type Decoded } from './read';
import type { JsonValue } from './twin';

export type CommandState = 'queued' | 'delivered' | 'acknowledged' | 'succeeded' | 'failed' | 'expired' | 'cancelled';
/** A command only ever moves down this list, and stays at the last four. */
export const COMMAND_STATES: readonly CommandState[] = ['queued', 'delivered', 'acknowledged', 'succeeded', 'failed', 'expired', 'cancelled'];

export interface Command {
  readonly deviceId: string;
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly args: JsonValue | undefined;
  readonly key: string | null;
  readonly state: CommandState;
  readonly by: string;
  readonly createdAt: number;
  /** When it expires undelivered, Unix ms. */
  readonly expiresAt: number;
  /** From first delivery to result, ms. */
  readonly timeoutMs: number;
  readonly deliveredAt: number | null;
  readonly deliveries: number;
  readonly acknowledgedAt: number | null;
  readonly endedAt: number | null;
  readonly result: JsonValue | undefined;
  readonly error: string | null;
}

export const decodeCommand = (json: unknown): Decoded<Command> => run(readCommand, json, 'command');
export const decodeCommands = (json: unknown): Decoded<readonly Command[]> =>
  run((j, path, faults) => list(object(j, path), 'commands', path, readCommand, faults), json, 'commands');

function readCommand(json: unknown, path: string): Command {
  const o = object(json, path);
  return {
    deviceId: text(o, 'deviceId', path),
    id: text(o, 'id', path),
    number: number(o, 'number', path),
    name: text(o, 'name', path),
    args: o['args'] as JsonValue | undefined,
    key: optionalText(o, 'key', path),
    state: oneOf(o, 'state', path, COMMAND_STATES),
    by: text(o, 'by', path),
    createdAt: number(o, 'createdAt', path),
    expiresAt: number(o, 'expiresAt', path),
    timeoutMs: number(o, 'timeoutMs', path),
    deliveredAt: optionalNumber(o, 'deliveredAt', path),
    deliveries: optionalNumber(o, 'deliveries', path) ?? 0,
    acknowledgedAt: optionalNumber(o, 'acknowledgedAt', path),
    endedAt: optionalNumber(o, 'endedAt', path),
    result: o['result'] as JsonValue | undefined,
    error: optionalText(o, 'error', path),
  };
}
