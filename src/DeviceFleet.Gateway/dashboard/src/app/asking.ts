import { problemOf, unreadable, type Problem } from '../state/problem';
import type { Answer, Api, Asked, Method } from '../wire/api';
import type { Decoded } from '../wire/read';

/** What came of a request: a value, or a problem that people can read. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; /** Taken, and not done yet. */ readonly pending: boolean }
  | { readonly ok: false; readonly problem: Problem; readonly answer: Answer };

/** Asks, and reads the answer; `what` says what failed, if it fails. */
export async function ask<T>(api: Api, what: string, decode: (json: unknown) => Decoded<T>, method: Method, path: string, asked?: Asked): Promise<Outcome<T>> {
  const answer = await api.ask(method, path, asked);
  if (answer.kind !== 'ok') {
    return { ok: false, problem: problemOf(what, answer, method !== 'GET'), answer };
  }
  const decoded = decode(answer.json);
  return decoded.ok ? { ok: true, value: decoded.value, pending: answer.status === 202 } : { ok: false, problem: unreadable(what, decoded.faults), answer };
}

export const devicePath = (id: string, rest: string): string => `/api/devices/${encodeURIComponent(id)}/${rest}`;
