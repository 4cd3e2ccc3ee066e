import { useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { RolloutDeviceMark } from '../../parts/sagaMarks';
import { count } from '../../state/format';
import { deviceRoute, formatRoute, type Route } from '../../state/route';
import { DEVICE_STATE_TEXT, devicesOf, totalCounts } from '../../state/rollouts';
import { ROLLOUT_DEVICE_STATES, type Rollout, type RolloutDevice } from '../../wire/rollouts';

/** Devices listed; of more there is the count. */
const SHOWN = 100;

interface Props {
  readonly rollout: Rollout;
  readonly byWave: ReadonlyMap<number, readonly RolloutDevice[]>;
  readonly route: Extract<Route, { readonly page: 'rollout' }>;
}

/** The device that is looked at, and those in one state: at first those that failed. What the marks show, as words. */
export function DevicesPanel({ rollout, byWave, route }: Props) {
  const counts = totalCounts(rollout);
  const present = ROLLOUT_DEVICE_STATES.filter((state) => counts[state] > 0);
  const state = route.state ?? (['failed', 'rollback-failed', 'rolling-back', 'updating', 'offered'] as const).find((s) => counts[s] > 0) ?? present[0] ?? 'updated';
  const all = useMemo(() => [...byWave.values()].flat(), [byWave]);
  const chosen = route.at === null ? undefined : all.find((device) => device.deviceId === route.at);
  const found = useMemo(() => all.filter((device) => device.state === state).sort((a, b) => b.since - a.since), [all, state]);
  return (
    <div class="stack rollout-devices">
      {route.at !== null && <Chosen rollout={rollout} id={route.at} device={chosen} close={formatRoute({ ...route, at: null })} />}
      <section class="panel" aria-labelledby="rollout-devices">
        <header><h2 id="rollout-devices">Devices</h2><span class="aside" role="status">{all.length < devicesOf(rollout) ? `${count(all.length)} of ${count(devicesOf(rollout))} read` : `${count(found.length)} ${DEVICE_STATE_TEXT[state]}`}</span></header>
        <div class="body">
          <nav class="chips" aria-label="In which state">
            {present.map((s) => (
              <a key={s} class="chip" href={formatRoute({ ...route, state: s })} data-testid={`devices-${s}`} {...(s === state && { 'aria-current': 'true' as const })}>
                <RolloutDeviceMark state={s} size={9} /> {DEVICE_STATE_TEXT[s]} <span class="chip-count">{count(counts[s])}</span>
              </a>
            ))}
          </nav>
          <ul class="rollout-list">
            {found.slice(0, SHOWN).map((device) => (
              <li key={device.deviceId}>
                <a href={formatRoute({ ...route, at: device.deviceId })} data-testid={`rollout-device-${device.deviceId}`} data-state={device.state} {...(device.deviceId === route.at && { 'aria-current': 'true' as const })}>
                  <RolloutDeviceMark state={device.state} size={9} />
                  <span class="mono truncate">{device.deviceId}</span>
                  <span class="quiet">wave {count(device.wave + 1)}</span>
                  <span class="quiet number"><Age at={device.since} /></span>
                  {device.error !== null && <span class="detail">{device.error}</span>}
                </a>
              </li>
            ))}
          </ul>
          {found.length > SHOWN && <p class="quiet">and {count(found.length - SHOWN)} more; the marks show them all</p>}
        </div>
      </section>
    </div>
  );
}

function Chosen({ rollout, id, device, close }: { readonly rollout: Rollout; readonly id: string; readonly device: RolloutDevice | undefined; readonly close: string }) {
  const { fleet } = useStore();
  const row = fleet.value.rows[fleet.value.index.get(id) ?? -1];
  return (
    <section class="panel" aria-labelledby="chosen-device" data-testid="rollout-chosen">
      <header><h2 id="chosen-device" class="mono">{id}</h2><a class="aside close-link" href={close} aria-label="Close">✕</a></header>
      <div class="body">
        {device === undefined ? <p class="quiet">Not read yet, or no device of this rollout.</p> : (
          <>
            <p class={`device-says of-${device.state}`}><RolloutDeviceMark state={device.state} /> {DEVICE_STATE_TEXT[device.state]} <span class="quiet">for <Age at={device.since} /></span></p>
            {device.error !== null && <p class="saga-error">{device.error}</p>}
            <dl class="facts">
              <dt>Wave</dt><dd>{count(device.wave + 1)}</dd>
              <dt>Ran before</dt><dd class="mono">{device.before ?? <span class="none">not known</span>}</dd>
              <dt>Is to run</dt><dd class="mono">{rollout.plan.version}</dd>
              <dt>Says it runs</dt><dd class="mono">{row?.firmware ?? <span class="none">nothing</span>}</dd>
            </dl>
          </>
        )}
        <a class="button small" href={formatRoute(deviceRoute(id))}>Open the device</a>
      </div>
    </section>
  );
}
