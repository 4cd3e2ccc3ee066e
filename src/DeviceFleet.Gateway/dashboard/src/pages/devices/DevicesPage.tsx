import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { EmptyFleet, Notice } from '../../parts/Notice';
import { SeverityMark, STATE_TEXT, StateMark } from '../../parts/marks';
import { count } from '../../state/format';
import { STATE_NAMES } from '../../state/presence';
import { parseQuery } from '../../state/query/parse';
import { devicesRoute, formatRoute } from '../../state/route';
import { commonMetrics, type Sort } from '../../state/rows';
import type { DeviceRow } from '../../wire/contract';
import { ColumnChooser } from './ColumnChooser';
import { columnsFor, type ColumnsOf } from './columns';
import { DeviceTable } from './DeviceTable';
import { useSelection } from './selection';

/** Most metric columns; the page of a device shows all. */
const METRIC_COLUMNS_MAX = 3;

export function DevicesPage({ q, sort }: { readonly q: string; readonly sort: Sort }) {
  const store = useStore();
  const frozen = useSignal(false);
  // As text, so that the table is drawn anew only when the names change: a device that is new has its first values a moment after its row.
  const has = useComputed(() => JSON.stringify(columnsOf(store.fleet.value.rows))).value;
  const columns = useMemo(() => columnsFor(JSON.parse(has) as ColumnsOf, store.settings.unitsOfAll()), [has, store.settings.value]);
  const hidden = store.preferences.hiddenColumns.value;
  const shown = useMemo(() => columns.filter((column) => !hidden.includes(column.key)), [columns, hidden]);
  const parsed = useMemo(() => parseQuery(q), [q]);
  const selection = useSelection(store, parsed.ok ? parsed.query : { kind: 'all' }, q, sort, frozen);
  const total = store.fleet.value.rows.length;

  if (!store.loaded.value) {
    return <Loading />;
  }
  if (total === 0) {
    return <EmptyFleet />;
  }
  const found = selection.value.length;
  return (
    <div class="devices">
      <div class="devices-head">
        <h1>Devices</h1>
        <span class="quiet" data-testid="devices-found" role="status">{found === total ? count(total) : `${count(found)} of ${count(total)}`}</span>
        <nav class="chips" aria-label="By state">
          {STATE_NAMES.map((state) => (
            <a key={state} class="chip" href={formatRoute(devicesRoute(q === state ? '' : state, sort))} {...(q === state && { 'aria-current': 'true' as const })}>
              <StateMark state={state} size={9} />
              {STATE_TEXT[state]}
            </a>
          ))}
          {CHIPS.map((chip) => (
            <a key={chip.q} class="chip" href={formatRoute(devicesRoute(q === chip.q ? '' : chip.q, sort))} {...(q === chip.q && { 'aria-current': 'true' as const })}>
              {chip.mark}
              {chip.text}
            </a>
          ))}
        </nav>
        <div class="right">
          {frozen.value && <span class="frozen">order held while you point</span>}
          <ColumnChooser columns={columns} />
        </div>
      </div>
      {parsed.ok && found > 0 ? (
        <DeviceTable selection={selection} columns={shown} sort={sort} q={q} frozen={frozen} />
      ) : parsed.ok ? (
        <Notice title="No device matches" testid="no-match">
          <p>
            None of {count(total)} devices is <code>{q}</code> now. The search stays on: what comes to match appears here.
          </p>
          <a class="button" href={formatRoute(devicesRoute('', sort))}>Show all devices</a>
        </Notice>
      ) : (
        <Notice title="This search cannot be read" testid="bad-query" tone="warn" sign="◐">
          <p>
            At character {parsed.error.at + 1}: {parsed.error.message}.
          </p>
          <a class="button" href={formatRoute(devicesRoute('', sort))}>Show all devices</a>
        </Notice>
      )}
    </div>
  );
}

const CHIPS = [
  { q: 'alarming', text: 'Alarming', mark: <SeverityMark severity="critical" size={9} /> },
  { q: 'pending', text: 'Twin pending', mark: <span aria-hidden="true">Δ</span> },
  { q: 'flapping', text: 'Flapping', mark: <span aria-hidden="true">⇅</span> },
] as const;

/** Looks at a sample of the rows: which columns there are must cost nothing. */
function columnsOf(rows: readonly DeviceRow[]): ColumnsOf {
  const step = Math.max(1, Math.floor(rows.length / 500));
  const some = rows.filter((_, at) => at % step === 0);
  return {
    metrics: commonMetrics(rows, METRIC_COLUMNS_MAX), type: some.some((r) => r.type !== null), group: some.some((r) => r.group !== null), firmware: some.some((r) => r.firmware !== null),
  };
}

function Loading() {
  return (
    <div class="content" aria-busy="true" data-testid="loading">
      <h1 class="visually-hidden">Devices, loading</h1>
      {Array.from({ length: 12 }, (_, i) => <div key={i} class="skeleton" style={{ height: '20px' }} />)}
    </div>
  );
}
