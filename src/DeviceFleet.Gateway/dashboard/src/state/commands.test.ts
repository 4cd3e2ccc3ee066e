import { describe, expect, test } from 'vitest';
import { COMMAND_STATES, decodeCommand, type Command, type CommandState } from '../wire/commands';
import { COMMANDS_MAX, emptyDraft, hasEnded, mergeCommands, readDraft, stepsOf, withCommand } from './commands';

function command(number: number, state: CommandState, over: Record<string, unknown> = {}): Command {
  const decoded = decodeCommand({ deviceId: 'a', id: `c${number}`, number, name: 'reboot', state, by: 'ann', createdAt: 1_000, expiresAt: 9_000, timeoutMs: 500, ...over });
  if (!decoded.ok) throw new Error(decoded.faults.join());
  return decoded.value;
}

describe('commands', () => {
  test('newest first, in their bound', () => {
    const list = [1, 3, 2].reduce<readonly Command[]>((known, n) => withCommand(known, command(n, 'queued')), []);
    expect(list.map((c) => c.number)).toEqual([3, 2, 1]);
    expect(withCommand(Array.from({ length: COMMANDS_MAX }, (_, i) => command(COMMANDS_MAX - i, 'queued')), command(999, 'queued'))).toHaveLength(COMMANDS_MAX);
  });

  test('in whatever order the news come, a command never moves back, and its end stays', () => {
    for (const first of COMMAND_STATES) {
      for (const second of COMMAND_STATES) {
        const end = withCommand([command(1, first)], command(1, second))[0]!.state;
        const expected = hasEnded(first) || COMMAND_STATES.indexOf(second) < COMMAND_STATES.indexOf(first) ? first : second;
        expect(`${first} ${second} ${end}`).toBe(`${first} ${second} ${expected}`);
      }
    }
  });

  test('a list read anew keeps what came while it was under way, and drops what the actor forgot', () => {
    const known = [command(4, 'queued'), command(3, 'succeeded'), command(1, 'failed')];
    const read = [command(3, 'delivered'), command(2, 'expired')];
    expect(mergeCommands(known, read).map((c) => `${c.number} ${c.state}`)).toEqual(['4 queued', '3 succeeded', '2 expired']);
  });

  test('the way shows where it is, and after the end only what was reached', () => {
    const steps = (c: Command) => stepsOf(c).map((s) => `${s.name} ${s.state}`);
    expect(steps(command(1, 'delivered', { deliveredAt: 1_100 }))).toEqual(['queued done', 'delivered now', 'acknowledged ahead', 'done ahead']);
    expect(steps(command(1, 'succeeded', { deliveredAt: 1_100, endedAt: 1_200 }))).toEqual(['queued done', 'delivered done', 'succeeded done']);
    expect(steps(command(1, 'expired', { endedAt: 1_200 }))).toEqual(['queued done', 'expired failed']);
  });

  test('a draft becomes a request, or all its faults', () => {
    expect(readDraft({ ...emptyDraft, name: 'reboot', args: ' {"delay": 5} ' })).toEqual({ ok: true, body: { name: 'reboot', args: { delay: 5 }, expiresInSeconds: 300, timeoutSeconds: 60 } });
    expect(readDraft({ ...emptyDraft, name: 'reboot' })).toEqual({ ok: true, body: { name: 'reboot', expiresInSeconds: 300, timeoutSeconds: 60 } });
    const read = readDraft({ name: 're boot', args: '{', expiresIn: '0', timeout: '1.5' });
    expect(Object.keys(read.ok ? {} : read.faults)).toEqual(['name', 'args', 'expiresIn', 'timeout']);
  });
});
