import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Changing } from '../../parts/Changing';
import { Sparkline } from '../../parts/Sparkline';
import { SEVERITY_TEXT, SeverityMark, State } from '../../parts/marks';
import { count, steady } from '../../state/format';
import { stateOf } from '../../state/presence';
import { deviceRoute, formatRoute } from '../../state/route';
import type { DeviceRow } from '../../wire/contract';
import type { Column } from './columns';

interface Props {
  readonly row: DeviceRow;
  readonly columns: readonly Column[];
  readonly template: string;
  readonly index: number;
  readonly top: number;
  readonly current: boolean;
  readonly staleAfterMs: number | null;
}

export function Row({ row, columns, template, index, top, current, staleAfterMs }: Props) {
  const store = useStore();
  const state = stateOf(row, store.now.value, staleAfterMs);
  return (
    <div
      id={`row-${index}`}
      class={`line${current ? ' at' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={current}
      data-testid={`device-row-${row.id}`}
      data-presence={row.presence}
      data-state={state}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      onClick={(event) => event.target instanceof Element && event.target.closest('a') === null && store.navigation.go(deviceRoute(row.id))}
    >
      {columns.map((column) => (
        <div key={column.key} role="gridcell" class={column.number ? 'number' : 'truncate'}>
          {content(column, row, state)}
        </div>
      ))}
    </div>
  );
}

function content(column: Column, row: DeviceRow, state: ReturnType<typeof stateOf>) {
  switch (column.key) {
    case 'state':
      return <Changing value={state} of={row.id}><State state={state} /></Changing>;
    case 'id':
      return <><a class="id" tabIndex={-1} href={formatRoute(deviceRoute(row.id))} title={row.id}>{row.id}</a>{row.pendingSince !== null && <span class="flag" title="Its twin is behind">Δ<span class="visually-hidden">twin pending</span></span>}{row.isFlapping && <span class="flag" title="It comes and goes more often than it should">⇅<span class="visually-hidden">flapping</span></span>}</>;
    case 'alarms':
      return row.severity === null ? <span class="none">–</span> : (
        <span class={`severity ${row.severity}`} title={`${count(row.alarms)} not cleared, the worst ${row.severity}`}>
          <SeverityMark severity={row.severity} />
          {count(row.alarms)}
          <span class="visually-hidden">{SEVERITY_TEXT[row.severity]}</span>
        </span>
      );
    case 'type':
      return row.type ?? <span class="none">–</span>;
    case 'group':
      return row.group === null ? <span class="none">–</span> : <span title={row.group}>{row.group}</span>;
    case 'firmware':
      return row.firmware === null ? <span class="none">–</span> : <span class="mono" title={row.firmware}>{row.firmware}</span>;
    case 'seen':
      return <Age at={row.lastSeen} />;
    case 'received':
      return count(row.totals.received);
    case 'refused': {
      const refused = row.totals.tooLate + row.totals.invalid;
      return refused === 0 ? <span class="none">0</span> : <span title={row.lastRejection === null ? '' : `last: ${row.lastRejection}`}>{count(refused)}</span>;
    }
    default:
      return <MetricCell row={row} metric={column.metric ?? ''} />;
  }
}

function MetricCell({ row, metric }: { readonly row: DeviceRow; readonly metric: string }) {
  const { sparks } = useStore();
  const value = row.metrics[metric];
  if (value === undefined) {
    return <span class="none">–</span>;
  }
  return (
    <span class="value">
      <Sparkline ring={sparks.look(row.id, metric)} width={56} height={16} />
      <Changing value={value} of={row.id} class="figure">{steady(value)}</Changing>
    </span>
  );
}
