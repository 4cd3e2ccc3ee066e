// REST of the demo: answers as the gateway would, from the invented fleet. Every change is told as the hub tells it, too.
import type { Answer, Api, Asked, Method } from '../src/wire/api';
import { decodeAlarm } from '../src/wire/alarms';
import { decodeCommand } from '../src/wire/commands';
import type { WireEvent } from '../src/wire/events';
import { mergePatch } from '../src/state/json';
import type { JsonObject, JsonValue } from '../src/wire/twin';
import type { Scene } from './demo';
import { REFUSED, RULES, TYPES, inventAlarms, raise, type RawAlarm } from './demoAlarms';
import { DemoProvisioning } from './demoProvisioning';
import { DemoRollouts } from './demoRollouts';
import type { Machine } from './fleet';

const USER = 'ada@example.org';

interface RawTwin {
  desired: { version: number; value: JsonObject; writers: Record<string, unknown>; at: number };
  reported: { version: number; value: JsonObject; writers: Record<string, unknown>; at: number };
}

interface RawCommand {
  [name: string]: unknown;
  id: string;
  number: number;
  state: string;
}

export class DemoApi implements Api {
  readonly provisioning: DemoProvisioning;
  readonly rollouts: DemoRollouts;
  readonly #alarms: RawAlarm[];
  readonly #twins = new Map<string, RawTwin>();
  readonly #commands = new Map<string, RawCommand[]>();
  readonly #registrations = new Map<string, { version: number; type?: string | undefined; group?: string | undefined; tags: Record<string, string>; by?: string; at?: number }>();

  constructor(private readonly machines: readonly Machine[], private readonly scene: Scene, private readonly emit: (event: WireEvent) => void) {
    this.provisioning = new DemoProvisioning(machines, scene, emit);
    this.rollouts = new DemoRollouts(machines, scene, emit);
    this.#alarms = scene === 'calm' ? [] : inventAlarms(machines, Date.now());
  }

  async ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    await new Promise((done) => setTimeout(done, 60));
    if (this.scene === 'broken') {
      return { kind: 'failed', detail: 'The actor did not answer within 5 s' };
    }
    if (method !== 'GET' && this.scene === 'viewer') {
      return { kind: 'denied', detail: 'Your role does not allow this.' };
    }
    const [route = '', query = ''] = path.split('?');
    const other = this.provisioning.answer(method, route, asked) ?? this.rollouts.answer(method, route, query, asked);
    if (other !== null) {
      return other;
    }
    const device = /^\/api\/devices\/([^/]+)\/(.+)$/.exec(route);
    if (device !== null) {
      const machine = this.machines.find((m) => m.id === decodeURIComponent(device[1] ?? ''));
      return machine === undefined ? { kind: 'not-found' } : this.#device(machine, method, device[2] ?? '', asked);
    }
    switch (route) {
      case '/api/alarms': {
        const all = new URLSearchParams(query).get('state') === 'all';
        const alarms = this.#alarms.filter((a) => all || a.state !== 'cleared');
        return ok({ total: alarms.length, offset: 0, limit: 500, alarms });
      }
      case '/api/settings':
        return ok({ revision: 12, rules: this.scene === 'calm' ? [] : RULES, types: this.scene === 'calm' ? [] : TYPES, refused: this.scene === 'calm' ? [] : REFUSED });
      case '/api/rules/trial':
        return ok(this.#trial(asked.json as { rule: Record<string, unknown>; devices: string[] }));
      default:
        return { kind: 'not-found' };
    }
  }

  #device(machine: Machine, method: Method, rest: string, asked: Asked): Answer {
    const [part = '', id = '', action = ''] = rest.split('/');
    switch (part) {
      case 'twin':
        return method === 'GET' ? ok(this.#twinView(machine)) : this.#writeDesired(machine, method, asked);
      case 'commands':
        return method === 'GET' ? ok({ commands: this.#commandsOf(machine) }) : id === '' ? this.#send(machine, asked) : this.#cancel(machine, id);
      case 'alarms':
        return method === 'GET' ? ok({ alarms: this.#alarms.filter((a) => a.deviceId === machine.id) }) : this.#changeAlarm(machine, id, action, asked);
      case 'registration':
        return method === 'GET' ? ok(this.#registrationOf(machine)) : this.#register(machine, asked);
      default:
        return { kind: 'not-found' };
    }
  }

  #twinOf(machine: Machine): RawTwin {
    const at = Date.now() - 3_600_000;
    const by = (who: string, version: number) => ({ version, at: at - version * 60_000, by: who });
    const known = this.#twins.get(machine.id) ?? {
      desired: {
        version: 4, at, value: { interval: machine.pendingSince === undefined ? 5 : 10, limits: { high: 80, low: 5 }, mode: 'eco' },
        writers: { '/interval': by(USER, 4), '/limits/high': by('bob', 2), '/limits/low': by('bob', 2), '/mode': by('bob', 1) },
      },
      reported: {
        version: 9, at, value: { deviceType: machine.type, firmware: machine.firmware, interval: 5, limits: { high: 80, low: 5 }, mode: 'eco', network: { rssi: -61, ssid: 'plant' } },
        writers: Object.fromEntries(['/deviceType', '/firmware', '/interval', '/limits/high', '/limits/low', '/mode', '/network/rssi', '/network/ssid'].map((p, i) => [p, by('device', 9 - i)])),
      },
    };
    this.#twins.set(machine.id, known);
    return known;
  }

  #twinView(machine: Machine) {
    const { desired, reported } = this.#twinOf(machine);
    return { deviceId: machine.id, revision: machine.revision, desired, reported, delta: deltaOf(desired.value, reported.value), pendingSince: machine.pendingSince };
  }

  #writeDesired(machine: Machine, method: Method, asked: Asked): Answer {
    const twin = this.#twinOf(machine);
    if (this.scene === 'conflict' && asked.ifVersion === 4) {
      twin.desired = { ...twin.desired, version: 5, value: { ...twin.desired.value, mode: 'boost' }, writers: { ...twin.desired.writers, '/mode': { version: 5, at: Date.now(), by: 'bob' } } };
      machine.revision++;
    }
    if (asked.ifVersion !== undefined && asked.ifVersion !== twin.desired.version) {
      return { kind: 'conflict', detail: `Desired is at version ${twin.desired.version}, not ${asked.ifVersion}.`, version: twin.desired.version };
    }
    const value = (method === 'PUT' ? asked.json : mergePatch(twin.desired.value, asked.json as JsonValue)) as JsonObject;
    twin.desired = { ...twin.desired, version: twin.desired.version + 1, value, at: Date.now() };
    machine.revision++;
    machine.pendingSince = Object.keys(deltaOf(value, twin.reported.value)).length > 0 ? (machine.pendingSince ?? Date.now()) : undefined;
    return ok(this.#twinView(machine));
  }

  #commandsOf(machine: Machine): RawCommand[] {
    const now = Date.now();
    const sent = (number: number, name: string, state: string, age: number, over: Record<string, unknown> = {}): RawCommand => ({
      deviceId: machine.id, id: `c-${number}`, number, name, state, by: USER, createdAt: now - age, expiresAt: now - age + 300_000, timeoutMs: 60_000, deliveries: 1, ...over,
    });
    const known = this.#commands.get(machine.id) ?? [
      sent(7, 'calibrate', 'acknowledged', 21_000, { args: { sensor: 'temperature', points: [0, 50, 100] }, deliveredAt: now - 20_940, acknowledgedAt: now - 20_100 }),
      sent(6, 'reboot', 'succeeded', 3_900_000, { args: { delay: 5 }, deliveredAt: now - 3_899_950, acknowledgedAt: now - 3_899_300, endedAt: now - 3_888_000, result: { uptime: 4 } }),
      sent(5, 'set-mode', 'failed', 8_000_000, { args: { mode: 'boost' }, deliveredAt: now - 7_999_900, endedAt: now - 7_999_000, error: 'boost is locked by the interlock' }),
      sent(4, 'reboot', 'expired', 90_000_000, { deliveries: 0, endedAt: now - 89_700_000, error: 'not delivered in time' }),
    ];
    this.#commands.set(machine.id, known);
    return known;
  }

  #send(machine: Machine, asked: Asked): Answer {
    const body = asked.json as { name: string; args?: JsonValue; expiresInSeconds: number; timeoutSeconds: number };
    const list = this.#commandsOf(machine);
    const number = (list[0]?.number ?? 0) + 1;
    const now = Date.now();
    const command: RawCommand = {
      deviceId: machine.id, id: `c-${number}`, number, name: body.name, args: body.args, key: asked.key, state: 'queued', by: USER, createdAt: now,
      expiresAt: now + body.expiresInSeconds * 1_000, timeoutMs: body.timeoutSeconds * 1_000, deliveries: 0,
    };
    list.unshift(command);
    const move = (after: number, part: Record<string, unknown>) => setTimeout(() => command.state !== 'cancelled' && this.#tell(Object.assign(command, part)), after);
    if (machine.presence === 'online') {
      move(400, { state: 'delivered', deliveredAt: now + 400, deliveries: 1 });
      move(1_100, { state: 'acknowledged', acknowledgedAt: now + 1_100 });
      move(2_600, { state: 'succeeded', endedAt: now + 2_600, result: { done: true } });
    }
    return ok(command, 202);
  }

  #cancel(machine: Machine, id: string): Answer {
    const command = this.#commandsOf(machine).find((c) => c.id === id);
    if (command === undefined) {
      return { kind: 'not-found' };
    }
    if (command.state !== 'queued') {
      return { kind: 'conflict', detail: 'It was delivered already.', version: null };
    }
    return ok(Object.assign(command, { state: 'cancelled', endedAt: Date.now() }));
  }

  #tell(command: RawCommand): void {
    const decoded = decodeCommand(command);
    if (decoded.ok) {
      this.emit({ kind: 'command', command: decoded.value });
    }
  }

  #changeAlarm(machine: Machine, id: string, action: string, asked: Asked): Answer {
    const alarm = this.#alarms.find((a) => a.deviceId === machine.id && a.id === id);
    const text = (asked.json as { text?: string } | undefined)?.text;
    if (alarm === undefined) {
      return { kind: 'not-found' };
    }
    const now = Date.now();
    const parts: Record<string, Record<string, unknown>> = {
      acknowledge: { state: 'acknowledged', acknowledgedBy: USER, acknowledgedAt: now }, assign: { assignee: text }, clear: { state: 'cleared', clearedAt: now, clearedBy: USER },
      comment: { comments: [...alarm.comments, { at: now, by: USER, text: text ?? '' }] },
    };
    Object.assign(alarm, parts[action]);
    const decoded = decodeAlarm(alarm);
    if (decoded.ok) {
      this.emit({ kind: 'alarm', alarm: decoded.value });
    }
    return ok(alarm);
  }

  #registrationOf(machine: Machine) {
    const known = this.#registrations.get(machine.id) ?? { version: 3, type: machine.type, group: machine.group, tags: machine.tags, by: 'bob', at: Date.now() - 5e8 };
    this.#registrations.set(machine.id, known);
    return known;
  }

  #register(machine: Machine, asked: Asked): Answer {
    const known = this.#registrationOf(machine);
    if (asked.ifVersion !== known.version) {
      return { kind: 'conflict', detail: `The registration is at version ${known.version}.`, version: known.version };
    }
    const next = { ...(mergePatch(known as unknown as JsonValue, asked.json as JsonValue) as unknown as typeof known), version: known.version + 1, by: USER, at: Date.now() };
    this.#registrations.set(machine.id, next);
    machine.group = next.group;
    machine.tags = next.tags;
    machine.revision++;
    return ok(next);
  }

  #trial({ rule, devices }: { rule: Record<string, unknown>; devices: string[] }) {
    const when = rule['when'] as (typeof RULES)[number]['when'] | undefined;
    if (when === undefined || (when.kind !== 'absence' && when.metric === undefined)) {
      return { faults: ['when.metric is missing: a threshold looks at a metric.'], alarms: [], samples: 0 };
    }
    const chosen = this.machines.filter((m) => devices.includes(m.id) && m.presence === 'online').filter((_, i) => i % 9 === 1);
    const alarms = chosen.map((m, i) => raise(m, { ...RULES[0]!, ...rule, when } as (typeof RULES)[number], 1, Date.now() - 200_000 + i * 9_000));
    return { faults: [], alarms, samples: devices.length * 540 };
  }
}

function ok(json: unknown, status = 200): Answer {
  return { kind: 'ok', json: JSON.parse(JSON.stringify(json)) as unknown, status };
}

/** Every leaf of desired that reported does not have. */
function deltaOf(desired: JsonObject, reported: JsonObject): JsonObject {
  const delta: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(desired)) {
    const other = reported[name];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const below = deltaOf(value as JsonObject, (typeof other === 'object' && other !== null ? other : {}) as JsonObject);
      if (Object.keys(below).length > 0) {
        delta[name] = below;
      }
    } else if (JSON.stringify(value) !== JSON.stringify(other)) {
      delta[name] = value;
    }
  }
  return delta;
}
