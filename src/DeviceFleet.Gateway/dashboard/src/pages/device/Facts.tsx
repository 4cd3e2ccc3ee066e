import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Changing } from '../../parts/Changing';
import { age, count, quantity } from '../../state/format';
import { deviceSum } from '../../state/sums';
import type { DeviceView } from '../../wire/contract';

export function Facts({ view }: { readonly view: DeviceView }) {
  return (
    <>
      <LastValues view={view} />
      <Totals view={view} />
      <Connection view={view} />
    </>
  );
}

function Totals({ view }: { readonly view: DeviceView }) {
  const { totals } = view;
  const { off } = deviceSum(totals);
  const parts: readonly (readonly [string, number, string])[] = [
    ['Applied', totals.applied, 'Counted, exactly once each'],
    ['Duplicates', totals.duplicates, 'Sent again and recognised'],
    ['Too late', totals.tooLate, 'Older than the window of 1,024 samples, or of an earlier boot'],
    ['Invalid', totals.invalid, 'Refused for content'],
  ];
  return (
    <section class="panel" aria-labelledby="totals">
      <header><h2 id="totals">Samples</h2></header>
      <div class="body">
        <dl class="column-sum">
          {parts.map(([name, value, hint], i) => (
            <div key={name} title={hint}>
              <dt class="sign" aria-hidden="true">{i === 0 ? '' : '+'}</dt>
              <dt>{name}</dt>
              <dd data-testid={`device-${name.toLowerCase().replace(' ', '-')}`}>{count(value)}</dd>
            </div>
          ))}
          <div class="total" title="Samples that reached the actor, and unreadable messages, one each">
            <dt class="sign" aria-hidden="true">=</dt>
            <dt>Received</dt>
            <dd data-testid="device-received">{count(totals.received)}</dd>
          </div>
        </dl>
        {off !== 0 && <p class="quiet" role="alert">The counts sent do not add up: {count(off)} off.</p>}
      </div>
    </section>
  );
}

function LastValues({ view }: { readonly view: DeviceView }) {
  const units = useStore().settings.units(view.type);
  const metrics = Object.entries(view.metrics).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section class="panel" aria-labelledby="values">
      <header>
        <h2 id="values">Last values</h2>
        <span class="aside"><Age at={view.metricsAt} />{view.metricsAt !== null && ' ago'}</span>
      </header>
      <div class="body">
        {metrics.length === 0 ? <p class="quiet">It has not sent a value yet.</p> : (
          <dl class="facts">
            {metrics.map(([name, value]) => (
              <>
                <dt key={name} class="mono">{name}</dt>
                <dd>
                  <Changing value={value} of={view.deviceId} testid={`device-metric-${name}`}><span title={String(value)}>{quantity(value)}</span></Changing>
                  <span class="unit"> {units(name)}</span>
                </dd>
              </>
            ))}
          </dl>
        )}
      </div>
    </section>
  );
}

function Connection({ view }: { readonly view: DeviceView }) {
  return (
    <section class="panel" aria-labelledby="connection">
      <header><h2 id="connection">Connection</h2></header>
      <div class="body">
        <dl class="facts">
          <dt>Connects</dt>
          <dd data-testid="device-connects">{count(view.connects)}</dd>
          <dt>Disconnects</dt>
          <dd>{count(view.sessions.disconnects)}</dd>
          <dt>Ended sessions together</dt>
          <dd>{view.sessions.onlineMs === 0 ? <span class="none">none</span> : age(view.sessions.onlineMs)}</dd>
          <dt>First seen</dt>
          <dd><Age at={view.firstSeen} />{view.firstSeen !== null && ' ago'}</dd>
          <dt title="As told when this page was opened">Boot</dt>
          <dd>{view.boot === null ? <span class="none">none sent</span> : view.boot}</dd>
          <dt>Without a sequence</dt>
          <dd>{count(view.totals.unsequenced)}</dd>
          <dt>Last refusal</dt>
          <dd>{view.lastRejection === null ? <span class="none">none</span> : <span class="reason">{view.lastRejection}</span>}</dd>
          <dt>Revision</dt>
          <dd>{count(view.revision)}</dd>
        </dl>
      </div>
    </section>
  );
}
