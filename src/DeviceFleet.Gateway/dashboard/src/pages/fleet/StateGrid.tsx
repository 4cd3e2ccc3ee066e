import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { gridSize } from '../../parts/cellGrid';
import { SEVERITY_TEXT, STATE_TEXT, SeverityMark, StateMark } from '../../parts/marks';
import { count } from '../../state/format';
import { cells, sections, type Cell } from '../../state/grid';
import { STATE_NAMES } from '../../state/presence';
import { devicesRoute, formatRoute } from '../../state/route';
import { SEVERITIES } from '../../wire/contract';
import { CellBand } from './CellBand';

/** Most devices that have a mark of their own; of a larger fleet each mark stands for several. */
const SINGLE_MAX = 2_000;
/** Most marks then: fewer and larger, because each shows shares. */
const SHARED_MAX = 480;

/** The fleet at a glance: a band of marks for each site, worst to be seen by shape. */
export function StateGrid() {
  const store = useStore();
  const { rows, staleAfterMs, counters } = store.fleet.value;
  const now = store.now.value;
  const idOrder = store.idOrder.value;
  const each = rows.length <= SINGLE_MAX ? 1 : Math.ceil(rows.length / SHARED_MAX);
  const frame = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  // Groups change rarely; the split is made anew with the ids, and once a second at most.
  const bands = useMemo(() => sections(rows, idOrder), [idOrder, now]);
  const drawn = bands.map(({ site, places }) => ({ site, devices: places.length, cells: cells(rows, places, now, staleAfterMs, Math.ceil(places.length / each)) }));
  const size = gridSize(drawn.reduce((sum, band) => sum + band.cells.length, 0), width.value);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? 0));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);

  return (
    <section class="panel" aria-labelledby="grid">
      <header>
        <h2 id="grid">{bands.some((band) => band.site !== null) ? 'Devices by site' : 'Devices by id'}</h2>
        <span class="aside">{each === 1 ? `one mark a device, ${count(rows.length)}` : `one mark for ${count(each)} devices, filled by share`}</span>
      </header>
      <div class="body">
        <p class="visually-hidden">
          {count(counters.online)} online, {count(counters.stale)} stale, {count(counters.offline)} offline, {count(counters.unknown)} unknown, {count(counters.alarming)} with
          an alarm; the table of devices lists them.
        </p>
        <div ref={frame} class="bands">
          {drawn.map((band) => (
            <div key={band.site ?? ''} class="band">
              {drawn.length > 1 && <BandHead site={band.site} devices={band.devices} shown={band.cells} />}
              <CellBand cells={band.cells} size={size} label={`${band.site ?? 'Devices'}: ${count(band.devices)}`} />
            </div>
          ))}
        </div>
        <div class="cells-legend">
          {STATE_NAMES.map((state) => <span class="state" key={state}><StateMark state={state} size={9} />{STATE_TEXT[state]}</span>)}
          {SEVERITIES.map((severity) => <span class="state" key={severity}><SeverityMark severity={severity} size={9} />{SEVERITY_TEXT[severity]} alarm</span>)}
        </div>
      </div>
    </section>
  );
}

function BandHead({ site, devices, shown }: { readonly site: string | null; readonly devices: number; readonly shown: readonly Cell[] }) {
  const alarming = shown.reduce((sum, cell) => sum + cell.alarming, 0);
  return (
    <div class="band-head">
      {site === null ? <span>Other devices</span> : <a href={formatRoute(devicesRoute(`group:${site}`))}>{site}</a>}
      <span class="quiet">{count(devices)}{alarming > 0 && `, ${count(alarming)} alarming`}</span>
    </div>
  );
}
