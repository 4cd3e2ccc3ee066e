import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { heightOf, type GridSize } from '../../parts/cellGrid';
import { SEVERITY_TEXT, StateMark } from '../../parts/marks';
import { count } from '../../state/format';
import type { Cell } from '../../state/grid';
import { STATE_NAMES } from '../../state/presence';
import { deviceRoute } from '../../state/route';
import { drawCells } from './cells';

/** Width that a tip may take, CSS pixels. */
const TIP_WIDTH = 280;

interface Props {
  readonly cells: readonly Cell[];
  readonly size: GridSize;
  readonly label: string;
}

export function CellBand({ cells, size, label }: Props) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const tip = useSignal<{ readonly x: number; readonly y: number; readonly cell: Cell } | null>(null);
  const redraws = useSignal(0);
  const theme = store.preferences.theme.value;
  const live = store.isLive.value;

  useEffect(() => drawCells(canvas.current!, cells, size, live), [cells, size.columns, size.pitch, theme, live, redraws.value]);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => void redraws.value++; // colours are read when drawing
    media.addEventListener('change', redraw);
    return () => media.removeEventListener('change', redraw);
  }, []);

  const cellAt = (event: MouseEvent): Cell | undefined => {
    const column = Math.floor(event.offsetX / size.pitch);
    return column < size.columns ? cells[Math.floor(event.offsetY / size.pitch) * size.columns + column] : undefined;
  };
  const onMove = (event: MouseEvent) => {
    const cell = cellAt(event);
    const room = (canvas.current?.clientWidth ?? 0) - TIP_WIDTH;
    tip.value = cell === undefined ? null : { x: Math.max(0, Math.min(event.offsetX + 12, room)), y: event.offsetY + 14, cell };
  };
  const onClick = (event: MouseEvent) => {
    const cell = cellAt(event);
    if (cell !== undefined) {
      store.navigation.go(deviceRoute(cell.id));
    }
  };

  return (
    <div class="cells-frame">
      <canvas
        ref={canvas}
        class="cells"
        role="img"
        aria-label={label}
        style={{ height: `${heightOf(cells.length, size)}px` }}
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
  );
}

function tipText(cell: Cell): string {
  if (cell.devices === 1) {
    return cell.severity === null ? cell.id : `${cell.id}: ${SEVERITY_TEXT[cell.severity].toLowerCase()} alarm`;
  }
  const states = STATE_NAMES.filter((s) => cell.counts[s] > 0).map((s) => `${count(cell.counts[s])} ${s}`);
  return `${cell.id} and ${count(cell.devices - 1)} more: ${[...states, ...(cell.alarming > 0 ? [`${count(cell.alarming)} alarming`] : [])].join(', ')}`;
}
