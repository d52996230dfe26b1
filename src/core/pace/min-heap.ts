// Numbers in order of size, for the instants at which counted tries leave a period (P6). A sorted queue would not do:
// tries that ended without a response leave later than ones answered after them (P8).

/** A bag of numbers that knows its smallest. */
export interface MinHeap {
  size(): number;
  /** The smallest, or Infinity when empty. */
  least(): number;
  add(value: number): void;
  removeLeast(): void;
}

/** An empty heap; adding and removing take logarithmic time (P24). */
export function createMinHeap(): MinHeap {
  const values: number[] = [];
  return {
    size: () => values.length,
    least: () => values[0] ?? Infinity,
    add(value) {
      values.push(value);
      siftUp(values, value);
    },
    removeLeast() {
      const last = values.pop();
      if (last !== undefined && values.length > 0) siftDown(values, last);
    },
  };
}

function siftUp(values: number[], value: number): void {
  let index = values.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = values[parent] ?? -Infinity;
    if (above <= value) break;
    values[index] = above;
    index = parent;
  }
  values[index] = value;
}

function siftDown(values: number[], value: number): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const least = (values[left + 1] ?? Infinity) < (values[left] ?? Infinity) ? left + 1 : left;
    const below = values[least] ?? Infinity;
    if (below >= value) break;
    values[index] = below;
    index = least;
  }
  values[index] = value;
}
