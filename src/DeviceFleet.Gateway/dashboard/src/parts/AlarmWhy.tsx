import { count, instant, quantity, timeOfDay } from '../state/format';
import { spanWords } from '../state/timeSpan';
import { clearWords, conditionWords, linesOf, scopeWords } from '../state/rules';
import { useStore } from '../app/context';
import type { Units } from '../state/units';
import type { Alarm, Evidence } from '../wire/alarms';
import { EvidenceChart } from './EvidenceChart';

/** Why an alarm is there: the rule in words, its version, and the very samples that decided. */
export function AlarmWhy({ alarm }: { readonly alarm: Alarm }) {
  const { rule } = alarm;
  const units = useStore().unitsOf(alarm.deviceId);
  return (
    <div class="why" data-testid="alarm-why">
      <p>
        Rule <code>{rule.id}</code>, version {count(rule.version)}, for {scopeWords(rule)}: <strong>{conditionWords(rule.when, units)}</strong>; {clearWords(rule, units)}.
      </p>
      <EvidenceView title="Raised by" evidence={alarm.evidence} alarm={alarm} units={units} />
      {alarm.clearEvidence !== null && <EvidenceView title="Cleared by" evidence={alarm.clearEvidence} alarm={alarm} units={units} />}
      <Life alarm={alarm} />
    </div>
  );
}

function EvidenceView({ title, evidence, alarm, units }: { readonly title: string; readonly evidence: Evidence; readonly alarm: Alarm; readonly units: Units }) {
  const { metric } = alarm.rule.when;
  const unit = metric === null ? '' : units(metric);
  const { samples } = evidence;
  const heading = `${title} ${count(samples.length)} ${samples.length === 1 ? 'sample' : 'samples'}`;
  return (
    <section class="evidence-view" aria-label={heading}>
      <h3>{heading} <span class="quiet" title={instant(evidence.at)}>decided at {timeOfDay(evidence.at)}</span></h3>
      {evidence.since !== null && <p class="quiet">Nothing came since <span title={instant(evidence.since)}>{timeOfDay(evidence.since)}</span>, {spanWords(evidence.at - evidence.since)} before; the last that did is below.</p>}
      {samples.length === 0 ? <p class="quiet">There is no sample: it was the absence of one that decided.</p> : (
        <div class="evidence-parts">
          <EvidenceChart samples={samples} lines={linesOf(alarm.rule)} label={`${metric ?? 'Samples'} over the evidence, newest ${quantity(samples.at(-1)?.value ?? Number.NaN)} ${unit}`} />
          <div class="evidence-table" tabIndex={0} role="group" aria-label={`${heading}, as a table`}>
            <table>
              <thead><tr><th scope="col">Measured</th><th scope="col">boot/seq</th><th scope="col" class="number">{metric ?? 'value'} {unit !== '' && <span class="unit">{unit}</span>}</th></tr></thead>
              <tbody>
                {[...samples].reverse().map((sample) => (
                  <tr key={`${sample.ts} ${sample.seq ?? ''}`}>
                    <td title={instant(sample.ts)}>{timeOfDay(sample.ts)}</td>
                    <td class="mono">{sample.seq === null ? '–' : `${sample.boot ?? '–'}/${sample.seq}`}</td>
                    <td class="number">{sample.value === null ? '–' : quantity(sample.value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </section>
  );
}

const CLEARED_BY: Readonly<Record<string, string>> = { rule: 'by its rule', 'rule-gone': 'because its rule went or no longer applies' };

function Life({ alarm }: { readonly alarm: Alarm }) {
  const events: readonly (readonly [number, string])[] = [
    [alarm.raisedAt, `raised, number ${alarm.number} of this rule here`] as const,
    ...(alarm.acknowledgedAt === null ? [] : [[alarm.acknowledgedAt, `acknowledged by ${alarm.acknowledgedBy ?? '?'}`] as const]),
    ...alarm.comments.map((comment) => [comment.at, `${comment.by}: ${comment.text}`] as const),
    ...(alarm.clearedAt === null ? [] : [[alarm.clearedAt, `cleared ${CLEARED_BY[alarm.clearedBy ?? ''] ?? `by ${alarm.clearedBy ?? '?'}`}`] as const]),
  ];
  return (
    <ol class="life" aria-label="What happened">
      {[...events].sort((a, b) => a[0] - b[0]).map(([at, text], i) => <li key={i}><time title={instant(at)}>{timeOfDay(at)}</time> <span>{text}</span></li>)}
      {alarm.assignee !== null && <li><span class="quiet">now</span> <span>assigned to {alarm.assignee}</span></li>}
    </ol>
  );
}
