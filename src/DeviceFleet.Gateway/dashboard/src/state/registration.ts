// Type, group and tags as people edit them: a form there, a merge patch of what changed back.
import type { JsonObject, JsonValue, Registration } from '../wire/twin';

export interface RegistrationDraft {
  readonly type: string;
  readonly group: string;
  /** One a line: name = value. */
  readonly tags: string;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const GROUP = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,31}){0,3}$/;
const TAGS_MAX = 32;
const TAG_VALUE_LENGTH_MAX = 128;

export function draftOf(registration: Registration): RegistrationDraft {
  const tags = Object.entries(registration.tags).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name} = ${value}`);
  return { type: registration.type ?? '', group: registration.group ?? '', tags: tags.join('\n') };
}

export type RegistrationFaults = Partial<Record<keyof RegistrationDraft, string>>;

/** What of the draft differs from `from`, as a merge patch: null removes. All faults at once. */
export function patchOf(draft: RegistrationDraft, from: Registration): { readonly ok: true; readonly patch: JsonObject } | { readonly ok: false; readonly faults: RegistrationFaults } {
  const faults: RegistrationFaults = {};
  const type = draft.type.trim();
  const group = draft.group.trim();
  if (type !== '' && !NAME.test(type)) {
    faults.type = '1 to 64 of A–Z a–z 0–9 . _ -';
  }
  if (group !== '' && !GROUP.test(group)) {
    faults.group = 'site/line: 1 to 4 parts of A–Z a–z 0–9 _ -, the first a letter or digit';
  }
  const tags = readTags(draft.tags);
  if (typeof tags === 'string') {
    faults.tags = tags;
  }
  if (Object.keys(faults).length > 0 || typeof tags === 'string') {
    return { ok: false, faults };
  }
  const changed: Record<string, JsonValue> = {};
  for (const name of new Set([...Object.keys(from.tags), ...tags.keys()])) {
    const value = tags.get(name) ?? null;
    if (value !== (from.tags[name] ?? null)) {
      changed[name] = value;
    }
  }
  const patch: JsonObject = {
    ...(type !== (from.type ?? '') && { type: type === '' ? null : type }),
    ...(group !== (from.group ?? '') && { group: group === '' ? null : group }),
    ...(Object.keys(changed).length > 0 && { tags: changed }),
  };
  return { ok: true, patch };
}

function readTags(text: string): ReadonlyMap<string, string> | string {
  const tags = new Map<string, string>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') {
      continue;
    }
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    if (at < 0 || !NAME.test(name) || value === '' || value.length > TAG_VALUE_LENGTH_MAX) {
      return `Line ${i + 1} is no tag: name = value, the name of A–Z a–z 0–9 . _ -, the value 1 to ${TAG_VALUE_LENGTH_MAX} characters`;
    }
    if (tags.has(name)) {
      return `Line ${i + 1}: ${name} is there twice`;
    }
    tags.set(name, value);
  }
  return tags.size > TAGS_MAX ? `${tags.size} tags; at most ${TAGS_MAX} are taken` : tags;
}
