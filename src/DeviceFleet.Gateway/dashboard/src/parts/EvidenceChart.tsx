import { quantity } from '../state/format';
import { plotEvidence } from '../state/evidence';
import type { RuleLine } from '../state/rules';
import type { EvidenceSample } from '../wire/alarms';

const WIDTH = 320;
const HEIGHT = 84;
/** Kept free at the right for what the lines stand for. */
const LABELS = 56;

/** The samples that decided, with the rule's lines. The table beside it tells the same in numbers. */
export function EvidenceChart({ samples, lines, label }: { readonly samples: readonly EvidenceSample[]; readonly lines: readonly RuleLine[]; readonly label: string }) {
  const plot = plotEvidence(samples, lines, WIDTH - LABELS, HEIGHT);
  if (plot === null) {
    return null;
  }
  return (
    <svg class="evidence" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {plot.lines.map((line) => (
        <g key={`${line.of} ${line.value}`} class={line.of}>
          <line x1="0" x2={WIDTH - LABELS} y1={line.y} y2={line.y} />
          <text x={WIDTH - LABELS + 4} y={Math.min(HEIGHT - 2, Math.max(9, line.y + 3))}>{line.of === 'raise' ? '' : 'clear '}{quantity(line.value)}</text>
        </g>
      ))}
      <path d={plot.points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('')} />
      {plot.points.map((p, i) => <circle key={i} cx={p.x} cy={p.y} r={i === plot.points.length - 1 ? 3 : 1.8} />)}
    </svg>
  );
}
