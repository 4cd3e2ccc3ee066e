import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { STATE_TEXT, StateMark } from '../../parts/marks';
import { count } from '../../state/format';
import { cells, type Cell } from '../../state/grid';
import { STATE_NAMES } from '../../state/presence';
import { deviceRoute } from '../../state/route';
import { drawCells, gridSize, type GridSize } from './cells';

/** Most devices that have a mark of their own; of a larger fleet each mark stands for several. */
const SINGLE_MAX = 2_000;
/** Most marks then: fewer and larger, because each shows shares. */
const SHARED_MAX = 480;

export function StateGrid() {
  const store = useStore();
  const { rows, staleAfterMs, counters } = store.fleet.value;
  const now = store.now.value;
  const shown = cells(rows, store.idOrder.value, now, staleAfterMs, rows.length <= SINGLE_MAX ? SINGLE_MAX : SHARED_MAX);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const tip = useSignal<{ readonly x: number; readonly y: number; readonly cell: Cell } | null>(null);
  const size: GridSize = gridSize(shown.length, width.value);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? 0));
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  const theme = store.preferences.theme.value;
  const live = store.isLive.value;
  useEffect(() => drawCells(canvas.current!, shown, size, live), [shown, size.columns, size.pitch, theme, live]);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => (width.value += 0.001); // colours are read when drawing
    media.addEventListener('change', redraw);
    return () => media.removeEventListener('change', redraw);
  }, []);

  const cellAt = (event: MouseEvent): Cell | undefined => {
    const column = Math.floor(event.offsetX / size.pitch);
    return column < size.columns ? shown[Math.floor(event.offsetY / size.pitch) * size.columns + column] : undefined;
  };
  const onMove = (event: MouseEvent) => {
    const cell = cellAt(event);
    tip.value = cell === undefined ? null : { x: Math.min(event.offsetX + 12, width.value - 280), y: event.offsetY + 14, cell };
  };
  const onClick = (event: MouseEvent) => {
    const cell = cellAt(event);
    if (cell !== undefined) {
      store.navigation.go(deviceRoute(cell.id));
    }
  };

  return (
    <section class="panel" aria-labelledby="grid">
      <header>
        <h2 id="grid">Devices by id</h2>
        <span class="aside">{perCell(shown, rows.length)}</span>
      </header>
      <div class="body">
        <div class="cells-frame">
          <canvas
            ref={canvas}
            class="cells"
            role="img"
            aria-label={`${count(counters.online)} online, ${count(counters.stale)} stale, ${count(counters.offline)} offline, ${count(counters.unknown)} unknown; the table of devices lists them.`}
            style={{ height: `${size.height}px` }}
            onPointerMove={onMove}
            onPointerLeave={() => (tip.value = null)}
            onClick={onClick}
          />
          {tip.value !== null && (
            <div class="cells-tip" style={{ left: `${tip.value.x}px`, top: `${tip.value.y}px` }}>
              <StateMark state={tip.value.cell.state} size={9} /> {tipText(tip.value.cell)}
            </div>
          )}
        </div>
        <div class="cells-legend">
          {STATE_NAMES.map((state) => (
            <span class="state" key={state}><StateMark state={state} size={9} />{STATE_TEXT[state]}</span>
          ))}
        </div>
      </div>
    </section>
  );
}

function perCell(shown: readonly Cell[], devices: number): string {
  const each = shown[0]?.devices ?? 1;
  return each === 1 ? `one mark a device, ${count(devices)}` : `one mark for ${count(each)} devices, filled by share`;
}

function tipText(cell: Cell): string {
  return cell.devices === 1 ? cell.id : `${cell.id} and ${count(cell.devices - 1)} more: ${STATE_NAMES.filter((s) => cell.counts[s] > 0).map((s) => `${count(cell.counts[s])} ${s}`).join(', ')}`;
}
