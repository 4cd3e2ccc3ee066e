import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { instant, timeOfDay } from '../../state/format';
import type { Happening } from '../../state/happenings';

/** As the lanes of metrics: the axis begins and ends where theirs do. */
const LEFT = 58;
const RIGHT = 12;
const LINE_HEIGHT = 14;

/** Alarms, commands and writes of the twin, on the axis of the metrics. The panels below tell the same in words. */
export function EventLane({ happenings, axis }: { readonly happenings: readonly Happening[]; readonly axis: readonly [number, number] }) {
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? 0));
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  const [from, to] = [axis[0] * 1_000, axis[1] * 1_000];
  const inner = Math.max(1, width.value - LEFT - RIGHT);
  const x = (at: number) => LEFT + Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from))) * inner;
  const lines = 1 + Math.max(0, ...happenings.map((h) => h.line));
  return (
    <div class="lane" data-testid="event-lane">
      <div class="lane-head">
        <span class="name">Events</span>
        <span class="legend"><span class="of-alarm">▲ alarm</span> <span class="of-command">▬ command</span> <span class="of-twin">Δ desired written</span></span>
      </div>
      <div ref={host}>
        {width.value > 0 && (
          <svg class="events" width={width.value} height={lines * LINE_HEIGHT + 4} role="img" aria-label={happenings.map((h) => `${h.text} at ${timeOfDay(h.from)}`).join('; ')}>
            {happenings.map((h) => {
              const left = x(h.from);
              const length = Math.max(0, x(h.to ?? to) - left);
              const y = 2 + h.line * LINE_HEIGHT;
              return (
                <g key={h.key} class={h.kind}>
                  <title>{h.text}, from {instant(h.from)}{h.to === null ? ', goes on' : h.to === h.from ? '' : ` to ${instant(h.to)}`}</title>
                  {h.kind !== 'twin' && <rect x={left} y={y + 4} width={Math.max(3, length)} height="4" rx="1" />}
                  {h.kind === 'twin' && <text x={left - 4} y={y + 11}>Δ</text>}
                  {(h.kind === 'critical' || h.kind === 'warning' || h.kind === 'info') && h.from >= from && <path d={`M${left} ${y}l5 10h-10z`} />}
                </g>
              );
            })}
          </svg>
        )}
      </div>
    </div>
  );
}
