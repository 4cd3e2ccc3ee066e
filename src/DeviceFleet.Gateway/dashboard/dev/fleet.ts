// An invented fleet, from a seed: the same picture every time. Speaks raw JSON as the gateway does.
export interface Machine {
  readonly id: string;
  readonly phase: number;
  readonly base: number;
  readonly type: string;
  group: string | undefined;
  tags: Record<string, string>;
  readonly firmware: string;
  presence: 'online' | 'stale' | 'offline' | 'unknown';
  silent: boolean;
  lastSeen: number | undefined;
  revision: number;
  metrics: Record<string, number>;
  totals: { received: number; applied: number; duplicates: number; tooLate: number; invalid: number; unsequenced: number };
  lastRejection: string | undefined;
  alarms: number;
  severity: 'info' | 'warning' | 'critical' | undefined;
  pendingSince: number | undefined;
  isFlapping: boolean;
}

export const SITES = ['oslo/line-1', 'oslo/line-2', 'bergen/line-1', 'bergen/line-2', 'tromso'] as const;

export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const KINDS = ['pump', 'valve', 'chiller', 'meter'] as const;

export function invent(count: number, now: number, random: () => number): Machine[] {
  return Array.from({ length: count }, (_, i): Machine => {
    const kind = KINDS[i % KINDS.length]!;
    const dice = random();
    const presence = dice > 0.985 ? 'unknown' : dice > 0.93 ? 'offline' : dice > 0.9 ? 'stale' : 'online';
    const silent = presence === 'stale';
    const luck = random();
    const applied = presence === 'unknown' ? 0 : 2_000 + Math.floor(random() * 9_000);
    const duplicates = Math.floor(random() * 12) * Math.min(1, applied);
    const invalid = random() > 0.95 && applied > 0 ? 1 + Math.floor(random() * 5) : 0;
    const machine: Machine = {
      id: `${kind}-${String(Math.floor(i / KINDS.length) + 1).padStart(3, '0')}`,
      phase: random() * 6.28,
      base: 20 + random() * 60,
      type: kind,
      group: i % 29 === 0 ? undefined : SITES[i % SITES.length],
      tags: { hall: String(1 + (i % 3)), ...(i % 7 === 0 && { vendor: 'acme' }) },
      firmware: presence === 'unknown' ? '' : ['2.0.4', '2.1.0', '2.1.3'][i % 3]!,
      presence,
      silent,
      lastSeen: presence === 'unknown' ? undefined : now - (presence === 'offline' ? random() * 9e7 : silent ? 40_000 + random() * 500_000 : random() * 900),
      revision: 10,
      metrics: {},
      totals: { received: applied + duplicates + invalid, applied, duplicates, tooLate: 0, invalid, unsequenced: 0 },
      lastRejection: invalid > 0 ? 'out-of-bounds' : undefined,
      alarms: 0,
      severity: undefined,
      pendingSince: presence !== 'unknown' && luck > 0.93 ? Math.round(now - luck * 90_000) : undefined,
      isFlapping: presence === 'online' && luck < 0.02,
    };
    if (presence !== 'unknown') {
      machine.metrics = measure(machine, machine.lastSeen ?? now, random);
    }
    return machine;
  });
}

export function measure(machine: Machine, at: number, random: () => number): Record<string, number> {
  const t = at / 1_000;
  const wave = Math.sin(t / 47 + machine.phase);
  return {
    temperature: round(machine.base + 6 * wave + random() * 0.6),
    pressureKpa: round(310 + 25 * Math.sin(t / 31 + machine.phase * 2) + random() * 3),
    vibrationMms: round(Math.abs(1.8 + 0.9 * Math.sin(t / 13 + machine.phase) + random() * 0.5)),
  };
}

export function rowOf(machine: Machine) {
  const { id, presence, lastSeen, metrics, totals, revision, lastRejection, type, group, tags, alarms, severity, pendingSince, isFlapping } = machine;
  const firmware = machine.firmware === '' ? undefined : machine.firmware;
  return {
    id, presence, lastSeen: lastSeen === undefined ? undefined : Math.round(lastSeen), metrics, totals: { ...totals }, revision, lastRejection,
    type, group, tags, firmware, alarms, severity, pendingSince, openCommands: 0, isFlapping,
  };
}

const REFUSALS = [
  ['malformed', 'Unexpected end of JSON at byte 118.', 'devices'],
  ['wrong-device', 'Published under the id of another device.', 'broker'],
  ['out-of-bounds', 'Metric “temperature” is not finite.', 'devices'],
  ['bad-credentials', 'Wrong password for this user name.', 'broker'],
  ['too-large', '71,204 bytes; at most 65,536 are taken.', 'broker'],
  ['session-taken-over', 'A second connection came with the same client id.', 'broker'],
] as const;

export function refusal(machine: Machine, at: number, dice: number) {
  const [reason, detail, by] = REFUSALS[Math.floor(dice * REFUSALS.length)]!;
  const connection = reason === 'bad-credentials' || reason === 'session-taken-over';
  return {
    reason, detail, by, deviceId: machine.id, at: Math.round(at), payloadBytes: connection ? 0 : reason === 'too-large' ? 71_204 : 118 + Math.floor(dice * 90),
    topic: connection ? undefined : `fleet/${machine.id}/telemetry`,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
