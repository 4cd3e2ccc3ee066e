import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import type { Problem } from '../../state/problem';
import { draftOf, patchOf, type RegistrationDraft } from '../../state/registration';
import type { Registration } from '../../wire/twin';

export function RegistrationForm({ id, registration, onClose }: { readonly id: string; readonly registration: Registration; readonly onClose: () => void }) {
  const store = useStore();
  const draft = useSignal<RegistrationDraft>(draftOf(registration));
  const base = useSignal(registration.version);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const read = patchOf(draft.value, registration);
  const faults = read.ok ? {} : read.faults;
  const overtaken = registration.version !== base.value;
  const { types, groups } = known(store.fleet.value.rows);

  const edit = (part: Partial<RegistrationDraft>) => (draft.value = { ...draft.peek(), ...part });
  const write = async () => {
    if (!read.ok || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await store.details.writeRegistration(id, read.patch, registration.version);
    busy.value = false;
    if (outcome.ok) {
      onClose();
    } else {
      problem.value = outcome.problem;
    }
  };
  const take = () => {
    draft.value = draftOf(registration);
    base.value = registration.version;
    problem.value = null;
  };

  return (
    <form class="editor" aria-label="Registration" onSubmit={(event) => (event.preventDefault(), void write())} onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), onClose())}>
      <label class="field">
        <span>Type</span>
        <input type="text" list="known-types" value={draft.value.type} aria-invalid={faults.type !== undefined} data-testid="registration-type" onInput={(event) => edit({ type: event.currentTarget.value })} />
        <datalist id="known-types">{types.map((type) => <option key={type} value={type} />)}</datalist>
        {faults.type !== undefined && <span class="fault">{faults.type}</span>}
      </label>
      <label class="field">
        <span>Group</span>
        <input type="text" list="known-groups" placeholder="site/line" value={draft.value.group} aria-invalid={faults.group !== undefined} data-testid="registration-group" onInput={(event) => edit({ group: event.currentTarget.value })} />
        <datalist id="known-groups">{groups.map((group) => <option key={group} value={group} />)}</datalist>
        {faults.group !== undefined && <span class="fault">{faults.group}</span>}
      </label>
      <label class="field">
        <span>Tags, one a line</span>
        <textarea class="mono" rows={4} spellcheck={false} placeholder="hall = 3" value={draft.value.tags} aria-invalid={faults.tags !== undefined} onInput={(event) => edit({ tags: event.currentTarget.value })} />
        {faults.tags !== undefined && <span class="fault">{faults.tags}</span>}
      </label>
      {overtaken && (
        <div class="conflict" role="alert">
          <p><strong>▲ Somebody was faster.</strong> There is version {count(registration.version)} now: type {registration.type ?? 'none'}, group {registration.group ?? 'none'}, {count(Object.keys(registration.tags).length)} tags.</p>
          <button type="button" class="button small" onClick={take}>Drop mine, begin from that</button>
        </div>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <div class="buttons">
        <WriteButton type="submit" kind="primary" testid="registration-write" busy={busy.value} refusal={!read.ok ? 'Something in it cannot be read.' : Object.keys(read.patch).length === 0 ? 'It changes nothing.' : null}>
          {overtaken ? `Write mine over version ${count(registration.version)}` : `Write version ${count(registration.version + 1)}`}
        </WriteButton>
        <button type="button" class="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}

/** What other devices have, to choose from. */
function known(rows: readonly { readonly type: string | null; readonly group: string | null }[]) {
  const some = rows.slice(0, 2_000);
  const distinct = (values: readonly (string | null)[]) => [...new Set(values)].filter((value) => value !== null).sort().slice(0, 50);
  return { types: distinct(some.map((row) => row.type)), groups: distinct(some.map((row) => row.group)) };
}
