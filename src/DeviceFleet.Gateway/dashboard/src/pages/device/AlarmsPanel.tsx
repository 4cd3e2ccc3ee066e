import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { AlarmActions, type AlarmMode } from '../../parts/AlarmActions';
import { AlarmWhy } from '../../parts/AlarmWhy';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { Loaded } from '../../parts/ProblemNote';
import { compareSeverity, isOpen } from '../../state/alarms';
import { count } from '../../state/format';
import { conditionWords } from '../../state/rules';
import type { Alarm } from '../../wire/alarms';

/** Cleared alarms shown before one asks for more. */
const CLEARED_SHOWN = 3;

export function AlarmsPanel() {
  const { details } = useStore();
  return (
    <section class="panel" aria-labelledby="alarms" data-testid="alarms-panel">
      <header><h2 id="alarms" tabIndex={-1}>Alarms</h2><Counts /></header>
      <div class="body">
        <Loaded of={details.alarms.value} height={60} onRetry={() => details.readAll()}>{(alarms) => <List alarms={alarms} />}</Loaded>
      </div>
    </section>
  );
}

function Counts() {
  const alarms = useStore().details.alarms.value;
  if (alarms.kind !== 'ready') {
    return null;
  }
  const open = alarms.value.filter(isOpen).length;
  return <span class="aside">{open === 0 ? 'none open' : `${count(open)} open`}{alarms.value.length > open && `, ${count(alarms.value.length - open)} cleared`}</span>;
}

function List({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const all = useSignal(false);
  const open = alarms.filter(isOpen).sort((a, b) => compareSeverity(b.rule.severity, a.rule.severity) || b.raisedAt - a.raisedAt);
  const cleared = alarms.filter((alarm) => !isOpen(alarm)).sort((a, b) => b.raisedAt - a.raisedAt);
  if (alarms.length === 0) {
    return <p class="quiet">No rule has found anything wrong with this device.</p>;
  }
  return (
    <>
      <ul class="alarm-items">
        {open.map((alarm, i) => <Item key={alarm.id} alarm={alarm} opened={i === 0} />)}
        {cleared.slice(0, all.value ? cleared.length : CLEARED_SHOWN).map((alarm) => <Item key={alarm.id} alarm={alarm} opened={false} />)}
      </ul>
      {!all.value && cleared.length > CLEARED_SHOWN && (
        <button type="button" class="button small" onClick={() => (all.value = true)}>Show {count(cleared.length - CLEARED_SHOWN)} more that are cleared</button>
      )}
    </>
  );
}

function Item({ alarm, opened }: { readonly alarm: Alarm; readonly opened: boolean }) {
  const shown = useSignal(opened);
  const units = useStore().unitsOf(alarm.deviceId);
  const mode = useSignal<AlarmMode>('none');
  return (
    <li class={`alarm-item ${alarm.state}`} data-testid={`alarm-${alarm.id}`} data-state={alarm.state}>
      <button type="button" class="alarm-summary" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
        <span class={`severity ${alarm.state === 'cleared' ? 'over' : alarm.rule.severity}`}><SeverityMark severity={alarm.rule.severity} /> {SEVERITY_TEXT[alarm.rule.severity]}</span>
        <span class="name">{alarm.rule.name ?? alarm.rule.id}</span>
        <span class="quiet condition truncate">{conditionWords(alarm.rule.when, units)}</span>
        <span class="quiet">{alarm.state}, raised <Age at={alarm.raisedAt} /> ago{alarm.assignee !== null && `, ${alarm.assignee}’s`}</span>
      </button>
      {shown.value && (
        <div class="alarm-body">
          <AlarmActions alarm={alarm} mode={mode} />
          <AlarmWhy alarm={alarm} />
        </div>
      )}
    </li>
  );
}
