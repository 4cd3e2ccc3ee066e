// What went wrong, as people want to hear it: what failed, why, and what to do next.
import type { Answer } from '../wire/api';

export interface Problem {
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

/** `changes`: the request was to change something, so that a lost answer leaves it open whether it did. */
export function problemOf(what: string, answer: Exclude<Answer, { readonly kind: 'ok' }>, changes: boolean): Problem {
  switch (answer.kind) {
    case 'signed-out':
      return { what, why: 'The session has ended.', next: 'Open a new sign-in link, then try again.' };
    case 'denied':
      return { what, why: sentence(answer.detail), next: changes ? 'Ask an administrator for the role “operator”.' : 'Ask an administrator for the role “viewer”.' };
    case 'not-found':
      return { what, why: sentence(answer.detail ?? 'The gateway knows nothing of this name.'), next: 'It may have gone meanwhile: read the page anew.' };
    case 'conflict':
      return { what, why: sentence(answer.detail), next: 'Look at what is there now, then decide.' };
    case 'refused':
      return { what, why: sentence(answer.detail), next: 'Change what was sent, and try again.' };
    case 'failed':
      return { what, why: sentence(answer.detail), next: changes ? 'Whether it was done is not known: look at what is there now, then try again.' : 'It is read again when the connection is made anew.' };
  }
}

export const unreadable = (what: string, faults: readonly string[]): Problem => ({
  what, why: sentence(faults[0] ?? 'The answer cannot be read.'), next: 'Page and gateway may be of different versions: reload the page.',
});

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What is read from the gateway. A value stays while it is read again, and says so when that failed. */
export type Loadable<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T; /** The newest attempt to read it failed. */ readonly problem: Problem | null }
  | { readonly kind: 'failed'; readonly problem: Problem };

export const loading: Loadable<never> = { kind: 'loading' };
export const ready = <T>(value: T): Loadable<T> => ({ kind: 'ready', value, problem: null });
export const valueOf = <T>(of: Loadable<T>): T | null => (of.kind === 'ready' ? of.value : null);
export const failed = <T>(before: Loadable<T>, problem: Problem): Loadable<T> => (before.kind === 'ready' ? { ...before, problem } : { kind: 'failed', problem });
