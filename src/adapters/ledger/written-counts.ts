// item_counts under the names of the file, for records and the fold.

import type { ItemCounts } from "../../core/record/counts.ts";

/** The keys in their fixed order. */
export function writtenCounts(counts: ItemCounts): object {
  return {
    fetched: counts.fetched,
    processed: counts.processed,
    failed: counts.failed,
    inserted: counts.inserted,
    updated: counts.updated,
    unchanged: counts.unchanged,
    older: counts.older,
    deleted: counts.deleted,
    skipped: counts.skipped,
    out_of_window: counts.outOfWindow,
    duplicate: counts.duplicate,
  };
}
