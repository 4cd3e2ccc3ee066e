import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { SEVERITY_TEXT, STATE_TEXT, SeverityMark, StateMark } from '../../parts/marks';
import { age, count, instant } from '../../state/format';
import { stateOf } from '../../state/presence';
import { devicesRoute, formatRoute } from '../../state/route';
import type { DeviceView } from '../../wire/contract';

export function Header({ view }: { readonly view: DeviceView }) {
  const store = useStore();
  const now = store.now.value;
  const state = stateOf(view, now, store.fleet.value.staleAfterMs);
  const tags = Object.entries(view.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <header class="device-head">
      <nav class="crumb" aria-label="Where this is">
        <a href={formatRoute(devicesRoute())}>Devices</a> /
        {view.group !== null && view.group.split('/').map((name, i, all) => (
          <span key={i}> <a href={formatRoute(devicesRoute(`group:${all.slice(0, i + 1).join('/')}`))}>{name}</a> /</span>
        ))}
      </nav>
      <div class="title">
        <h1>{view.deviceId}</h1>
        <span class={`tag ${state}`} data-testid="device-presence" data-presence={view.presence} data-state={state} {...(view.presenceSince !== null && { title: `since ${instant(view.presenceSince)}` })}>
          <StateMark state={state} size={10} />
          {STATE_TEXT[state]}
          {view.presenceSince !== null && <span>for {age(now - view.presenceSince)}</span>}
        </span>
        {view.sessions.isFlapping && <span class="tag stale" data-testid="device-flapping" title="Sessions lately began more often than they should"><span aria-hidden="true">⇅</span> Flapping</span>}
        <AlarmTag view={view} />
        <TwinTag view={view} />
        <span class="quiet">last seen <Age at={view.lastSeen} />{view.lastSeen !== null && ' ago'}</span>
      </div>
      <dl class="facts-line">
        {view.type !== null && <div><dt>Type</dt><dd><a href={formatRoute(devicesRoute(`type:${view.type}`))}>{view.type}</a></dd></div>}
        {view.firmware !== null && <div><dt>Firmware</dt><dd class="mono">{view.firmware}</dd></div>}
        <div>
          <dt>Session</dt>
          <dd>
            {view.sessions.since === null ? 'none' : <span title={`since ${instant(view.sessions.since)}`}>for {age(now - view.sessions.since)}</span>}
            <span class="quiet"> · {count(view.connects)} connects, {count(view.sessions.disconnects)} disconnects</span>
          </dd>
        </div>
        {tags.map(([name, value]) => (
          <div key={name} class="chip"><dt>{name}</dt><dd><a href={formatRoute(devicesRoute(`tag:${name}="${value}"`))}>{value}</a></dd></div>
        ))}
      </dl>
    </header>
  );
}

function AlarmTag({ view }: { readonly view: DeviceView }) {
  const { active, unacknowledged, severity } = view.alarms;
  if (active === 0 || severity === null) {
    return null;
  }
  return (
    <button type="button" class={`tag link ${severity}`} data-testid="device-alarms" onClick={() => goTo('alarms')}>
      <SeverityMark severity={severity} size={10} />
      <span>
        {count(active)} {active === 1 ? `${SEVERITY_TEXT[severity].toLowerCase()} alarm` : `alarms, worst ${SEVERITY_TEXT[severity].toLowerCase()}`}
        {unacknowledged > 0 && unacknowledged < active && `, ${count(unacknowledged)} new`}
      </span>
    </button>
  );
}

function TwinTag({ view }: { readonly view: DeviceView }) {
  const now = useStore().now.value;
  const { desiredVersion, reportedVersion, pendingSince } = view.twin;
  if (pendingSince !== null) {
    return (
      <button type="button" class="tag link stale" data-testid="device-twin" data-pending="true" title={`since ${instant(pendingSince)}`} onClick={() => goTo('twin')}>
        <span aria-hidden="true">Δ</span> Twin pending {age(now - pendingSince)}
      </button>
    );
  }
  return desiredVersion === 0 && reportedVersion === 0 ? null : (
    <button type="button" class="tag link quiet-tag" data-testid="device-twin" data-pending="false" onClick={() => goTo('twin')}><span aria-hidden="true">=</span> Twin in step</button>
  );
}

function goTo(id: string): void {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  heading?.focus({ preventScroll: true });
}
