import { useStore } from '../../app/context';
import { Sparkline } from '../../parts/Sparkline';
import { SumLine } from '../../parts/Sum';
import { count, duration, quantity } from '../../state/format';
import { ingestSum } from '../../state/sums';

export function Ingest() {
  const store = useStore();
  const { counters } = store.fleet.value;
  void store.counterPoints.value;
  return (
    <section class="panel" aria-labelledby="ingest">
      <header>
        <h2 id="ingest">Ingest</h2>
        <span class="aside">samples since each device was first seen</span>
      </header>
      <div class="body">
        <SumLine
          sum={ingestSum(counters)}
          whole={{ name: 'Received', hint: 'Samples, and messages that could not be read, of all devices', testid: 'ingest-received' }}
          parts={[
            { name: 'Applied', hint: 'Counted, exactly once each', testid: 'ingest-applied' },
            { name: 'Duplicates', hint: 'Sent again and recognised', testid: 'ingest-duplicates' },
            { name: 'Rejected', hint: 'Refused for age or content', testid: 'ingest-rejected' },
          ]}
        />
      </div>
      <dl class="figures">
        <div>
          <dt>Rate, last 10 s</dt>
          <dd data-testid="ingest-rate">{quantity(counters.appliedPerSecond)} <span class="unit">/s</span></dd>
          <dd class="trend"><Sparkline ring={store.counterHistory.of('appliedPerSecond')} width={160} height={18} floor={0} fluid /></dd>
        </div>
        <div title="From receipt by the service to the gateway, median of the last 10 s">
          <dt>Lag, median</dt>
          <dd data-testid="ingest-lag">{counters.lagMs === null ? <span class="unit">nothing came</span> : duration(counters.lagMs)}</dd>
          <dd class="trend"><Sparkline ring={store.counterHistory.of('lagMs')} width={160} height={18} floor={0} fluid /></dd>
        </div>
        <div title="Wrong topic, wrong password and the like, since the gateway started; never part of received">
          <dt>Refused by the broker</dt>
          <dd data-testid="refused-by-broker">{count(counters.refusedByBroker)}</dd>
          <dd class="trend"><Sparkline ring={store.counterHistory.of('refusedByBroker')} width={160} height={18} fluid /></dd>
        </div>
      </dl>
    </section>
  );
}
