// Rules and the alarms they raised on the invented fleet. Raw JSON, as the gateway writes it.
import type { Machine } from './fleet';

export const RULES = [
  {
    id: 'pump-hot', version: 3, name: 'Pump too hot', severity: 'critical', scope: { types: ['pump'], groups: ['oslo', 'bergen'], tags: {} },
    when: { kind: 'threshold', metric: 'temperature', op: '>', value: 80, for: '00:00:30' }, hysteresis: 4,
  },
  {
    id: 'vibration', version: 1, name: 'Vibrates more than it should', severity: 'warning',
    when: { kind: 'threshold', metric: 'vibrationMms', op: '>=', value: 2.8, count: 3, within: '00:01:00' },
    clear: { kind: 'threshold', metric: 'vibrationMms', op: '<', value: 2, for: '00:00:20' },
  },
  { id: 'pressure-range', version: 2, severity: 'warning', scope: { types: ['valve', 'chiller'], groups: [], tags: {} }, when: { kind: 'range', metric: 'pressureKpa', low: 280, high: 335 }, hysteresis: 5 },
  { id: 'silent', version: 1, name: 'No pressure reading', severity: 'info', when: { kind: 'absence', metric: 'pressureKpa', for: '00:05:00' } },
];

export const TYPES = [
  {
    id: 'pump', name: 'Pump', metrics: { temperature: { unit: '°C', min: -40, max: 150 }, pressureKpa: { unit: 'kPa', min: 0 }, vibrationMms: { unit: 'mm/s' } },
    onlyThese: true, reportingInterval: '00:00:10', twin: { '/interval': { kind: 'integer', min: 1, max: 3600 }, '/mode': { kind: 'string', oneOf: ['eco', 'boost'] } },
  },
  { id: 'valve', metrics: { pressureKpa: { unit: 'kPa' } }, onlyThese: false, twin: {} },
];

export const REFUSED = [
  { key: 'rule.flow-low', faults: ['when.metric is missing: a threshold looks at a metric.', 'version 2 is not above 2, the one in force.'], at: Date.now() - 940_000, inForce: 2 },
  { key: 'type.meter', faults: ['metrics.power: min 10 is above max 5.'], at: Date.now() - 86_400_000 },
];

type RawRule = (typeof RULES)[number];

export function raise(machine: Machine, rule: RawRule, number: number, at: number, over: Record<string, unknown> = {}) {
  const absent = rule.when.kind === 'absence';
  const level = rule.when.value ?? rule.when.high ?? 0;
  const length = absent ? 1 : rule.when.for === undefined ? 4 : 9;
  const samples = Array.from({ length }, (_, i) => ({
    ts: at - (length - i) * 4_000, boot: 2, seq: 4_100 + i, ...(!absent && { value: Math.round(level * (1 + 0.012 * (i - 1) + 0.01 * Math.sin(i * 2.1 + machine.phase)) * 100) / 100 }),
  }));
  return { deviceId: machine.id, id: `${rule.id}-${number}`, number, rule, state: 'active', raisedAt: at, evidence: { at: samples.at(-1)!.ts, samples }, comments: [], ...over };
}

export type RawAlarm = ReturnType<typeof raise>;

/** Marks the machines that have one. */
export function inventAlarms(machines: readonly Machine[], now: number): RawAlarm[] {
  const alarms: RawAlarm[] = [];
  machines.slice(0, 2_000).forEach((machine, i) => {
    if (machine.presence === 'unknown') {
      return;
    }
    const rule = machine.type === 'pump' && machine.group !== 'tromso' && i % 36 === 4 ? RULES[0] : i % 23 === 7 ? RULES[1] : i % 41 === 2 ? RULES[2] : i % 67 === 5 ? RULES[3] : undefined;
    if (rule === undefined) {
      return;
    }
    const at = Math.round(now - 40_000 - (i * 7_919_113) % 5_400_000);
    alarms.push(raise(machine, rule, 2, at, i % 3 === 0 ? { state: 'acknowledged', acknowledgedBy: 'bob', acknowledgedAt: at + 61_000, assignee: 'bob', comments: [{ at: at + 95_000, by: 'bob', text: 'Filter is being changed.' }] } : {}));
    const before = at - 90_000_000;
    const cleared = { at: before + 600_000, samples: [{ ts: before + 596_000, boot: 2, seq: 3_290, value: 74.2 }, { ts: before + 600_000, boot: 2, seq: 3_291, value: 73.1 }] };
    alarms.push(raise(machine, rule, 1, before, { state: 'cleared', clearedAt: before + 600_050, clearedBy: 'rule', clearEvidence: cleared }));
    machine.alarms = 1;
    machine.severity = rule.severity as 'critical';
  });
  // One device with everything, for the pictures.
  const pump = machines.find((m) => m.id === 'pump-002');
  if (pump !== undefined) {
    pump.group = 'oslo/line-2';
    if (pump.alarms === 0) {
      alarms.push(raise(pump, RULES[0]!, 2, Math.round(now - 130_000)));
    }
    alarms.push(raise(pump, RULES[1]!, 5, Math.round(now - 1_300_000), { state: 'acknowledged', acknowledgedBy: 'ada@example.org', acknowledgedAt: Math.round(now - 1_200_000) }));
    pump.alarms = 2;
    pump.severity = 'critical';
    pump.pendingSince = Math.round(now - 42_000);
  }
  return alarms;
}
