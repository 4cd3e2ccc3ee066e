import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { alarmKey, type AlarmGroup } from '../../state/alarms';
import { count, quantity } from '../../state/format';
import { formatRoute, type Route } from '../../state/route';
import type { Alarm } from '../../wire/alarms';

interface Props {
  readonly groups: readonly AlarmGroup[];
  readonly chosen: string | null;
  readonly route: Extract<Route, { readonly page: 'alarms' }>;
}

export function AlarmList({ groups, chosen, route }: Props) {
  return (
    <>
      {groups.map((group) => (
        <section key={group.rule} class="alarm-group" aria-label={`${group.name}, ${SEVERITY_TEXT[group.severity]}`} data-testid={`alarm-group-${group.rule}`}>
          <h2>
            <span class={`severity ${group.open === 0 ? 'over' : group.severity}`}><SeverityMark severity={group.severity} /> {SEVERITY_TEXT[group.severity]}</span>
            <span class="name truncate">{group.name}</span>
            <span class="quiet">{count(group.open)} open{group.unacknowledged > 0 && `, ${count(group.unacknowledged)} new`}</span>
          </h2>
          <ul>{group.alarms.map((alarm) => <Entry key={alarmKey(alarm)} alarm={alarm} isChosen={alarmKey(alarm) === chosen} route={route} />)}</ul>
        </section>
      ))}
    </>
  );
}

const SIGN = { active: '●', acknowledged: '◐', cleared: '○' } as const;

function Entry({ alarm, isChosen, route }: { readonly alarm: Alarm; readonly isChosen: boolean; readonly route: Props['route'] }) {
  const key = alarmKey(alarm);
  const value = alarm.evidence.samples.at(-1)?.value ?? null;
  const metric = alarm.rule.when.metric;
  const units = useStore().unitsOf(alarm.deviceId);
  return (
    <li>
      <a
        id={`alarm-${key}`}
        class={`alarm-entry ${alarm.state}`}
        href={formatRoute({ ...route, at: key })}
        data-testid={`alarm-entry-${key}`}
        data-state={alarm.state}
        {...(isChosen && { 'aria-current': 'true' as const })}
      >
        <span class="sign" title={alarm.state} aria-hidden="true">{SIGN[alarm.state]}</span>
        <span class="mono truncate">{alarm.deviceId}</span>
        <span class="number">{value !== null && <>{quantity(value)} <span class="unit">{metric === null ? '' : units(metric)}</span></>}</span>
        <span class="quiet"><Age at={alarm.raisedAt} /></span>
        <span class="quiet state-text truncate">{alarm.state === 'active' ? 'new' : alarm.state}{alarm.assignee !== null && `, ${alarm.assignee}’s`}</span>
      </a>
    </li>
  );
}
