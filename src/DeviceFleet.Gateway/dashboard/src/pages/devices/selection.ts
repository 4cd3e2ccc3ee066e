import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Store } from '../../app/store';
import type { FleetState } from '../../state/fleet';
import type { Query } from '../../state/query/parse';
import { formatSort, select, type Sort } from '../../state/rows';

/** The order is made anew this often while values change, ms; for large fleets less often, so that sorting takes at most a tenth of the time. */
const EVERY_MS = 1_000;
const SHARE = 10;

/**
 * The places of the rows shown, in order. Nothing moves under the pointer: while it hovers (`frozen`), the order stays, unless the query or the
 * sort changes. Rows keep showing their newest values either way.
 */
export function useSelection(store: Store, query: Query, q: string, sort: Sort, frozen: Signal<boolean>): ReadonlySignal<readonly number[]> {
  /** What the places in the selection mean. */
  const meant = useRef(store.fleet.peek());
  const order = () => {
    const fleet = store.fleet.peek();
    meant.current = fleet;
    return select(fleet.rows, query, sort, { now: store.serverNow(), staleAfterMs: fleet.staleAfterMs }, store.idOrder.peek());
  };
  const selection = useSignal<readonly number[]>([]);
  const loaded = store.loaded.value;
  const index = store.fleet.value.index;

  useEffect(() => {
    if (!loaded) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout>;
    const again = () => {
      let took = 0;
      if (!frozen.peek()) {
        const started = performance.now();
        const next = order();
        if (!same(next, selection.peek())) {
          selection.value = next;
        }
        took = performance.now() - started;
      }
      timer = setTimeout(again, Math.max(EVERY_MS, took * SHARE));
    };
    selection.value = order();
    timer = setTimeout(again, EVERY_MS);
    return () => clearTimeout(timer);
  }, [loaded, q, formatSort(sort)]);

  useLayoutEffect(() => {
    // A device went, or a snapshot put others in these places: the selection is of devices, and follows them before anything is drawn.
    const before = meant.current;
    const fleet = store.fleet.peek();
    if (loaded && before.index !== fleet.index) {
      meant.current = fleet;
      const places = follow(selection.peek(), before, fleet);
      if (!same(places, selection.peek())) {
        selection.value = places;
      }
    }
  }, [index]);

  return selection;
}

/** The places of the same devices now, in the same order, without those that went. */
export function follow(places: readonly number[], before: FleetState, now: FleetState): readonly number[] {
  return places.map((at) => now.index.get(before.rows[at]?.id ?? '') ?? -1).filter((at) => at >= 0);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((at, i) => at === b[i]);
}
