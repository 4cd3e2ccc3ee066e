import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { emptyDraft, EXPIRES_S_MAX, readDraft, TIMEOUT_S_MAX, type CommandDraft, type DraftFaults } from '../../state/commands';
import type { Problem } from '../../state/problem';

export function CommandForm({ id, names, offline }: { readonly id: string; readonly names: readonly string[]; readonly offline: boolean }) {
  const { details } = useStore();
  const draft = useSignal<CommandDraft>(emptyDraft);
  const faults = useSignal<DraftFaults>({});
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  /** Stays until the draft changes: a second try after a lost answer must not be a second command. */
  const key = useRef<string | null>(null);

  const edit = (part: Partial<CommandDraft>) => {
    draft.value = { ...draft.peek(), ...part };
    key.current = null;
    faults.value = {};
  };
  const send = async () => {
    const read = readDraft(draft.peek());
    if (!read.ok) {
      faults.value = read.faults;
      return;
    }
    if (busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    key.current ??= newKey();
    const outcome = await details.sendCommand(id, read.body, key.current);
    busy.value = false;
    if (outcome.ok) {
      edit({ name: '', args: '' });
    } else {
      problem.value = outcome.problem;
    }
  };

  return (
    <form class="command-form" aria-label="Send a command" data-testid="command-form" onSubmit={(event) => (event.preventDefault(), void send())}>
      <Field label="Command" fault={faults.value.name} id="command-name">
        <input id="command-name" class="mono" type="text" list="command-names" autocomplete="off" spellcheck={false} placeholder="reboot" value={draft.value.name} aria-invalid={faults.value.name !== undefined} onInput={(event) => edit({ name: event.currentTarget.value })} />
        <datalist id="command-names">{names.map((name) => <option key={name} value={name} />)}</datalist>
      </Field>
      <Field label="Arguments, JSON" fault={faults.value.args} id="command-args">
        <textarea id="command-args" class="mono" rows={1} spellcheck={false} placeholder='{"delay": 5}' value={draft.value.args} aria-invalid={faults.value.args !== undefined} onInput={(event) => edit({ args: event.currentTarget.value })} />
      </Field>
      <Field label="Expires, s" hint="How long it may wait for the device" fault={faults.value.expiresIn} id="command-expires">
        <input id="command-expires" type="number" min={1} max={EXPIRES_S_MAX} value={draft.value.expiresIn} aria-invalid={faults.value.expiresIn !== undefined} onInput={(event) => edit({ expiresIn: event.currentTarget.value })} />
      </Field>
      <Field label="Timeout, s" hint="How long the device may take from delivery to result" fault={faults.value.timeout} id="command-timeout">
        <input id="command-timeout" type="number" min={1} max={TIMEOUT_S_MAX} value={draft.value.timeout} aria-invalid={faults.value.timeout !== undefined} onInput={(event) => edit({ timeout: event.currentTarget.value })} />
      </Field>
      <WriteButton type="submit" kind="primary" testid="command-send" busy={busy.value}>{busy.value ? 'Sending…' : offline ? 'Queue' : 'Send'}</WriteButton>
      {offline && <p class="quiet note">The device is away: the command waits for it, and expires when the wait is over.</p>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </form>
  );
}

function Field({ label, hint, fault, id, children }: { readonly label: string; readonly hint?: string; readonly fault: string | undefined; readonly id: string; readonly children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id} title={hint}>{label}{hint !== undefined && <span class="visually-hidden">: {hint}</span>}</label>
      {children}
      {fault !== undefined && <span class="fault" role="alert">{fault}</span>}
    </div>
  );
}

/** 128 random bits. Not crypto.randomUUID, which pages without TLS do not have. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
