import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { gridSize, heightOf } from '../../parts/cellGrid';
import { RolloutDeviceMark } from '../../parts/sagaMarks';
import { age, count, instant } from '../../state/format';
import { DEVICE_STATE_TEXT, WAVE_STATE_TEXT, isUnderWay, offBy, waveWords } from '../../state/rollouts';
import { ROLLOUT_DEVICE_STATES, type Rollout, type RolloutDevice, type Wave } from '../../wire/rollouts';
import { AbortBar } from './AbortBar';
import { drawDevices } from './deviceCells';

const TIP_WIDTH = 280;
/** Height that one wave's marks may take before they shrink, CSS pixels. */
const LANE_HEIGHT_MAX = 180;

interface Props {
  readonly rollout: Rollout;
  readonly wave: Wave;
  /** Undefined: not read yet. */
  readonly devices: readonly RolloutDevice[] | undefined;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

export function WaveLane({ rollout, wave, devices, chosen, onChoose }: Props) {
  const now = useStore().now.value;
  const off = offBy(wave);
  return (
    <section class={`wave ${wave.state}`} aria-labelledby={`wave-${wave.number}`} data-testid={`wave-${wave.number}`} data-state={wave.state}>
      <header>
        <h2 id={`wave-${wave.number}`}>Wave {count(wave.number + 1)}</h2>
        <span class={`wave-state ${wave.state}`}>{wave.state === 'pending' && !isUnderWay(rollout) ? 'never begun' : WAVE_STATE_TEXT[wave.state]}</span>
        <span class="quiet">{count(wave.devices)} {wave.devices === 1 ? 'device' : 'devices'}, {waveWords(rollout.plan, wave.number)}</span>
        <span class="quiet aside">
          {wave.startedAt !== null && <>begun <Age at={wave.startedAt} /> ago</>}
          {wave.state === 'soaking' && wave.soakUntil !== null && <span title={instant(wave.soakUntil)}>, {wave.soakUntil > now ? `${age(wave.soakUntil - now)} left to watch` : 'watched long enough'}</span>}
        </span>
      </header>
      <AbortBar wave={wave} />
      {off !== 0 && <p class="quiet" role="alert">The counts sent do not add up to its devices: {count(off)} off.</p>}
      {devices === undefined ? <div class="skeleton" style={{ height: '24px' }} /> : <Cells wave={wave} devices={devices} chosen={chosen} onChoose={onChoose} />}
    </section>
  );
}

function Cells({ wave, devices, chosen, onChoose }: { readonly wave: Wave; readonly devices: readonly RolloutDevice[]; readonly chosen: string | null; readonly onChoose: (id: string) => void }) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const redraws = useSignal(0);
  const tip = useSignal<{ readonly x: number; readonly y: number; readonly device: RolloutDevice } | null>(null);
  const theme = store.preferences.theme.value;
  const live = store.isLive.value;
  const size = gridSize(devices.length, width.value, LANE_HEIGHT_MAX);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? 0));
    observer.observe(canvas.current!.parentElement!);
    const media = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => void redraws.value++; // colours are read when drawing
    media.addEventListener('change', redraw);
    return () => {
      observer.disconnect();
      media.removeEventListener('change', redraw);
    };
  }, []);
  useEffect(() => (width.value === 0 ? undefined : drawDevices(canvas.current!, devices, size, live, chosen)), [devices, width.value === 0, size.columns, size.pitch, theme, live, chosen, redraws.value]);

  const deviceAt = (event: MouseEvent): RolloutDevice | undefined => {
    const column = Math.floor(event.offsetX / size.pitch);
    return column < size.columns ? devices[Math.floor(event.offsetY / size.pitch) * size.columns + column] : undefined;
  };
  const onMove = (event: MouseEvent) => {
    const device = deviceAt(event);
    tip.value = device === undefined ? null : { x: Math.max(0, Math.min(event.offsetX + 12, width.peek() - TIP_WIDTH)), y: event.offsetY + 14, device };
  };
  const onClick = (event: MouseEvent) => {
    const device = deviceAt(event);
    if (device !== undefined) {
      onChoose(device.deviceId);
    }
  };
  const says = ROLLOUT_DEVICE_STATES.filter((state) => wave.counts[state] > 0).map((state) => `${count(wave.counts[state])} ${DEVICE_STATE_TEXT[state]}`);
  return (
    <>
      <div class="cells-frame">
        <canvas ref={canvas} class="cells" role="img" aria-label={`Devices of wave ${count(wave.number + 1)}: ${says.join(', ')}`} style={{ height: width.value === 0 ? '24px' : `${heightOf(devices.length, size)}px` }} onPointerMove={onMove} onPointerLeave={() => (tip.value = null)} onClick={onClick} />
        {tip.value !== null && (
          <div class="cells-tip" style={{ left: `${tip.value.x}px`, top: `${tip.value.y}px` }}>
            <RolloutDeviceMark state={tip.value.device.state} size={9} /> {tip.value.device.deviceId}: {DEVICE_STATE_TEXT[tip.value.device.state]}
          </div>
        )}
      </div>
      <p class="wave-counts" aria-hidden="true">{ROLLOUT_DEVICE_STATES.filter((state) => wave.counts[state] > 0).map((state) => <span key={state} class="state"><RolloutDeviceMark state={state} size={9} />{count(wave.counts[state])} {DEVICE_STATE_TEXT[state]}</span>)}</p>
    </>
  );
}
