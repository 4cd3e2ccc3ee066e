import { useStore } from '../../app/context';
import type { CounterName } from '../../app/store';
import { SeverityMark, StateMark } from '../../parts/marks';
import { SagaMark } from '../../parts/sagaMarks';
import { Sparkline } from '../../parts/Sparkline';
import { age, count, signed } from '../../state/format';
import { COUNTER_STEP_MS, type Ring } from '../../state/history';
import type { DeviceStateName } from '../../state/query/parse';
import { devicesRoute, formatRoute, provisioningRoute } from '../../state/route';
import { presenceSum } from '../../state/sums';

const NAMES = ['online', 'stale', 'offline', 'unknown', 'total', 'alarming'] as const;
const HINTS: Readonly<Record<(typeof NAMES)[number], string>> = {
  online: 'Connected, and heard of lately',
  stale: 'Connected, but silent for longer than it should be',
  offline: 'Said so, or its connection was lost',
  unknown: 'Named, but never heard of',
  total: 'Devices known',
  alarming: 'Devices with an alarm that is not cleared, whatever their state',
};

export function Counters() {
  const store = useStore();
  const { counters, staleAfterMs } = store.fleet.value;
  void store.counterPoints.value; // the rings are written in place: this says when
  const seen = store.counterHistory.of('total').length * COUNTER_STEP_MS;
  const { off } = presenceSum(counters);
  return (
    <section class="panel" aria-label="Devices by state">
      <div class="counters">
        {NAMES.map((name) => <Counter key={name} name={name} value={counters[name]} ring={store.counterHistory.of(name)} />)}
        <ProvisioningCounter />
      </div>
      <div class="counters-note">
        <span>
          online + stale + offline + unknown = total{off !== 0 && `, but the counts sent are off by ${count(off)}`}. Stale: silent for {staleAfterMs === null ? 'longer than its type allows' : `more than ${age(staleAfterMs)}`}.
        </span>
        <span>{seen > COUNTER_STEP_MS ? `Lines and changes: last ${age(seen)} of at most 15 min` : 'Lines begin when the page is opened'}</span>
      </div>
    </section>
  );
}

function Counter({ name, value, ring }: { readonly name: (typeof NAMES)[number]; readonly value: number; readonly ring: Ring }) {
  const state: DeviceStateName | null = name === 'total' || name === 'alarming' ? null : name;
  const attention = value === 0 ? '' : name === 'stale' ? ' attention-warn' : name === 'alarming' ? ' attention-crit' : '';
  return (
    <a class={`counter${attention}`} href={formatRoute(devicesRoute(name === 'total' ? '' : name))} title={HINTS[name]}>
      <span class="name">
        {state !== null && <StateMark state={state} />}
        {name === 'alarming' && <SeverityMark severity="critical" />}
        {name.charAt(0).toUpperCase()}{name.slice(1)}
      </span>
      <div class="value" data-testid={`counter-${name satisfies CounterName}`}>{count(value)}</div>
      <span class="trend">
        <Sparkline ring={ring} width={160} height={20} fluid />
        <span class="delta">{change(ring, value)}</span>
      </span>
    </a>
  );
}

/** Sagas under way; those that wait for a person want attention. */
function ProvisioningCounter() {
  const store = useStore();
  const counts = store.sagas.counts.value;
  const ring = store.counterHistory.of('provisioning');
  const waiting = counts?.waiting ?? 0;
  return (
    <a class={`counter${waiting > 0 ? ' attention-warn' : ''}`} href={formatRoute(provisioningRoute())} title="Devices on their way in, round or out: sagas under way">
      <span class="name"><SagaMark state={waiting > 0 ? 'approval' : 'running'} />Provisioning</span>
      <div class="value" data-testid="counter-provisioning">{counts === null ? <span class="none" title="The sagas could not be read yet">–</span> : count(counts.underWay)}</div>
      <span class="trend">
        {waiting > 0 ? <span class="waits" title={`${count(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a person`}>{count(waiting)} {waiting === 1 ? 'waits' : 'wait'}</span> : <Sparkline ring={ring} width={160} height={20} fluid />}
        <span class="delta">{counts === null ? '' : change(ring, counts.underWay)}</span>
      </span>
    </a>
  );
}

function change(ring: Ring, value: number): string {
  for (let i = 0; i < ring.length; i++) {
    const first = ring.at(i);
    if (!Number.isNaN(first)) {
      return signed(value - first);
    }
  }
  return '';
}
