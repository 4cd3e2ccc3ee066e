// JSON documents as people edit them: reading with the place of the fault, merge patch (RFC 7396), pointers (RFC 6901), changes.
import type { JsonObject, JsonValue } from '../wire/twin';

export type ParsedJson<T> = { readonly ok: true; readonly value: T; readonly bytes: number } | { readonly ok: false; readonly fault: string };

export function parseJson(text: string): ParsedJson<JsonValue> {
  try {
    const value = JSON.parse(text) as JsonValue;
    return { ok: true, value, bytes: bytesOf(value) };
  } catch (error) {
    return { ok: false, fault: faultOf(text, error instanceof Error ? error.message : String(error)) };
  }
}

/** A JSON object of at most `bytesMax` bytes as compact UTF-8. */
export function parseObject(text: string, bytesMax: number): ParsedJson<JsonObject> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return parsed;
  }
  if (!isObject(parsed.value)) {
    return { ok: false, fault: 'A JSON object must stand here: { … }' };
  }
  return parsed.bytes > bytesMax ? { ok: false, fault: `${parsed.bytes} bytes; at most ${bytesMax} are taken.` } : { ok: true, value: parsed.value, bytes: parsed.bytes };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function bytesOf(value: JsonValue): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** On one line, cut at `max` characters. */
export function compact(value: JsonValue | undefined, max = 200): string {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

export function pretty(value: JsonValue): string {
  return JSON.stringify(value, null, 2);
}

export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) {
    return patch;
  }
  const result: Record<string, JsonValue> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[name];
    } else {
      result[name] = mergePatch(result[name], value);
    }
  }
  return result;
}

export function pointer(parent: string, name: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => equal(value as JsonValue, b[i] as JsonValue));
  }
  if (!isObject(a) || !isObject(b)) {
    return false;
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && equal(a[name], b[name]));
}

export interface Change {
  readonly pointer: string;
  /** Undefined: was not there. */
  readonly before: JsonValue | undefined;
  /** Undefined: goes. */
  readonly after: JsonValue | undefined;
}

/** What turns one document into the other, leaf by leaf. */
export function changes(before: JsonValue | undefined, after: JsonValue | undefined, at = ''): readonly Change[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => changes(before[name], after[name], pointer(at, name)));
  }
  return equal(before, after) ? [] : [{ pointer: at, before, after }];
}

function faultOf(text: string, message: string): string {
  const place = /line (\d+) column (\d+)/.exec(message);
  const position = /position (\d+)/.exec(message)?.[1];
  const what = message.replace(/^JSON\.parse: /, '').replace(/,? ?(in JSON)? ?at (position \d+|line \d+).*$/, '').replace(/, "[\s\S]*$/, '');
  if (place !== null) {
    return `Line ${place[1]}, column ${place[2]}: ${what}.`;
  }
  if (position !== undefined) {
    const before = text.slice(0, Number(position)).split('\n');
    return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${what}.`;
  }
  return `Not JSON yet: ${what}.`;
}
