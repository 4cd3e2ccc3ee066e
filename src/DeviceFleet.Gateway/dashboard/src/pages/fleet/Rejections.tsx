import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { bytes } from '../../state/format';
import { deviceRoute, formatRoute } from '../../state/route';
import type { Rejection } from '../../wire/contract';

export function Rejections() {
  const { rejections } = useStore().fleet.value;
  return (
    <section class="panel" aria-labelledby="rejections" data-testid="rejections">
      <header>
        <h2 id="rejections">Newest refusals</h2>
        <span class="aside">{rejections.length > 0 ? `the last ${rejections.length}` : 'of devices and of the broker'}</span>
      </header>
      <ul class="rejections" tabIndex={0} aria-labelledby="rejections">
        {rejections.length === 0 && <li class="none">Nothing was refused.</li>}
        {rejections.map((rejection, i) => <Item key={`${rejection.at} ${rejection.deviceId ?? ''} ${rejections.length - i}`} of={rejection} />)}
      </ul>
    </section>
  );
}

function Item({ of }: { readonly of: Rejection }) {
  return (
    <li title={of.topic ?? ''}>
      <span class="reason">{of.reason}</span>
      <span class="truncate mono">{of.deviceId === null ? <span class="quiet">no device</span> : <a href={formatRoute(deviceRoute(of.deviceId))}>{of.deviceId}</a>}</span>
      <span class="quiet"><Age at={of.at} /></span>
      <span class="detail">
        {of.detail}
        {' · by '}{of.by}
        {isSurprising(of) && <> · <span class="mono">{of.topic}</span></>}
        {of.payloadBytes > 0 && <> · {bytes(of.payloadBytes)}</>}
      </span>
    </li>
  );
}

/** The device's own topic for telemetry is what one expects; another one is part of the story. */
function isSurprising({ topic, deviceId }: Rejection): boolean {
  return topic !== null && topic !== `fleet/${deviceId ?? ''}/telemetry`;
}
