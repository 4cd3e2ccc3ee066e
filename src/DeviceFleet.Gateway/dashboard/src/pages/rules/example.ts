import type { Rule } from '../../wire/rules';

/** What the trial begins with. */
export const exampleRule = (metric: string): string => `{
  "id": "draft",
  "version": 1,
  "severity": "warning",
  "when": { "kind": "threshold", "metric": "${metric}", "op": ">", "value": 80, "for": "00:00:10" },
  "hysteresis": 2
}`;

/** A rule as it is written: members that say nothing left out, the version one higher. */
export function ruleJson(rule: Rule): string {
  return JSON.stringify({ ...rule, version: rule.version + 1 }, (_, value: unknown) => (value === null ? undefined : value), 2);
}
