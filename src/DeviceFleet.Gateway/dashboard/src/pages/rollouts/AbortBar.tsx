import { count } from '../../state/format';
import { abortLine } from '../../state/rollouts';
import type { Wave } from '../../wire/rollouts';

/** Failures so far against the line at which the rollout aborts. */
export function AbortBar({ wave }: { readonly wave: Wave }) {
  const line = abortLine(wave);
  const isOpen = wave.state === 'updating' || wave.state === 'soaking';
  const says = wave.state === 'passed' ? `under the line of ${count(line.abortAt)}` : wave.state === 'failed' ? `went over the line of ${count(line.abortAt)}` : line.isOver ? `over the line of ${count(line.abortAt)}` : line.failures === 0 || !isOpen ? `aborts at ${count(line.abortAt)}` : line.left === 0 ? `the next failure aborts (${count(line.abortAt)})` : `${count(line.left)} more may fail; aborts at ${count(line.abortAt)}`;
  return (
    <div class={`abort${line.isOver || wave.state === 'failed' ? ' over' : isOpen && line.failures > 0 && line.left === 0 ? ' near' : ''}`} data-testid={`abort-${wave.number}`} data-failures={line.failures} data-abort-at={line.abortAt}>
      <svg viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label={`${count(line.failures)} failed, ${says}`}>
        <rect class="ground" x="0" y="4" width="1000" height="6" />
        <rect class="failures" x="0" y="4" width={1_000 * line.filled} height="6" />
        <line class="line" x1={1_000 * line.lineAt} x2={1_000 * line.lineAt} y1="0" y2="14" vector-effect="non-scaling-stroke" />
      </svg>
      <span class="abort-says"><strong>{count(line.failures)}</strong> failed · {says}</span>
    </div>
  );
}
