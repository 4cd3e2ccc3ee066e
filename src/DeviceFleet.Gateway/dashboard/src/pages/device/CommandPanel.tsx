import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Loaded } from '../../parts/ProblemNote';
import { hasEnded } from '../../state/commands';
import { count } from '../../state/format';
import type { Command } from '../../wire/commands';
import type { Presence } from '../../wire/contract';
import { CommandForm } from './CommandForm';
import { CommandItem } from './CommandItem';

/** Commands shown before one asks for more. */
const SHOWN = 8;

export function CommandPanel({ id, presence }: { readonly id: string; readonly presence: Presence }) {
  const { details } = useStore();
  const commands = details.commands.value;
  const names = commands.kind === 'ready' ? [...new Set(commands.value.map((c) => c.name))] : [];
  return (
    <section class="panel" aria-labelledby="commands" data-testid="command-panel">
      <header>
        <h2 id="commands" tabIndex={-1}>Commands</h2>
        {commands.kind === 'ready' && <span class="aside">{count(commands.value.filter((c) => !hasEnded(c.state)).length)} open, the last {count(commands.value.length)} kept</span>}
      </header>
      <div class="body">
        <CommandForm id={id} names={names} offline={presence === 'offline' || presence === 'unknown'} />
        <Loaded of={commands} height={80} onRetry={() => details.readAll()}>{(list) => <List commands={list} />}</Loaded>
      </div>
    </section>
  );
}

function List({ commands }: { readonly commands: readonly Command[] }) {
  const all = useSignal(false);
  if (commands.length === 0) {
    return <p class="quiet">Nothing was asked of this device yet.</p>;
  }
  return (
    <>
      <ol class="commands" reversed>{commands.slice(0, all.value ? commands.length : SHOWN).map((command) => <CommandItem key={command.id} command={command} />)}</ol>
      {!all.value && commands.length > SHOWN && <button type="button" class="button small" onClick={() => (all.value = true)}>Show {count(commands.length - SHOWN)} more</button>}
    </>
  );
}
