// Bounded memories of the recent past, kept by the page. Rings are written in place: they are caches of what was seen, not part of the state.

/** Last values of one series, oldest first when read. */
export class Ring {
  readonly #values: Float64Array;
  #written = 0;

  constructor(readonly capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return Math.min(this.#written, this.capacity);
  }

  push(value: number): void {
    this.#values[this.#written++ % this.capacity] = value;
  }

  /** 0 is the oldest kept. */
  at(i: number): number {
    const first = Math.max(0, this.#written - this.capacity);
    return this.#values[(first + i) % this.capacity] ?? Number.NaN;
  }

  toArray(): readonly number[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }
}

/** Points of one sparkline in the table. */
export const SPARK_POINTS = 40;
/** Most series kept, about 20 MB. Beyond it, the series not looked at for longest is forgotten. */
export const SPARK_SERIES_MAX = 40_000;

/** Recent values by device and metric. */
export class SparkHistory {
  readonly #series = new Map<string, Ring>();

  constructor(private readonly seriesMax: number = SPARK_SERIES_MAX) {}

  get size(): number {
    return this.#series.size;
  }

  /** Adds a point to a series that is kept, or begins one as long as there is room. */
  record(id: string, metric: string, value: number): void {
    const key = `${id} ${metric}`; // ids hold no space
    let ring = this.#series.get(key);
    if (ring === undefined) {
      if (this.#series.size >= this.seriesMax) {
        return;
      }
      ring = new Ring(SPARK_POINTS);
      this.#series.set(key, ring);
    }
    ring.push(value);
  }

  /** The series as it is looked at: moved to the end of the line of those to be forgotten, and begun where there was none. */
  look(id: string, metric: string): Ring {
    const key = `${id} ${metric}`;
    const ring = this.#series.get(key) ?? new Ring(SPARK_POINTS);
    this.#series.delete(key);
    if (this.#series.size >= this.seriesMax) {
      this.#series.delete(this.#series.keys().next().value!);
    }
    this.#series.set(key, ring);
    return ring;
  }

  clear(): void {
    this.#series.clear();
  }
}

/** One value a second of each fleet counter, for 15 minutes. */
export const COUNTER_POINTS = 900;
export const COUNTER_STEP_MS = 1_000;

export class CounterHistory<Name extends string> {
  readonly #rings = new Map<Name, Ring>();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(names: readonly Name[]) {
    for (const name of names) {
      this.#rings.set(name, new Ring(COUNTER_POINTS));
    }
  }

  /** Takes the values of `at` (Unix ms), unless the last were taken less than a step ago. A pause leaves a gap (NaN) as long as it was. */
  take(at: number, values: Readonly<Record<Name, number>>): boolean {
    const steps = Math.floor((at - this.#lastAt) / COUNTER_STEP_MS);
    if (steps < 1) {
      return false;
    }
    // A few seconds without an event are a quiet fleet, not a gap.
    const missing = Number.isFinite(steps) && steps > 5 ? Math.min(steps - 1, COUNTER_POINTS) : 0;
    for (const [name, ring] of this.#rings) {
      for (let i = 0; i < missing; i++) {
        ring.push(Number.NaN);
      }
      ring.push(values[name]);
    }
    this.#lastAt = Number.isFinite(steps) && steps <= 5 ? this.#lastAt + steps * COUNTER_STEP_MS : at;
    return true;
  }

  of(name: Name): Ring {
    return this.#rings.get(name)!;
  }
}
