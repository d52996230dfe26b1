// 4 UPSERT: one page of admitted items becomes rows, each with a result (contract 5). Rows that cannot be mapped or
// that the destination refuses are named as failed items while the good ones land.

import { succeed, type Outcome } from "../../core/failure/failure.ts";
import type { FailedItem } from "../../core/record/run-record.ts";
import { mapRow } from "../../core/row/map-row.ts";
import type { RowChange } from "../../core/row/row.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import type { WindowWriter, WriteResults } from "../../ports/destination.ts";
import type { TalliedItem, TalliedPage } from "../window-tally.ts";
import type { FetchedPage } from "./fetch.ts";

/** A page ready to be written: its rows, and what the tally needs of them. */
export interface MappedPage {
  readonly changes: readonly RowChange[];
  readonly items: readonly TalliedItem[];
  readonly failed: readonly FailedItem[];
  readonly page: FetchedPage;
}

/** Maps the delivered items of a page to row changes, in the order read. */
export function mapPage(page: FetchedPage, sync: SyncSpec): MappedPage {
  const changes: RowChange[] = [];
  const items: TalliedItem[] = [];
  const failed: FailedItem[] = [...page.failed];
  for (const { key, watermark, place, change, record } of page.delivered) {
    if (change === "delete") {
      changes.push({ kind: "delete", key, watermark });
    } else {
      const row = mapRow(record, sync);
      if (!row.ok) {
        failed.push({ key, stage: "upsert", code: row.code, message: row.message });
        continue;
      }
      changes.push({ kind: "upsert", key, watermark, cells: row.cells });
    }
    items.push({ key, watermark, place });
  }
  return { changes, items, failed, page };
}

/** What the tally adds for a page once its results are known. */
function tallied(mapped: MappedPage, results: WriteResults["results"]): TalliedPage {
  const { query, fetched, skipped, outOfWindow, duplicate, failedOmitted } = mapped.page;
  return {
    query,
    fetched,
    skipped,
    outOfWindow,
    duplicate,
    failed: mapped.failed,
    failedOmitted,
    items: mapped.items,
    results,
  };
}

/** Writes a page; without rows there is nothing to write, and nothing to fence. */
export async function upsertPage(
  writer: WindowWriter,
  mapped: MappedPage,
  describe: (page: TalliedPage) => string,
): Promise<Outcome<TalliedPage>> {
  if (mapped.changes.length === 0) return succeed(tallied(mapped, []));
  const written = await writer.write(mapped.changes, ({ results }) =>
    describe(tallied(mapped, results)),
  );
  return written.ok ? succeed(tallied(mapped, written.value.results)) : written;
}
