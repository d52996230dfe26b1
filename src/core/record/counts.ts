// item_counts and the balance law (contract 3.1). Every item of the source is counted once, in one place.

/** What became of the items of a window; all whole numbers from 0. */
export interface ItemCounts {
  readonly fetched: number;
  readonly processed: number;
  readonly failed: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly older: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly outOfWindow: number;
  readonly duplicate: number;
}

/** Nothing counted yet. */
export const noCounts: ItemCounts = {
  fetched: 0,
  processed: 0,
  failed: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  older: 0,
  deleted: 0,
  skipped: 0,
  outOfWindow: 0,
  duplicate: 0,
};

/** Field by field sum. */
export function addCounts(a: ItemCounts, b: ItemCounts): ItemCounts {
  return {
    fetched: a.fetched + b.fetched,
    processed: a.processed + b.processed,
    failed: a.failed + b.failed,
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    older: a.older + b.older,
    deleted: a.deleted + b.deleted,
    skipped: a.skipped + b.skipped,
    outOfWindow: a.outOfWindow + b.outOfWindow,
    duplicate: a.duplicate + b.duplicate,
  };
}

/** The first equation that does not hold, as a sentence, or undefined when the counts balance (L9). */
export function imbalance(c: ItemCounts): string | undefined {
  const placed = c.processed + c.failed + c.skipped + c.outOfWindow + c.duplicate;
  if (c.fetched !== placed)
    return `fetched ${c.fetched} is not processed + failed + skipped + out_of_window + duplicate = ${placed}`;
  const written = c.inserted + c.updated + c.unchanged + c.older + c.deleted;
  if (c.processed !== written)
    return `processed ${c.processed} is not inserted + updated + unchanged + older + deleted = ${written}`;
  return undefined;
}
