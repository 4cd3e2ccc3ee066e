import type { DeviceCounts, RolloutDeviceState } from '../../wire/rollouts';
import { count } from '../../state/format';
import { DEVICE_STATE_TEXT } from '../../state/rollouts';

/** From settled to not told yet. */
const ORDER: readonly RolloutDeviceState[] = ['updated', 'rolled-back', 'skipped', 'failed', 'rollback-failed', 'rolling-back', 'updating', 'offered', 'pending'];

/** How far: one bar, a part for each state. */
export function Shares({ counts, devices }: { readonly counts: DeviceCounts; readonly devices: number }) {
  const parts = ORDER.filter((state) => counts[state] > 0);
  let from = 0;
  const says = parts.map((state) => `${count(counts[state])} ${DEVICE_STATE_TEXT[state]}`).join(', ');
  return (
    <svg class="rollout-shares" viewBox="0 0 1000 8" preserveAspectRatio="none" role="img" aria-label={says === '' ? 'no devices' : says}>
      <rect class="ground" x="0" y="0" width="1000" height="8" />
      {parts.map((state) => {
        const width = devices === 0 ? 0 : (1_000 * counts[state]) / devices;
        const x = from;
        from += width;
        return <rect key={state} class={`of-${state}`} x={x} y="0" width={width} height="8"><title>{`${count(counts[state])} ${DEVICE_STATE_TEXT[state]}`}</title></rect>;
      })}
    </svg>
  );
}
