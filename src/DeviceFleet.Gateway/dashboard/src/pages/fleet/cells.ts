import { heightOf, type GridSize } from '../../parts/cellGrid';
import type { Cell } from '../../state/grid';
import type { Severity } from '../../wire/contract';
import type { DeviceStateName } from '../../state/query/parse';

const COLOURS: Readonly<Record<DeviceStateName, string>> = { online: '--ok', stale: '--warn', offline: '--off', unknown: '--info' };

/** Order of the shares in a cell, clockwise from the top. */
const DRAWN: readonly DeviceStateName[] = ['online', 'unknown', 'offline', 'stale'];
/** Least share drawn. */
const SHARE_MIN = 0.06;

export function drawCells(canvas: HTMLCanvasElement, cells: readonly Cell[], size: GridSize, live: boolean): void {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(heightOf(cells.length, size) * ratio);
  const context = canvas.getContext('2d');
  if (context === null || width === 0) {
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const colour = (state: DeviceStateName) => style.getPropertyValue(live ? COLOURS[state] : '--off').trim();
  const colours = { online: colour('online'), stale: colour('stale'), offline: colour('offline'), unknown: colour('unknown') };
  const alarm = (name: string) => style.getPropertyValue(live ? name : '--off').trim();
  const alarms = { critical: alarm('--crit'), warning: alarm('--warn'), info: alarm('--info') };
  context.scale(ratio, ratio);
  context.lineWidth = 1.3;
  const radius = size.pitch / 2 - Math.max(1.5, size.pitch * 0.18);
  cells.forEach((cell, i) => {
    const x = ((i % size.columns) + 0.5) * size.pitch;
    const y = (Math.floor(i / size.columns) + 0.5) * size.pitch;
    if (cell.devices > 1) {
      drawShares(context, cell, colours, x, y, radius);
      drawAlarm(context, cell.severity, alarms, x + radius * 0.75, y - radius * 0.75, radius * 0.55);
    } else if (cell.severity !== null) {
      drawAlarm(context, cell.severity, alarms, x, y, radius);
    } else {
      context.fillStyle = colours[cell.state];
      context.strokeStyle = colours[cell.state];
      drawMark(context, cell.state, x, y, radius);
    }
  });
}

/** As parts/marks draws them: critical a full triangle, warning an outlined one, info a diamond. */
function drawAlarm(context: CanvasRenderingContext2D, severity: Severity | null, colours: Readonly<Record<Severity, string>>, x: number, y: number, radius: number): void {
  if (severity === null) {
    return;
  }
  context.setLineDash([]);
  context.fillStyle = colours[severity];
  context.strokeStyle = colours[severity];
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, severity === 'info' ? y : y + radius * 0.85);
  if (severity === 'info') {
    context.lineTo(x, y + radius);
  }
  context.lineTo(x - radius, severity === 'info' ? y : y + radius * 0.85);
  context.closePath();
  context.stroke();
  if (severity === 'critical') {
    context.fill();
  }
}

function drawMark(context: CanvasRenderingContext2D, state: DeviceStateName, x: number, y: number, radius: number): void {
  context.setLineDash(state === 'unknown' ? [1.6, 1.8] : []);
  context.beginPath();
  if (state === 'online') {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.arc(x, y, radius - 0.65, 0, 2 * Math.PI);
  context.stroke();
  if (state === 'stale') {
    context.beginPath();
    context.arc(x, y, radius, Math.PI / 2, (3 * Math.PI) / 2);
    context.fill();
  }
}

/** A disc filled by share: online and stale full, unknown and offline empty inside their ring. A share too small to see is drawn as wide as can be seen. */
function drawShares(context: CanvasRenderingContext2D, cell: Cell, colours: Readonly<Record<DeviceStateName, string>>, x: number, y: number, radius: number): void {
  const present = DRAWN.filter((state) => cell.counts[state] > 0);
  const angles = present.map((state) => Math.max(SHARE_MIN, cell.counts[state] / cell.devices));
  const whole = angles.reduce((a, b) => a + b, 0);
  let from = -Math.PI / 2;
  context.setLineDash([]);
  present.forEach((state, i) => {
    const to = from + (2 * Math.PI * angles[i]!) / whole;
    context.fillStyle = colours[state];
    context.strokeStyle = colours[state];
    context.beginPath();
    if (state === 'online' || state === 'stale') {
      context.moveTo(x, y);
      context.arc(x, y, radius, from, to);
      context.fill();
    } else {
      context.arc(x, y, radius - 0.65, from, to);
      context.stroke();
    }
    from = to;
  });
}
