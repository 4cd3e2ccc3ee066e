import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Once } from '../../parts/Once';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { CODES_AT_ONCE_MAX, bodyOf } from '../../state/enrolments';
import { count } from '../../state/format';
import type { Problem } from '../../state/problem';
import type { Enrolment } from '../../wire/provisioning';

/** What an administrator does with an enrolment. */
export function EnrolmentActions({ enrolment, onEdit }: { readonly enrolment: Enrolment; readonly onEdit: () => void }) {
  const store = useStore();
  const mode = useSignal<'none' | 'delete' | 'disable' | 'codes'>('none');
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const codes = useSignal<readonly string[] | null>(null);

  const run = async <T,>(action: () => Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }>): Promise<T | null> => {
    if (busy.peek()) {
      return null;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await action();
    busy.value = false;
    if (!outcome.ok) {
      problem.value = outcome.problem;
      return null;
    }
    mode.value = 'none';
    return outcome.value;
  };
  const enable = (isEnabled: boolean) => void run(() => store.enrolments.write(enrolment.id, bodyOf(enrolment, { isEnabled }), enrolment.version));
  const toggle = (next: 'delete' | 'disable' | 'codes') => ((mode.value = mode.value === next ? 'none' : next), (problem.value = null));

  return (
    <div class="alarm-actions">
      <div class="buttons">
        <WriteButton admin testid="enrolment-edit" onClick={onEdit}>Change</WriteButton>
        {enrolment.isEnabled
          ? <WriteButton admin testid="enrolment-disable" onClick={() => toggle('disable')}>Disable</WriteButton>
          : <WriteButton admin testid="enrolment-enable" busy={busy.value} onClick={() => enable(true)}>Enable</WriteButton>}
        {enrolment.proof === 'claim-code' && <WriteButton admin testid="enrolment-codes" refusal={enrolment.isEnabled ? null : 'It is disabled: nobody could redeem them.'} onClick={() => toggle('codes')}>Make codes</WriteButton>}
        <WriteButton admin testid="enrolment-delete" onClick={() => toggle('delete')}>Delete</WriteButton>
      </div>
      {mode.value === 'disable' && (
        <div class="confirm" role="group" aria-label={`Disable ${enrolment.id}?`}>
          <p>No device comes in by it until it is enabled again; sagas under way that check it are taken back. Devices that it let in stay.</p>
          <div class="buttons">
            <WriteButton kind="danger" admin testid="enrolment-disable-confirm" busy={busy.value} onClick={() => enable(false)}>Disable it</WriteButton>
            <button type="button" class="button" onClick={() => (mode.value = 'none')}>Leave it</button>
          </div>
        </div>
      )}
      {mode.value === 'delete' && (
        <div class="confirm" role="group" aria-label={`Delete ${enrolment.id}?`}>
          <p>
            Its key and its lists are gone for good
            {enrolment.openCodes > 0 && `, and ${count(enrolment.openCodes)} open ${enrolment.openCodes === 1 ? 'code ends' : 'codes end'}`}. Devices that it let in stay, but cannot come in anew by it.
          </p>
          <div class="buttons">
            <WriteButton kind="danger" admin testid="enrolment-delete-confirm" busy={busy.value} onClick={() => void run(() => store.enrolments.delete(enrolment))}>Delete it</WriteButton>
            <button type="button" class="button" onClick={() => (mode.value = 'none')}>Keep it</button>
          </div>
        </div>
      )}
      {mode.value === 'codes' && <CodesForm busy={busy.value} onCancel={() => (mode.value = 'none')} onSubmit={async (n, expiresAt, group) => (codes.value = await run(() => store.enrolments.makeCodes(enrolment, n, expiresAt, group)))} />}
      {codes.value !== null && (
        <Once title={`${count(codes.value.length)} claim ${codes.value.length === 1 ? 'code' : 'codes'} of ${enrolment.id}`} lines={codes.value} testid="claim-codes" onClose={() => (codes.value = null)}>
          Each lets one device in, once.
        </Once>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}

interface CodesFormProps {
  readonly busy: boolean;
  readonly onSubmit: (count: number, expiresAt: number | null, group: string) => void;
  readonly onCancel: () => void;
}

function CodesForm({ busy, onSubmit, onCancel }: CodesFormProps) {
  const draft = useSignal({ count: '10', days: '30', group: '' });
  const now = useStore().now.value;
  const n = Number(draft.value.count);
  const days = draft.value.days.trim() === '' ? null : Number(draft.value.days);
  const bad = !Number.isInteger(n) || n < 1 || n > CODES_AT_ONCE_MAX ? `A whole number from 1 to ${CODES_AT_ONCE_MAX}.` : null;
  const badDays = days !== null && !(days > 0 && days <= 3_650) ? 'Days, or nothing: until the enrolment ends.' : null;
  const edit = (part: Partial<typeof draft.value>) => (draft.value = { ...draft.peek(), ...part });
  return (
    <form class="confirm" aria-label="Make claim codes" onSubmit={(event) => (event.preventDefault(), bad === null && badDays === null && onSubmit(n, days === null ? null : Math.round(now + days * 86_400_000), draft.value.group.trim()))}>
      <div class="form-row">
        <label class="field"><span>How many</span><input type="text" inputMode="numeric" value={draft.value.count} aria-invalid={bad !== null} onInput={(event) => edit({ count: event.currentTarget.value })} />{bad !== null && <span class="fault">{bad}</span>}</label>
        <label class="field"><span>Good for, days</span><input type="text" inputMode="decimal" value={draft.value.days} aria-invalid={badDays !== null} onInput={(event) => edit({ days: event.currentTarget.value })} />{badDays !== null && <span class="fault">{badDays}</span>}</label>
        <label class="field"><span>Group, in place of the enrolment’s</span><input type="text" placeholder="site/line" value={draft.value.group} onInput={(event) => edit({ group: event.currentTarget.value })} /></label>
      </div>
      <div class="buttons">
        <WriteButton type="submit" kind="primary" admin busy={busy} testid="codes-make" refusal={bad ?? badDays}>Make {bad === null ? count(n) : ''} {n === 1 ? 'code' : 'codes'}</WriteButton>
        <button type="button" class="button" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}
