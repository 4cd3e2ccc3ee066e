import type { Signal } from '@preact/signals';
import { Age } from '../../parts/Age';
import { AlarmActions, type AlarmMode } from '../../parts/AlarmActions';
import { AlarmWhy } from '../../parts/AlarmWhy';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { deviceRoute, formatRoute } from '../../state/route';
import type { Alarm } from '../../wire/alarms';

export function AlarmView({ alarm, mode, back }: { readonly alarm: Alarm; readonly mode: Signal<AlarmMode>; readonly back: string }) {
  return (
    <article class="alarm-view" aria-labelledby="alarm-title" data-testid="alarm-view" data-state={alarm.state}>
      <a class="back" href={back}>← All alarms</a>
      <header>
        <h2 id="alarm-title"><span class={`severity ${alarm.state === 'cleared' ? 'over' : alarm.rule.severity}`}><SeverityMark severity={alarm.rule.severity} size={13} /> {SEVERITY_TEXT[alarm.rule.severity]}</span> {alarm.rule.name ?? alarm.rule.id}</h2>
        <p class="quiet">
          on <a class="mono link" href={formatRoute(deviceRoute(alarm.deviceId))}>{alarm.deviceId}</a>, {alarm.state}, raised <Age at={alarm.raisedAt} /> ago
          {alarm.assignee !== null && <>, assigned to {alarm.assignee}</>}
        </p>
      </header>
      <AlarmActions alarm={alarm} mode={mode} keys />
      <AlarmWhy alarm={alarm} />
    </article>
  );
}
