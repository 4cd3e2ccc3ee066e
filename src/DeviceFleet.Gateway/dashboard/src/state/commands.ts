// Commands of one device: the list as it changes, the way of one, and what may be sent.
import { COMMAND_STATES, type Command, type CommandState } from '../wire/commands';
import type { JsonValue } from '../wire/twin';
import { parseJson } from './json';

/** Most commands kept; the actor remembers 100 open ones and 100 that ended. */
export const COMMANDS_MAX = 200;

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const ARGS_BYTES_MAX = 16 * 1_024;
export const EXPIRES_S_MAX = 30 * 86_400;
export const TIMEOUT_S_MAX = 86_400;

export const hasEnded = (state: CommandState): boolean => COMMAND_STATES.indexOf(state) >= COMMAND_STATES.indexOf('succeeded');

/** Newest first. A command only ever moves on: what is older than what is known changes nothing. */
export function withCommand(known: readonly Command[], command: Command): readonly Command[] {
  const at = known.findIndex((c) => c.id === command.id);
  const before = known[at];
  if (before === undefined) {
    return [command, ...known].sort((a, b) => b.number - a.number).slice(0, COMMANDS_MAX);
  }
  return isNewer(before, command) ? known.with(at, command) : known;
}

/** A list read anew, and what the hub told while it was under way. */
export function mergeCommands(known: readonly Command[], read: readonly Command[]): readonly Command[] {
  const ids = new Set(read.map((c) => c.id));
  return known.filter((c) => ids.has(c.id) || c.number > (read[0]?.number ?? 0)).reduce(withCommand, read);
}

function isNewer(before: Command, after: Command): boolean {
  if (hasEnded(before.state)) {
    return false;
  }
  const rank = (command: Command) => COMMAND_STATES.indexOf(command.state);
  return rank(after) > rank(before) || (rank(after) === rank(before) && after.deliveries >= before.deliveries);
}

export interface Step {
  readonly name: string;
  /** Unix ms; null: not reached, or passed over. */
  readonly at: number | null;
  readonly state: 'done' | 'now' | 'ahead' | 'failed';
}

/** queued → delivered → acknowledged → done, with times. */
export function stepsOf(command: Command): readonly Step[] {
  const ended = hasEnded(command.state);
  const way: readonly (readonly [string, CommandState, number | null])[] = [
    ['queued', 'queued', command.createdAt], ['delivered', 'delivered', command.deliveredAt], ['acknowledged', 'acknowledged', command.acknowledgedAt],
  ];
  const steps = way.map(([name, state, at]): Step => ({ name, at, state: command.state === state ? 'now' : at === null ? 'ahead' : 'done' }));
  // What was passed over is left out once the end is known: a device need not acknowledge.
  const shown = ended ? steps.filter((step) => step.at !== null) : steps;
  const last: Step = ended ? { name: command.state, at: command.endedAt, state: command.state === 'succeeded' ? 'done' : 'failed' } : { name: 'done', at: null, state: 'ahead' };
  return [...shown, last];
}

export interface CommandDraft {
  readonly name: string;
  readonly args: string;
  readonly expiresIn: string;
  readonly timeout: string;
}

export const emptyDraft: CommandDraft = { name: '', args: '', expiresIn: '300', timeout: '60' };

export interface CommandBody {
  readonly name: string;
  readonly args?: JsonValue;
  readonly expiresInSeconds: number;
  readonly timeoutSeconds: number;
}

export type DraftFaults = Partial<Record<keyof CommandDraft, string>>;

/** All faults at once, by field. */
export function readDraft(draft: CommandDraft): { readonly ok: true; readonly body: CommandBody } | { readonly ok: false; readonly faults: DraftFaults } {
  const faults: DraftFaults = {};
  if (!NAME.test(draft.name)) {
    faults.name = draft.name === '' ? 'A command needs a name.' : '1 to 64 of A–Z a–z 0–9 . _ -';
  }
  const args = draft.args.trim() === '' ? null : parseJson(draft.args);
  if (args !== null && !args.ok) {
    faults.args = args.fault;
  } else if (args !== null && args.bytes > ARGS_BYTES_MAX) {
    faults.args = `${args.bytes} bytes; at most ${ARGS_BYTES_MAX} are taken.`;
  }
  const expiresInSeconds = seconds(draft.expiresIn, EXPIRES_S_MAX);
  const timeoutSeconds = seconds(draft.timeout, TIMEOUT_S_MAX);
  if (expiresInSeconds === null) {
    faults.expiresIn = `1 to ${EXPIRES_S_MAX} seconds`;
  }
  if (timeoutSeconds === null) {
    faults.timeout = `1 to ${TIMEOUT_S_MAX} seconds`;
  }
  return Object.keys(faults).length > 0 || expiresInSeconds === null || timeoutSeconds === null
    ? { ok: false, faults }
    : { ok: true, body: { name: draft.name, ...(args?.ok === true && { args: args.value }), expiresInSeconds, timeoutSeconds } };
}

function seconds(text: string, max: number): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= max ? value : null;
}
