// What the decoders are made of. An optional member may be left out or null; a required one of the wrong type spoils its message.
export type Decoded<T> =
  | { readonly ok: true; readonly value: T; /** List entries that were left out. */ readonly faults: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[] };

export class Fault extends Error {}

export type Json = Readonly<Record<string, unknown>>;
export type Reader<T> = (json: unknown, path: string, faults: string[]) => T;

export function run<T>(read: Reader<T>, json: unknown, name: string): Decoded<T> {
  const faults: string[] = [];
  try {
    return { ok: true, value: read(json, name, faults), faults };
  } catch (error) {
    if (error instanceof Fault) {
      return { ok: false, faults: [...faults, error.message] };
    }
    throw error;
  }
}

/** A spoiled entry costs only itself, and is a fault. */
export function list<T>(o: Json, name: string, path: string, read: Reader<T>, faults: string[]): readonly T[] {
  const value = o[name];
  if (!Array.isArray(value)) {
    throw new Fault(`${path}.${name} is no list`);
  }
  const result: T[] = [];
  for (let i = 0; i < value.length; i++) {
    try {
      result.push(read(value[i], path, faults));
    } catch (error) {
      if (!(error instanceof Fault)) {
        throw error;
      }
      faults.push(`${name}[${i}]: ${error.message}`);
    }
  }
  return result;
}

/** Members by name; left out: none. */
export function byName<T>(o: Json, name: string, path: string, read: Reader<T>, faults: string[]): Readonly<Record<string, T>> {
  const value = o[name];
  if (value === undefined || value === null) {
    return {};
  }
  const members = object(value, `${path}.${name}`);
  return Object.fromEntries(Object.entries(members).map(([key, json]) => [key, read(json, `${path}.${name}.${key}`, faults)]));
}

export function optional<T>(o: Json, name: string, path: string, read: Reader<T>, faults: string[]): T | null {
  return o[name] === undefined || o[name] === null ? null : read(o[name], `${path}.${name}`, faults);
}

export function object(json: unknown, path: string): Json {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Json;
  }
  throw new Fault(`${path} is no object`);
}

export function number(o: Json, name: string, path: string): number {
  const value = o[name];
  if (typeof value === 'number') {
    return value;
  }
  throw new Fault(`${path}.${name} is ${value === undefined ? 'missing' : 'no number'}`);
}

export function optionalNumber(o: Json, name: string, path: string): number | null {
  return o[name] === undefined || o[name] === null ? null : number(o, name, path);
}

export function text(o: Json, name: string, path: string): string {
  const value = o[name];
  if (typeof value === 'string') {
    return value;
  }
  throw new Fault(`${path}.${name} is ${value === undefined ? 'missing' : 'no text'}`);
}

export function optionalText(o: Json, name: string, path: string): string | null {
  return o[name] === undefined || o[name] === null ? null : text(o, name, path);
}

export function texts(o: Json, name: string, path: string): readonly string[] {
  const value = o[name] ?? [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) {
    return value;
  }
  throw new Fault(`${path}.${name} is no list of texts`);
}

export function flag(o: Json, name: string, path: string): boolean {
  const value = o[name] ?? false;
  if (typeof value === 'boolean') {
    return value;
  }
  throw new Fault(`${path}.${name} is neither true nor false`);
}

export function oneOf<T extends string>(o: Json, name: string, path: string, known: readonly T[]): T {
  const value = o[name];
  const found = known.find((k) => k === value);
  if (found === undefined) {
    throw new Fault(`${path}.${name} is ${value === undefined ? 'missing' : `unknown: ${JSON.stringify(value)}`.slice(0, 60)}`);
  }
  return found;
}

export function optionalOneOf<T extends string>(o: Json, name: string, path: string, known: readonly T[]): T | null {
  return o[name] === undefined || o[name] === null ? null : oneOf(o, name, path, known);
}

export function textsByName(o: Json, name: string, path: string): Readonly<Record<string, string>> {
  const value = o[name];
  if (value === undefined || value === null) {
    return NONE;
  }
  const members = object(value, `${path}.${name}`);
  for (const key in members) {
    text(members, key, `${path}.${name}`);
  }
  return members as Readonly<Record<string, string>>;
}

/** One for all, so that rows without tags cost nothing. */
const NONE: Readonly<Record<string, string>> = {};
