import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Notice } from '../../parts/Notice';
import { STATE_TEXT, StateMark } from '../../parts/marks';
import { age, instant } from '../../state/format';
import { stateOf } from '../../state/presence';
import { devicesRoute, formatRoute, type RangeName } from '../../state/route';
import type { DeviceView } from '../../wire/contract';
import { Facts } from './Facts';
import { Timeline } from './Timeline';

export function DevicePage({ id, range }: { readonly id: string; readonly range: RangeName }) {
  const store = useStore();
  const device = store.device.value;
  if (device.kind === 'unavailable') {
    const missing = device.reason === 'not-found';
    return (
      <Notice title={missing ? `No device ${id}` : `Device ${id} could not be read`} testid="device-unavailable" tone={missing ? 'quiet' : 'crit'} sign={missing ? '○' : '▲'}>
        <p>{device.detail}</p>
        <p>{missing ? 'It appears by itself with its first message.' : 'The page asks again when the connection is made anew; reload it to ask now.'}</p>
        <a class="button" href={formatRoute(devicesRoute())}>All devices</a>
      </Notice>
    );
  }
  if (device.kind !== 'shown') {
    return (
      <div class="content" aria-busy="true" data-testid="loading">
        <h1 class="mono">{id}</h1>
        {[28, 360].map((height) => <div key={height} class="skeleton" style={{ height: `${height}px` }} />)}
      </div>
    );
  }
  return (
    <div class="content">
      <Header view={device.view} />
      <div class="device-grid">
        <Timeline id={id} view={device.view} samples={device.samples} range={range} />
        <Facts view={device.view} />
      </div>
    </div>
  );
}

function Header({ view }: { readonly view: DeviceView }) {
  const store = useStore();
  const now = store.now.value;
  const state = stateOf(view, now, store.fleet.value.staleAfterMs);
  return (
    <header class="device-head">
      <nav class="crumb" aria-label="Where this is"><a href={formatRoute(devicesRoute())}>Devices</a> /</nav>
      <div class="title">
        <h1>{view.deviceId}</h1>
        <span class={`tag ${state}`} data-testid="device-presence" data-presence={view.presence} data-state={state} {...(view.presenceSince !== null && { title: `since ${instant(view.presenceSince)}` })}>
          <StateMark state={state} size={10} />
          {STATE_TEXT[state]}
          {view.presenceSince !== null && state !== 'stale' && <span>for {age(now - view.presenceSince)}</span>}
        </span>
        <span class="quiet">last seen <Age at={view.lastSeen} />{view.lastSeen !== null && ' ago'}</span>
      </div>
    </header>
  );
}
