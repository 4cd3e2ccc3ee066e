import { useSignal, type Signal } from '@preact/signals';
import { useStore } from '../../app/context';
import { ask } from '../../app/asking';
import { AlarmWhy } from '../../parts/AlarmWhy';
import { ProblemNote } from '../../parts/ProblemNote';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { alarmKey } from '../../state/alarms';
import { count, timeOfDay } from '../../state/format';
import { parseObject } from '../../state/json';
import type { Problem } from '../../state/problem';
import { parseQuery } from '../../state/query/parse';
import { defaultSort, select } from '../../state/rows';
import { decodeTrial, type Alarm, type Trial } from '../../wire/alarms';

const RULE_BYTES_MAX = 16 * 1_024;
/** Most devices of one trial. */
const DEVICES_MAX = 100;
/** Alarms listed of a result. */
const SHOWN = 20;

/** What a draft would have done with the samples that the gateway remembers. Nothing is raised, nothing is stored. */
export function TrialForm({ draft }: { readonly draft: Signal<string> }) {
  const store = useStore();
  const q = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const result = useSignal<Trial | null>(null);
  const parsed = parseObject(draft.value, RULE_BYTES_MAX);
  const query = parseQuery(q.value);
  const { rows, staleAfterMs } = store.fleet.value;
  const found = query.ok ? select(rows, query.query, defaultSort, { now: store.now.value, staleAfterMs }, store.idOrder.value) : [];
  const devices = found.slice(0, DEVICES_MAX).map((at) => rows[at]!.id);
  const cannot = !parsed.ok ? 'The draft is not JSON yet.' : devices.length === 0 ? 'No device is chosen.' : null;

  const tryIt = async () => {
    if (!parsed.ok || cannot !== null || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await ask(store.api, 'The draft was not tried', decodeTrial, 'POST', '/api/rules/trial', { json: { rule: parsed.value, devices }, waitMs: 20_000 });
    busy.value = false;
    result.value = outcome.ok ? outcome.value : null;
    problem.value = outcome.ok ? null : outcome.problem;
  };

  return (
    <section class="panel" aria-labelledby="trial" data-testid="rule-trial">
      <header><h2 id="trial">Try a draft</h2><span class="aside">on the samples that the gateway remembers; nothing is raised</span></header>
      <form class="body trial" onSubmit={(event) => (event.preventDefault(), void tryIt())}>
        <label class="field">
          <span>Draft rule, JSON</span>
          <textarea id="draft" class="mono" rows={9} spellcheck={false} value={draft.value} aria-invalid={!parsed.ok && draft.value !== ''} data-testid="trial-rule" onInput={(event) => ((draft.value = event.currentTarget.value), (result.value = null))} />
          {!parsed.ok && draft.value !== '' && <span class="fault">{parsed.fault}</span>}
        </label>
        <div class="trial-side">
          <label class="field">
            <span>Devices, as in the search; empty: all</span>
            <input type="text" class="mono" spellcheck={false} placeholder="type:pump and online" value={q.value} aria-invalid={!query.ok} data-testid="trial-devices" onInput={(event) => (q.value = event.currentTarget.value)} />
            {query.ok ? <span class="quiet">{count(found.length)} match{found.length > DEVICES_MAX && `; the first ${DEVICES_MAX} are tried`}</span> : <span class="fault">At character {query.error.at + 1}: {query.error.message}</span>}
          </label>
          <button type="submit" class="button primary" aria-disabled={cannot !== null || busy.value} title={cannot ?? ''} data-testid="trial-run">{busy.value ? 'Trying…' : 'Try it'}</button>
        </div>
      </form>
      <div class="body" aria-live="polite">
        {problem.value !== null && <ProblemNote problem={problem.value} />}
        {result.value !== null && <Result of={result.value} devices={devices.length} />}
      </div>
    </section>
  );
}

function Result({ of, devices }: { readonly of: Trial; readonly devices: number }) {
  if (of.faults.length > 0) {
    return (
      <div class="problem-note" data-testid="trial-faults">
        <strong>▲ This draft would be refused.</strong>
        <ul>{of.faults.map((fault) => <li key={fault} class="fault">{fault}</li>)}</ul>
      </div>
    );
  }
  return (
    <div data-testid="trial-result">
      <p>
        Looked at {count(of.samples)} samples of {count(devices)} devices: it would have raised <strong>{count(of.alarms.length)}</strong> {of.alarms.length === 1 ? 'alarm' : 'alarms'}
        {of.alarms.length > 0 && `, on ${count(new Set(of.alarms.map((a) => a.deviceId)).size)} devices`}.
      </p>
      <ul class="alarm-items">{of.alarms.slice(0, SHOWN).map((alarm) => <Would key={`${alarmKey(alarm)} ${alarm.number}`} alarm={alarm} />)}</ul>
      {of.alarms.length > SHOWN && <p class="quiet">and {count(of.alarms.length - SHOWN)} more</p>}
    </div>
  );
}

function Would({ alarm }: { readonly alarm: Alarm }) {
  const shown = useSignal(false);
  const over = alarm.clearEvidence === null ? 'still on at the end' : `until ${timeOfDay(alarm.clearEvidence.at)}`;
  return (
    <li class="alarm-item">
      <button type="button" class="alarm-summary" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
        <span class={`severity ${alarm.rule.severity}`}><SeverityMark severity={alarm.rule.severity} /> {SEVERITY_TEXT[alarm.rule.severity]}</span>
        <span class="name mono">{alarm.deviceId}</span>
        <span class="quiet">from {timeOfDay(alarm.evidence.at)} {over}</span>
      </button>
      {shown.value && <div class="alarm-body"><AlarmWhy alarm={alarm} /></div>}
    </li>
  );
}
