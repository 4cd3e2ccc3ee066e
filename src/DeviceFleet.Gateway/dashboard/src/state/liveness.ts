import type { Link } from '../wire/events';

/** A lost connection is "reconnecting" this long, then the page calls its data stale, ms. */
export const RECONNECTING_MS_MAX = 15_000;

export type Liveness =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; /** Since the newest event, ms. */ readonly ageMs: number }
  | { readonly kind: 'catching-up'; readonly behind: number | null }
  | { readonly kind: 'reconnecting'; readonly forMs: number; readonly retryInMs: number | null }
  | { readonly kind: 'stale'; /** Browser clock, Unix ms. */ readonly since: number; readonly retryInMs: number | null }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'denied'; readonly detail: string };

/** What the frame says about the data's age. `lastEventAt` and `now` are of the browser's clock. */
export function liveness(link: Link, lastEventAt: number | null, now: number): Liveness {
  switch (link.kind) {
    case 'connecting':
    case 'signed-out':
    case 'denied':
      return link;
    case 'catching-up':
      return link;
    case 'live':
      return { kind: 'live', ageMs: Math.max(0, now - (lastEventAt ?? now)) };
    case 'reconnecting': {
      const retryInMs = link.retryAt === null ? null : Math.max(0, link.retryAt - now);
      const forMs = Math.max(0, now - link.since);
      return forMs <= RECONNECTING_MS_MAX ? { kind: 'reconnecting', forMs, retryInMs } : { kind: 'stale', since: lastEventAt ?? link.since, retryInMs };
    }
  }
}
