import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect, type VirtualItem } from '@tanstack/virtual-core';

/** Only the rows in sight, and a few around them, are elements. */
export function useRows(scroller: RefObject<HTMLElement>, count: number, rowHeight: number, headHeight: number) {
  const [, redraw] = useReducer<number, void>((n) => n + 1, 0);
  const virtualizer = useRef<Virtualizer<HTMLElement, Element>>();
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingStart: headHeight,
    initialRect: { width: 1_000, height: 600 },
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(),
  };
  if (virtualizer.current === undefined) {
    virtualizer.current = new Virtualizer(options);
  } else {
    virtualizer.current.setOptions(options);
  }
  const rows = virtualizer.current;
  useEffect(() => rows._didMount(), []);
  useEffect(() => {
    rows.measure(); // the height of rows is the user's choice
  }, [rowHeight]);
  useEffect(() => rows._willUpdate());
  return { items: rows.getVirtualItems() as readonly VirtualItem[], height: rows.getTotalSize(), show: (i: number) => rows.scrollToIndex(i) };
}
