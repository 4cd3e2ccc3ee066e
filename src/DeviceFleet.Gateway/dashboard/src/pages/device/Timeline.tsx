import { useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { count, zone } from '../../state/format';
import { happeningsOf } from '../../state/happenings';
import { valueOf } from '../../state/problem';
import { axisOf, lanesOf, metricsIn } from '../../state/lanes';
import { RANGES, type RangeName } from '../../state/route';
import type { DeviceView, SamplePoint } from '../../wire/contract';
import { EventLane } from './EventLane';
import { Lane } from './Lane';

const RANGE_TEXT: Readonly<Record<RangeName, string>> = { '2m': '2 min', '10m': '10 min', '1h': '1 h', all: 'all' };

interface Props {
  readonly id: string;
  readonly view: DeviceView;
  readonly samples: readonly SamplePoint[];
  readonly range: RangeName;
}

/** One time axis for all that happens; the crosshair is shared by the lanes of metrics. */
export function Timeline({ id, view, samples, range }: Props) {
  const store = useStore();
  const now = store.now.value;
  const units = store.settings.units(view.type);
  const metrics = useMemo(() => metricsIn(samples, view.metrics), [samples, view.metrics]);
  const lanes = useMemo(() => lanesOf(samples, metrics), [samples, metrics.join('\n')]);
  // The clock stands while nothing can come, so that the curve does not walk out of the picture.
  const axis = axisOf(range, samples, store.isLive.value ? now : (samples.at(-1)?.ts ?? now));
  const happenings = happeningsOf(valueOf(store.details.alarms.value) ?? [], valueOf(store.details.commands.value) ?? [], valueOf(store.details.twin.value), axis[0] * 1_000, axis[1] * 1_000);
  return (
    <section class="panel" aria-labelledby="timeline">
      <header>
        <h2 id="timeline">Metrics</h2>
        <span class="quiet">
          {count(samples.length)} samples kept here{lanes.gaps > 0 && `, ${count(lanes.gaps)} ${lanes.gaps === 1 ? 'gap' : 'gaps'}`} · times in {zone(now)}
        </span>
        <span class="aside segments" role="group" aria-label="Time shown">
          {RANGES.map((name) => (
            <button type="button" key={name} aria-pressed={name === range} onClick={() => store.navigation.replace({ page: 'device', id, range: name })}>
              {RANGE_TEXT[name]}
            </button>
          ))}
        </span>
      </header>
      <div class="lanes">
        {happenings.length > 0 && <EventLane happenings={happenings} axis={axis} />}
        {metrics.length === 0 && <p class="quiet">Lanes begin with the first sample.</p>}
        {metrics.map((metric, i) => (
          <Lane key={`${id} ${metric}`} metric={metric} unit={units(metric)} times={lanes.times} values={lanes.values.get(metric) ?? []} axis={axis} newest={view.metrics[metric]} last={i === metrics.length - 1} />
        ))}
      </div>
    </section>
  );
}
