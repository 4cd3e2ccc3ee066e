/** Most items that wait for a frame; at the bound they are handed on at once, so that a hidden page does not gather for hours. */
export const PENDING_MAX = 200;
/** A hidden page draws no frames; what came is folded this often then, ms. */
const HIDDEN_MS = 1_000;

/** Hands on everything that came since the last frame, in one go: a burst of events costs one frame. */
export class FrameBatch<T> {
  #pending: T[] = [];
  #cancel: (() => void) | null = null;

  constructor(private readonly sink: (items: readonly T[]) => void) {}

  push(item: T): void {
    this.#pending.push(item);
    if (this.#pending.length >= PENDING_MAX) {
      this.flush();
    } else {
      this.#cancel ??= schedule(() => this.flush());
    }
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const items = this.#pending;
    this.#pending = [];
    if (items.length > 0) {
      this.sink(items);
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#pending = [];
  }
}

function schedule(action: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(action, HIDDEN_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(action);
  // The page may be hidden before the frame comes; then the timer does it.
  const timer = setTimeout(action, HIDDEN_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
