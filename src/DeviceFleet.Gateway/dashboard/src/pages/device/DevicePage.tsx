import { useStore } from '../../app/context';
import { Notice } from '../../parts/Notice';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { age } from '../../state/format';
import { devicesRoute, formatRoute, type RangeName } from '../../state/route';
import { AlarmsPanel } from './AlarmsPanel';
import { AuditPanel } from './AuditPanel';
import { CommandPanel } from './CommandPanel';
import { Facts } from './Facts';
import { Header } from './Header';
import { IdentityPanel } from './IdentityPanel';
import { RegistrationPanel } from './RegistrationPanel';
import { Timeline } from './Timeline';
import { TwinPanel } from './TwinPanel';

export function DevicePage({ id, range }: { readonly id: string; readonly range: RangeName }) {
  const store = useStore();
  const device = store.device.value;
  if (device.kind === 'removed') {
    return (
      <>
        <Notice title={`${id} was removed`} testid="device-removed" tone="warn" sign="○">
          <p>It was decommissioned {age(Math.max(0, store.now.value - device.at))} ago: its twin, group and rows are gone, and its last state is in the archive. What is left is its identity, with its audit.</p>
          <a class="button" href={formatRoute(devicesRoute())}>All devices</a>
        </Notice>
        <IdentityBelow id={id} />
      </>
    );
  }
  if (device.kind === 'unavailable') {
    const missing = device.reason === 'not-found';
    return (
      <>
        <Notice title={missing ? `No device ${id}` : `Device ${id} could not be read`} testid="device-unavailable" tone={missing ? 'quiet' : 'crit'} sign={missing ? '○' : '▲'}>
          <p>{device.detail}</p>
          <p>{missing ? 'It appears by itself with its first message.' : 'The page asks again when the connection is made anew; reload it to ask now.'}</p>
          <a class="button" href={formatRoute(devicesRoute())}>All devices</a>
        </Notice>
        {missing && <IdentityBelow id={id} />}
      </>
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
          <AuditPanel id={id} />
        </div>
        <div class="stack">
          <IdentityPanel id={id} />
          <RegistrationPanel id={id} view={device.view} />
          <Facts view={device.view} />
        </div>
      </div>
    </div>
  );
}

/** A device may have an identity and an audit before it ever sent anything, and after it went. */
function IdentityBelow({ id }: { readonly id: string }) {
  return (
    <div class="content identity-below">
      <IdentityPanel id={id} />
      <AuditPanel id={id} />
    </div>
  );
}
