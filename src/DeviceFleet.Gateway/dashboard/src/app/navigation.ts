import { signal, type ReadonlySignal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from '../state/route';

/** The address bar as a signal. Links are plain links; a click on one of ours is taken here. */
export class Navigation {
  readonly #route = signal<Route>(current());
  readonly #onPop = () => void (this.#route.value = current());
  readonly #onClick = (event: MouseEvent) => this.#click(event);

  constructor() {
    addEventListener('popstate', this.#onPop);
    document.addEventListener('click', this.#onClick);
  }

  get route(): ReadonlySignal<Route> {
    return this.#route;
  }

  go(route: Route): void {
    this.#set(route, 'pushState');
  }

  /** For what changes as one types: no step in the browser's history. */
  replace(route: Route): void {
    this.#set(route, 'replaceState');
  }

  /** Where one came from, if that was a page of ours; else `otherwise`. */
  back(otherwise: Route): void {
    if (steps() > 0) {
      history.back();
    } else {
      this.go(otherwise);
    }
  }

  stop(): void {
    removeEventListener('popstate', this.#onPop);
    document.removeEventListener('click', this.#onClick);
  }

  #set(route: Route, how: 'pushState' | 'replaceState'): void {
    const url = formatRoute(route);
    if (url !== location.pathname + location.search) {
      history[how]({ steps: how === 'pushState' ? steps() + 1 : steps() }, '', url);
    }
    this.#route.value = route;
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link === null || !plain || event.defaultPrevented || link.target !== '' || link.origin !== location.origin || link.pathname.startsWith('/api/')) {
      return;
    }
    const route = parseRoute(link.pathname, link.search);
    if (route.page !== 'not-found') {
      event.preventDefault();
      this.go(route);
    }
  }
}

function current(): Route {
  return parseRoute(location.pathname, location.search);
}

/** How many of our own steps lie behind this entry of the browser's history. */
function steps(): number {
  const state = history.state as { steps?: unknown } | null;
  return typeof state?.steps === 'number' ? state.steps : 0;
}
