import { useSignal } from '@preact/signals';
import { ask } from '../../app/asking';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Loaded, ProblemNote } from '../../parts/ProblemNote';
import { count, instant } from '../../state/format';
import { LIFECYCLE_TEXT, actionWords } from '../../state/identity';
import type { Problem } from '../../state/problem';
import { decodeAudit, type AuditEntry } from '../../wire/identity';

/** Entries shown before one asks for more. */
const SHOWN = 10;
/** Entries asked for of one day. */
const TAKE = 200;

/** Who changed what, and when; and who was turned away. */
export function AuditPanel({ id }: { readonly id: string }) {
  const { details } = useStore();
  return (
    <section class="panel" aria-labelledby="audit" data-testid="audit-panel">
      <header><h2 id="audit" tabIndex={-1}>Audit</h2><span class="aside">who changed what, and who was turned away</span></header>
      <div class="body">
        <Loaded of={details.audit.value} height={80} onRetry={() => details.readIdentity()}>{(entries) => <List id={id} entries={entries} />}</Loaded>
      </div>
    </section>
  );
}

function List({ id, entries }: { readonly id: string; readonly entries: readonly AuditEntry[] }) {
  const all = useSignal(false);
  const shown = all.value ? entries : entries.slice(0, SHOWN);
  return (
    <>
      {entries.length === 0 ? <p class="quiet">Nothing was done to it yet.</p> : <ol class="audit">{shown.map((entry) => <Entry key={entry.id} entry={entry} />)}</ol>}
      <div class="buttons audit-more">
        {!all.value && entries.length > SHOWN && <button type="button" class="button small" onClick={() => (all.value = true)}>Show all {count(entries.length)}</button>}
        <OfDay id={id} onRead={() => (all.value = true)} />
      </div>
    </>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  return (
    <li class={entry.action === 'refused' ? 'refusal' : ''} data-testid={`audit-${entry.id}`}>
      <time dateTime={new Date(entry.at).toISOString()} title={instant(entry.at)}><Age at={entry.at} /></time>
      <span>
        <strong>{actionWords(entry.action)}</strong>
        {entry.reason !== null && <> <span class="reason">{entry.reason}</span></>}
        {entry.from !== null && entry.to !== null && entry.from !== entry.to && <span class="quiet"> {LIFECYCLE_TEXT[entry.from].toLowerCase()} → {LIFECYCLE_TEXT[entry.to].toLowerCase()}</span>}
        <span class="quiet"> by {entry.by}</span>
        {entry.detail !== null && <span class="detail">{entry.detail}</span>}
      </span>
    </li>
  );
}

/** Older entries are kept by day. */
function OfDay({ id, onRead }: { readonly id: string; readonly onRead: () => void }) {
  const store = useStore();
  const today = new Date(store.now.value).toISOString().slice(0, 10);
  const day = useSignal(today);
  const busy = useSignal(false);
  const says = useSignal<string | null>(null);
  const problem = useSignal<Problem | null>(null);
  const read = async () => {
    busy.value = true;
    const params = new URLSearchParams({ day: day.value, device: id, take: String(TAKE) });
    const outcome = await ask(store.api, 'The audit of that day could not be read', decodeAudit, 'GET', `/api/audit?${params}`);
    busy.value = false;
    problem.value = outcome.ok ? null : outcome.problem;
    if (outcome.ok) {
      says.value = outcome.value.entries.length === 0 ? `Nothing on ${day.value}.` : `${count(outcome.value.entries.length)} entries of ${day.value}${outcome.value.next === null ? '' : ', the newest of that day'}.`;
      store.details.keepOlderAudit(outcome.value.entries);
      onRead();
    }
  };
  return (
    <form class="audit-day" onSubmit={(event) => (event.preventDefault(), void read())}>
      <label class="metric-choice">Day, UTC <input type="date" max={today} value={day.value} onInput={(event) => (day.value = event.currentTarget.value)} /></label>
      <button type="submit" class="button small" aria-busy={busy.value} disabled={day.value === ''}>Read that day</button>
      <span class="quiet" role="status">{says.value ?? ''}</span>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </form>
  );
}
