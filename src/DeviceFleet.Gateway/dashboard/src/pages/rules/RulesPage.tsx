import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Loaded } from '../../parts/ProblemNote';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { compareSeverity } from '../../state/alarms';
import { count, quantity } from '../../state/format';
import { commonMetrics } from '../../state/rows';
import { clearWords, conditionWords, scopeWords } from '../../state/rules';
import { spanText } from '../../state/timeSpan';
import type { DeviceType, RefusedSetting, Rule } from '../../wire/rules';
import { TrialForm } from './TrialForm';
import { exampleRule, ruleJson } from './example';

/** Metrics looked through for one that speaks for itself. */
const METRICS_MAX = 32;

/** Rules and types in force, what was refused and why, and a place to try a draft. */
export function RulesPage() {
  const store = useStore();
  const settings = store.settings.settings;
  const draft = useSignal('');
  const read = () => void store.settings.read();
  const rows = store.fleet.value.rows;
  useEffect(() => {
    // As soon as the fleet is there, with a metric that it has.
    if (draft.peek() === '' && store.loaded.value) {
      const metrics = commonMetrics(rows, METRICS_MAX);
      draft.value = exampleRule(metrics.find((name) => name.startsWith('temp')) ?? metrics[0] ?? 'temperature');
    }
  }, [store.loaded.value, rows.length]);
  const live = store.link.value.kind === 'live';
  useEffect(read, [live]);
  const take = (rule: Rule) => {
    draft.value = ruleJson(rule);
    const area = document.getElementById('draft');
    area?.scrollIntoView({ block: 'center' });
    area?.focus({ preventScroll: true });
  };
  return (
    <div class="content" data-testid="rules-page">
      <div class="groups-head">
        <h1>Rules</h1>
        {settings.value.kind === 'ready' && <span class="quiet">revision {count(settings.value.value.revision)} of the settings, applied live from the configuration store</span>}
        <button type="button" class="button small" onClick={read}>Read again</button>
      </div>
      <Loaded of={settings.value} height={200} onRetry={read}>
        {(value) => (
          <>
            {value.refused.length > 0 && <Refused refused={value.refused} />}
            <div class="rules-grid">
              <Rules rules={value.rules} onTry={take} />
              <Types types={value.types} />
            </div>
          </>
        )}
      </Loaded>
      <TrialForm draft={draft} />
    </div>
  );
}

function Refused({ refused }: { readonly refused: readonly RefusedSetting[] }) {
  return (
    <section class="panel refused" aria-labelledby="refused" data-testid="refused-settings">
      <header><h2 id="refused">▲ Refused settings</h2><span class="aside">what was in force stays</span></header>
      <ul class="body">
        {refused.map((setting) => (
          <li key={setting.key}>
            <code>{setting.key}</code> <span class="quiet"><Age at={setting.at} /> ago; {setting.inForce === null ? 'nothing is in force in its place' : `version ${count(setting.inForce)} stays in force`}</span>
            <ul>{setting.faults.map((fault) => <li key={fault} class="fault">{fault}</li>)}</ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rules({ rules, onTry }: { readonly rules: readonly Rule[]; readonly onTry: (rule: Rule) => void }) {
  const { settings } = useStore();
  const sorted = [...rules].sort((a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1));
  return (
    <section class="panel" aria-labelledby="rules">
      <header><h2 id="rules">Alarm rules</h2><span class="aside">{count(rules.length)} in force</span></header>
      <ul class="body rule-cards">
        {rules.length === 0 && <li class="quiet">None. A rule is a JSON document under <code>rule.&#123;id&#125;</code> in the configuration store; try one below first.</li>}
        {sorted.map((rule) => (
          <li key={rule.id} data-testid={`rule-${rule.id}`}>
            <div class="rule-head">
              <span class={`severity ${rule.severity}`}><SeverityMark severity={rule.severity} /> {SEVERITY_TEXT[rule.severity]}</span>
              <strong>{rule.name ?? rule.id}</strong>
              <span class="quiet"><code>{rule.id}</code> version {count(rule.version)}</span>
              <button type="button" class="button small" onClick={() => onTry(rule)}>Try a change</button>
            </div>
            <p>{conditionWords(rule.when, settings.unitsOfRule(rule.scope?.types ?? []))}; <span class="quiet">{clearWords(rule, settings.unitsOfRule(rule.scope?.types ?? []))}; for {scopeWords(rule)}</span></p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Types({ types }: { readonly types: readonly DeviceType[] }) {
  return (
    <section class="panel" aria-labelledby="types">
      <header><h2 id="types">Device types</h2><span class="aside">{count(types.length)} in force</span></header>
      <ul class="body rule-cards">
        {types.length === 0 && <li class="quiet">None. Without a type, devices may send any metric in any range.</li>}
        {types.map((type) => (
          <li key={type.id} data-testid={`type-${type.id}`}>
            <div class="rule-head"><strong>{type.name ?? type.id}</strong> <span class="quiet"><code>{type.id}</code>{type.reportingInterval !== null && <> reports every {spanText(type.reportingInterval)}</>}</span></div>
            <p class="quiet">
              {Object.entries(type.metrics).map(([name, spec]) => `${name}${spec.unit === null ? '' : ` in ${spec.unit}`}${range(spec)}`).join(', ') || 'no metrics named'}
              {type.onlyThese && '; samples with other metrics are refused'}
            </p>
            {Object.keys(type.twin).length > 0 && <p class="quiet">twin: {Object.entries(type.twin).map(([at, spec]) => `${at} ${spec.kind}${range(spec)}${spec.oneOf.length > 0 ? ` of ${spec.oneOf.join(', ')}` : ''}`).join('; ')}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function range({ min, max }: { readonly min: number | null; readonly max: number | null }): string {
  return min === null ? (max === null ? '' : ` up to ${quantity(max)}`) : max === null ? ` from ${quantity(min)}` : ` from ${quantity(min)} to ${quantity(max)}`;
}
