import { useStore } from '../../app/context';
import { Notice } from '../../parts/Notice';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { devicesRoute, formatRoute, type RangeName } from '../../state/route';
import { AlarmsPanel } from './AlarmsPanel';
import { CommandPanel } from './CommandPanel';
import { Facts } from './Facts';
import { Header } from './Header';
import { RegistrationPanel } from './RegistrationPanel';
import { Timeline } from './Timeline';
import { TwinPanel } from './TwinPanel';

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
      <ReadOnlyNote />
      <div class="device-grid">
        <div class="stack wide">
          <Timeline id={id} view={device.view} samples={device.samples} range={range} />
          <AlarmsPanel />
          <TwinPanel id={id} />
          <CommandPanel id={id} presence={device.view.presence} />
        </div>
        <div class="stack">
          <RegistrationPanel id={id} view={device.view} />
          <Facts view={device.view} />
        </div>
      </div>
    </div>
  );
}
