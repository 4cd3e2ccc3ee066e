import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { changeAlarm } from '../../app/details';
import type { AlarmMode } from '../../parts/AlarmActions';
import { Notice } from '../../parts/Notice';
import { ProblemNote } from '../../parts/ProblemNote';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { alarmKey, inbox, isOpen, moved } from '../../state/alarms';
import { count } from '../../state/format';
import { alarmsRoute, deviceRoute, formatRoute, type Route } from '../../state/route';
import { SEVERITIES } from '../../wire/contract';
import { AlarmList } from './AlarmList';
import { AlarmView } from './AlarmView';

type AlarmsRoute = Extract<Route, { readonly page: 'alarms' }>;

/** The inbox: grouped by rule, worst first; beside it why the chosen one is there. */
export function AlarmsPage({ route }: { readonly route: AlarmsRoute }) {
  const store = useStore();
  const page = store.inbox.page.value;
  const mode = useSignal<AlarmMode>('none');
  useEffect(() => store.inbox.show(route.scope), [route.scope]);

  const alarms = page.kind === 'ready' ? page.value.alarms : [];
  const groups = useMemo(() => inbox(route.scope === 'all' ? alarms : alarms.filter((alarm) => isOpen(alarm) || alarmKey(alarm) === route.at), route.severity), [alarms, route.scope, route.severity, route.at]);
  const shown = groups.flatMap((group) => group.alarms);
  const chosen = shown.find((alarm) => alarmKey(alarm) === route.at) ?? shown[0] ?? null;
  const chosenKey = chosen === null ? null : alarmKey(chosen);
  useEffect(() => void (mode.value = 'none'), [chosenKey]);

  // With the drawing, not after it: the next key must mean the alarm that is shown, not the one before.
  useLayoutEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      j: () => go(1), k: () => go(-1), s: () => open('assign'), c: () => open('clear'),
      a: () => void acknowledge(), o: () => chosen !== null && store.navigation.go(deviceRoute(chosen.deviceId)),
    };
    const go = (step: number) => {
      const at = moved(groups, chosenKey, route.at === null && step > 0 ? 0 : step);
      store.navigation.replace({ ...route, at });
      document.getElementById(`alarm-${at ?? ''}`)?.scrollIntoView({ block: 'nearest' });
    };
    const open = (next: AlarmMode) => {
      if (chosen !== null && isOpen(chosen) && store.readOnly.peek() === null) {
        mode.value = next;
      }
    };
    const acknowledge = async () => {
      if (chosen?.state === 'active' && store.readOnly.peek() === null) {
        const outcome = await changeAlarm(store.api, chosen, 'acknowledge', null);
        if (outcome.ok) {
          store.keepAlarm(outcome.value);
        }
      }
    };
    store.pageKey = (key) => {
      keys[key]?.();
      return key in keys;
    };
    return () => void (store.pageKey = null);
  });

  return (
    <div class={`inbox${route.at === null ? '' : ' chosen'}`} data-testid="alarms-page">
      <div class="devices-head">
        <h1>Alarms</h1>
        <span class="quiet" role="status" data-testid="alarms-found">{page.kind === 'ready' ? summary(shown.filter(isOpen).length, shown.length, page.value.total) : 'reading'}</span>
        <nav class="chips" aria-label="Which alarms">
          {(['active', 'all'] as const).map((scope) => (
            <a key={scope} class="chip" href={formatRoute({ ...route, scope, at: null })} {...(route.scope === scope && { 'aria-current': 'true' as const })}>{scope === 'active' ? 'Open' : 'Cleared too'}</a>
          ))}
          {SEVERITIES.map((severity) => (
            <a key={severity} class="chip" href={formatRoute({ ...route, severity: route.severity === severity ? null : severity, at: null })} {...(route.severity === severity && { 'aria-current': 'true' as const })}>
              <SeverityMark severity={severity} size={9} /> {SEVERITY_TEXT[severity]}
            </a>
          ))}
        </nav>
        <span class="quiet keys-hint" aria-hidden="true"><kbd>j</kbd> <kbd>k</kbd> move · <kbd>a</kbd> acknowledge · <kbd>s</kbd> assign · <kbd>c</kbd> clear</span>
      </div>
      <ReadOnlyNote />
      {page.kind === 'loading' && <div class="content" aria-busy="true" data-testid="loading">{[60, 60, 60, 60].map((height, i) => <div key={i} class="skeleton" style={{ height: `${height}px` }} />)}</div>}
      {page.kind === 'failed' && <div class="content"><ProblemNote problem={page.problem} onRetry={() => void store.inbox.read()} /></div>}
      {page.kind === 'ready' && (chosen === null ? <Nothing route={route} /> : (
        <div class="inbox-parts">
          <div class="inbox-list">
            {page.problem !== null && <ProblemNote problem={page.problem} onRetry={() => void store.inbox.read()} />}
            <AlarmList groups={groups} chosen={chosenKey} route={route} />
          </div>
          <AlarmView key={chosenKey} alarm={chosen} mode={mode} back={formatRoute({ ...route, at: null })} />
        </div>
      ))}
    </div>
  );
}

function summary(open: number, shown: number, total: number): string {
  const cleared = shown - open;
  return `${count(open)} open${cleared > 0 ? `, ${count(cleared)} cleared` : ''}${total > shown && total > 500 ? `; the first of ${count(total)}` : ''}`;
}

function Nothing({ route }: { readonly route: AlarmsRoute }) {
  const filtered = route.severity !== null;
  return (
    <Notice title={filtered ? `No ${route.severity ?? ''} alarm` : route.scope === 'all' ? 'No alarm was ever raised' : 'No open alarms'} testid="no-alarms" sign="○">
      <p>{filtered ? 'Of this severity there is none now; others may be.' : 'No rule finds anything wrong now. What a rule finds appears here by itself.'}</p>
      {filtered ? <a class="button" href={formatRoute(alarmsRoute())}>All open alarms</a> : <a class="button" href="/rules">See the rules</a>}
    </Notice>
  );
}
