import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { formatSort, type Sort } from '../../state/rows';
import { deviceRoute, devicesRoute } from '../../state/route';
import { leastWidthOf, templateOf, type Column } from './columns';
import { Row } from './Row';
import { useRows } from './virtual';

const HEAD_HEIGHT = 32;
const ROW_HEIGHT = { comfortable: 32, dense: 26 } as const;

interface Props {
  readonly selection: ReadonlySignal<readonly number[]>;
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly q: string;
  readonly frozen: Signal<boolean>;
}

export function DeviceTable({ selection, columns, sort, q, frozen }: Props) {
  const store = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const at = useSignal<number | null>(null);
  const { rows, staleAfterMs } = store.fleet.value;
  const order = selection.value;
  const virtual = useRows(scroller, order.length, ROW_HEIGHT[store.preferences.density.value], HEAD_HEIGHT);
  const template = templateOf(columns);
  const minWidth = leastWidthOf(columns);

  const onKey = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / 32) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }[event.key];
    if (event.target !== scroller.current) {
      return;
    }
    if (event.key === 'Enter' && at.value !== null) {
      const row = rows[order[at.value] ?? -1];
      if (row !== undefined) {
        store.navigation.go(deviceRoute(row.id));
      }
    } else if (step !== undefined) {
      event.preventDefault();
      at.value = Math.min(order.length - 1, Math.max(0, at.value === null ? (step > 0 ? 0 : order.length - 1) : at.value + step));
      virtual.show(at.value);
    }
  };

  return (
    <div
      ref={scroller}
      class="table"
      role="grid"
      tabIndex={0}
      aria-label="Devices"
      aria-rowcount={order.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at.value !== null && virtual.items.some((item) => item.index === at.value) ? `row-${at.value}` : undefined}
      onKeyDown={onKey}
      onBlur={(event) => event.target === scroller.current && (at.value = null)}
    >
      <div class="head" role="rowgroup" style={{ minWidth }}>
        <div class="line" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, height: `${HEAD_HEIGHT}px` }}>
          {columns.map((column) => <Head key={column.key} column={column} sort={sort} onSort={(next) => store.navigation.replace(devicesRoute(q, next))} />)}
        </div>
      </div>
      <div
        class="rows"
        role="rowgroup"
        style={{ height: `${virtual.height}px`, minWidth }}
        onPointerEnter={(event) => (frozen.value = event.pointerType === 'mouse')}
        onPointerLeave={() => (frozen.value = false)}
      >
        {virtual.items.map((item) => {
          const row = rows[order[item.index] ?? -1];
          return row === undefined ? null : (
            <Row key={item.index} row={row} columns={columns} template={template} index={item.index} top={item.start} current={at.value === item.index} staleAfterMs={staleAfterMs} />
          );
        })}
      </div>
    </div>
  );
}

function Head({ column, sort, onSort }: { readonly column: Column; readonly sort: Sort; readonly onSort: (sort: Sort) => void }) {
  const sorted = formatSort({ ...sort, descending: false }) === column.key;
  const next: Sort = { key: column.key, descending: sorted ? !sort.descending : column.descendingFirst };
  return (
    <div
      role="columnheader"
      class={column.number ? 'number' : ''}
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" title={column.hint} onClick={() => onSort(next)}>
        {column.title}
        {column.unit !== '' && <span class="unit">{column.unit}</span>}
        {sorted && <span aria-hidden="true">{sort.descending ? '↓' : '↑'}</span>}
      </button>
    </div>
  );
}
