// Sample messages, for tests and for the demo. Raw JSON shapes, as the gateway writes them: nulls left out.
export function rawCounters(over: Readonly<Record<string, unknown>> = {}) {
  return {
    total: 3, online: 1, stale: 1, offline: 1, unknown: 0, alarming: 0, received: 10, applied: 7, duplicates: 2, rejected: 1, refusedByBroker: 4, appliedPerSecond: 2.5, ...over,
  };
}

export function rawRow(id: string, over: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    presence: 'online',
    lastSeen: 1_000_000,
    metrics: { temperature: 21.5 },
    totals: { received: 5, applied: 4, duplicates: 1, tooLate: 0, invalid: 0, unsequenced: 0 },
    revision: 1,
    ...over,
  };
}

export function rawSnapshot(sequence: number, devices: readonly unknown[] = [], over: Readonly<Record<string, unknown>> = {}) {
  return { sequence, asOf: 1_000_000, staleAfterMs: 30_000, counters: rawCounters(), devices, rejections: [] as unknown[], ...over };
}

export function rawSaga(deviceId: string, progress: Readonly<Record<string, unknown>> = {}, over: Readonly<Record<string, unknown>> = {}) {
  return {
    deviceId, revision: 1, lifecycle: 'provisioning', hardwareId: `hw-${deviceId}`, enrolmentId: 'oslo-pumps',
    progress: { instance: `provision-${deviceId}-1`, kind: 'provision', state: 'running', step: 'issue', stepSince: 1_000_000, startedAt: 999_000, by: 'device', ...progress },
    ...over,
  };
}

export function rawWave(number: number, counts: Readonly<Record<string, number>>, over: Readonly<Record<string, unknown>> = {}) {
  return { number, state: 'updating', devices: Object.values(counts).reduce((a, b) => a + b, 0), counts, abortAt: 3, startedAt: 1_000_000, ...over };
}

export function rawRollout(id: string, waves: readonly unknown[], over: Readonly<Record<string, unknown>> = {}) {
  return {
    id, revision: 1, state: 'running',
    plan: { version: '2.1.0', waves: waves.map((_, i) => ({ upToPercent: Math.round((100 * (i + 1)) / waves.length), soakMs: 60_000 })), abortAbovePercent: 10, abortFailuresMin: 2, rollBack: true, parallel: 50, deviceTimeoutMs: 600_000 },
    targets: { type: 'pump' }, waves, by: 'ada', createdAt: 1_000_000, ...over,
  };
}

export function rawUpdates(sequence: number, devices: readonly unknown[] = [], over: Readonly<Record<string, unknown>> = {}) {
  return { sequence, asOf: 1_000_000 + sequence, counters: rawCounters(), devices, rejections: [] as unknown[], ...over };
}
