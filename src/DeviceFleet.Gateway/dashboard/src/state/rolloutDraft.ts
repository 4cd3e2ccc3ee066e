// The form that begins a rollout: text as typed, to a request or to what is wrong with it.
import type { Release } from '../wire/rollouts';

export const WAVES_MAX = 10;
export const PARALLEL_MAX = 1_000;
/** Most devices named by id; larger fleets are meant by type, group and tags. */
export const IDS_MAX = 500;

export interface RolloutDraft {
  readonly version: string;
  readonly to: 'query' | 'ids' | 'all';
  readonly group: string;
  readonly type: string;
  /** name=value, one a line. */
  readonly tags: string;
  /** Parted by spaces, commas or lines. */
  readonly ids: string;
  /** Percents that rise to 100. */
  readonly waves: string;
  readonly soakMinutes: string;
  readonly abortAbovePercent: string;
  readonly abortFailuresMin: string;
  readonly rollBack: boolean;
  readonly parallel: string;
  readonly deviceMinutes: string;
  /** hh:mm UTC; both empty: at any time. */
  readonly windowFrom: string;
  readonly windowTo: string;
}

export type DraftFaults = { readonly [name in keyof RolloutDraft]?: string };

export interface RolloutBody {
  readonly id: string;
  readonly version: string;
  readonly targets: { readonly ids?: readonly string[]; readonly group?: string; readonly type?: string; readonly tags?: Readonly<Record<string, string>>; readonly all?: true };
  readonly waves: readonly { readonly upToPercent: number; readonly soakMs: number }[];
  readonly abortAbovePercent: number;
  readonly abortFailuresMin: number;
  readonly rollBack: boolean;
  readonly parallel: number;
  readonly deviceTimeoutMs: number;
  readonly window?: { readonly fromMinute: number; readonly minutes: number };
}

export type ReadDraft = { readonly ok: true; readonly body: RolloutBody } | { readonly ok: false; readonly faults: DraftFaults };

/** For a release, with the plan that suits most: a canary, a quarter, the rest. */
export function draftFor(release: Release | null): RolloutDraft {
  return {
    version: release?.version ?? '', to: 'query', group: '', type: release?.deviceType ?? '', tags: '', ids: '', waves: '5, 25, 100', soakMinutes: '10', abortAbovePercent: '10', abortFailuresMin: '2',
    rollBack: true, parallel: '50', deviceMinutes: '15', windowFrom: '', windowTo: '',
  };
}

/** `id` stays the same until the draft is sent, so that a second try after a lost answer is the same rollout. */
export function readDraft(draft: RolloutDraft, id: string): ReadDraft {
  const faults: { -readonly [name in keyof RolloutDraft]?: string } = {};
  const number = (name: keyof RolloutDraft, min: number, max: number, whole: boolean): number => {
    const text = String(draft[name]).trim();
    const value = text === '' ? Number.NaN : Number(text);
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      faults[name] = `${whole ? 'A whole number' : 'A number'} from ${min} to ${max}.`;
    }
    return value;
  };
  if (draft.version === '') {
    faults.version = 'A release must be chosen.';
  }
  const targets = readTargets(draft, faults);
  const percents = draft.waves.split(/[\s,;]+/).filter((part) => part !== '').map(Number);
  if (percents.length === 0 || percents.length > WAVES_MAX || percents.some((p, i) => !(p > (percents[i - 1] ?? 0) && p <= 100)) || percents.at(-1) !== 100) {
    faults.waves = `1 to ${WAVES_MAX} percents that rise, the last of them 100.`;
  }
  const soakMs = number('soakMinutes', 0, 10_080, false) * 60_000;
  const abortAbovePercent = number('abortAbovePercent', 0, 100, false);
  const abortFailuresMin = number('abortFailuresMin', 1, 10_000, true);
  const parallel = number('parallel', 1, PARALLEL_MAX, true);
  const deviceTimeoutMs = number('deviceMinutes', 1, 10_080, false) * 60_000;
  const window = readWindow(draft, faults);
  if (Object.keys(faults).length > 0 || targets === null) {
    return { ok: false, faults };
  }
  const waves = percents.map((upToPercent) => ({ upToPercent, soakMs: Math.round(soakMs) }));
  return {
    ok: true,
    body: {
      id, version: draft.version, targets, waves, abortAbovePercent, abortFailuresMin, rollBack: draft.rollBack, parallel, deviceTimeoutMs: Math.round(deviceTimeoutMs),
      ...(window !== null && { window }),
    },
  };
}

function readTargets(draft: RolloutDraft, faults: { -readonly [name in keyof RolloutDraft]?: string }): RolloutBody['targets'] | null {
  switch (draft.to) {
    case 'all':
      return { all: true };
    case 'ids': {
      const ids = [...new Set(draft.ids.split(/[\s,;]+/).filter((id) => id !== ''))];
      if (ids.length === 0 || ids.length > IDS_MAX) {
        faults.ids = ids.length === 0 ? 'At least one device.' : `At most ${IDS_MAX} devices.`;
        return null;
      }
      return { ids };
    }
    case 'query': {
      const tags: Record<string, string> = {};
      for (const line of draft.tags.split('\n').map((l) => l.trim()).filter((l) => l !== '')) {
        const [name = '', ...value] = line.split('=');
        if (name.trim() === '' || value.length === 0) {
          faults.tags = `“${line}”: name = value, one a line.`;
          return null;
        }
        tags[name.trim()] = value.join('=').trim();
      }
      const group = draft.group.trim();
      const type = draft.type.trim();
      if (group === '' && type === '' && Object.keys(tags).length === 0) {
        faults.group = 'At least one of group, type and tags; or choose every device.';
        return null;
      }
      return { ...(group !== '' && { group }), ...(type !== '' && { type }), ...(Object.keys(tags).length > 0 && { tags }) };
    }
  }
}

function readWindow(draft: RolloutDraft, faults: { -readonly [name in keyof RolloutDraft]?: string }): { readonly fromMinute: number; readonly minutes: number } | null {
  if (draft.windowFrom.trim() === '' && draft.windowTo.trim() === '') {
    return null;
  }
  const from = minuteOf(draft.windowFrom);
  const to = minuteOf(draft.windowTo);
  if (from === null) {
    faults.windowFrom = 'hh:mm, or both empty.';
  }
  if (to === null) {
    faults.windowTo = 'hh:mm, or both empty.';
  }
  return from === null || to === null ? null : { fromMinute: from, minutes: (to - from + 1_439) % 1_440 + 1 }; // the same twice: the whole day
}

function minuteOf(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  const [hours, minutes] = [Number(match?.[1]), Number(match?.[2])];
  return match === null || hours > 23 || minutes > 59 ? null : hours * 60 + minutes;
}

/** In the alphabet of ids, without dots: r-2-1-0-9x3k2f. */
export function rolloutId(version: string, now: number): string {
  return `r-${version.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40)}-${now.toString(36)}`;
}
