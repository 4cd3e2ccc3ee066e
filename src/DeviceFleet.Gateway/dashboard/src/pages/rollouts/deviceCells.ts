import { heightOf, type GridSize } from '../../parts/cellGrid';
import type { RolloutDevice, RolloutDeviceState } from '../../wire/rollouts';

const COLOURS: Readonly<Record<RolloutDeviceState, string>> = {
  pending: '--off', offered: '--info', updating: '--info', updated: '--ok', failed: '--crit', 'rolling-back': '--warn', 'rolled-back': '--warn', 'rollback-failed': '--crit', skipped: '--off',
};

/** As parts/sagaMarks draws them: a shape for each state, so that colour is not the only sign. */
export function drawDevices(canvas: HTMLCanvasElement, devices: readonly RolloutDevice[], size: GridSize, live: boolean, chosen: string | null): void {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(heightOf(devices.length, size) * ratio);
  const context = canvas.getContext('2d');
  if (context === null || width === 0) {
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const colours = new Map(Object.entries(COLOURS).map(([state, name]) => [state, style.getPropertyValue(live ? name : '--off').trim()]));
  const accent = style.getPropertyValue('--accent').trim();
  context.scale(ratio, ratio);
  context.lineWidth = 1.3;
  const radius = size.pitch / 2 - Math.max(1.5, size.pitch * 0.18);
  devices.forEach((device, i) => {
    const x = ((i % size.columns) + 0.5) * size.pitch;
    const y = (Math.floor(i / size.columns) + 0.5) * size.pitch;
    context.fillStyle = colours.get(device.state) ?? '';
    context.strokeStyle = context.fillStyle;
    drawMark(context, device.state, x, y, radius);
    if (device.deviceId === chosen) {
      context.strokeStyle = accent;
      context.strokeRect(x - size.pitch / 2 + 0.7, y - size.pitch / 2 + 0.7, size.pitch - 1.4, size.pitch - 1.4);
    }
  });
}

function drawMark(context: CanvasRenderingContext2D, state: RolloutDeviceState, x: number, y: number, r: number): void {
  context.beginPath();
  switch (state) {
    case 'pending':
      context.arc(x, y, Math.max(1.4, r * 0.36), 0, 2 * Math.PI);
      return context.fill();
    case 'offered':
      path(context, [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]);
      return context.stroke();
    case 'updating':
      context.arc(x, y, r - 0.65, 0, 2 * Math.PI);
      context.stroke();
      context.beginPath();
      context.arc(x, y, r, Math.PI / 2, (3 * Math.PI) / 2);
      return context.fill();
    case 'updated':
      context.arc(x, y, r, 0, 2 * Math.PI);
      return context.fill();
    case 'failed':
      path(context, [[x, y - r], [x + r, y + r * 0.85], [x - r, y + r * 0.85]]);
      context.stroke();
      return context.fill();
    case 'rolling-back':
      path(context, [[x + r * 0.8, y - r], [x + r * 0.8, y + r], [x - r, y]]);
      return context.stroke();
    case 'rolled-back':
      return context.strokeRect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    case 'rollback-failed':
      return context.fillRect(x - r * 0.95, y - r * 0.95, r * 1.9, r * 1.9);
    case 'skipped':
      context.moveTo(x - r * 0.9, y);
      context.lineTo(x + r * 0.9, y);
      return context.stroke();
  }
}

function path(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
}
