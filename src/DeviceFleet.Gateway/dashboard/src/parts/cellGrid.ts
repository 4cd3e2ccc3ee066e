// A grid of marks on a canvas: how large they are, and where.
export interface GridSize {
  readonly columns: number;
  /** Distance from cell to cell, CSS pixels. */
  readonly pitch: number;
}

const PITCHES = [18, 16, 14, 12, 10, 9] as const;
/** Height a grid may take before its cells shrink, CSS pixels. */
const HEIGHT_MAX = 240;

/** The largest cells that keep the grid low enough. */
export function gridSize(cells: number, width: number, heightMax: number = HEIGHT_MAX): GridSize {
  const sizes = PITCHES.map((pitch) => {
    return { columns: Math.max(1, Math.floor(width / pitch)), pitch };
  });
  return sizes.find((size) => heightOf(cells, size) <= heightMax) ?? sizes[sizes.length - 1]!;
}

/** Of so many cells, CSS pixels. */
export function heightOf(cells: number, size: GridSize): number {
  return Math.max(1, Math.ceil(cells / size.columns)) * size.pitch;
}
