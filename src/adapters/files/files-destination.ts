// The `files` destination: rows as NDJSON or CSV in the repository, in the same commit as the run record (contract 5).
// Serves upsert, settle and commit. It writes nothing itself: it answers what the settling commit must contain.

import { isDeepStrictEqual } from "node:util";

import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import type { RowChange, UpsertResult } from "../../core/row/row.ts";
import { changeTable, tableShape } from "../../core/row/table.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import type {
  Destination,
  FinishedWindow,
  WindowOpening,
  WindowWriter,
} from "../../ports/destination.ts";
import type { Digest } from "../../ports/digest.ts";
import type { TipFiles } from "../../ports/ledger-store.ts";
import { type FilesTable, loadTable, type TableOptions } from "./files-table.ts";
import { type FilesSpec, tablePaths } from "./table-paths.ts";

/** Data files in the repository; the digest spreads keys over buckets. */
export function openFiles(spec: FilesSpec, options: { readonly digest: Digest }): Destination {
  const { digest } = options;
  return {
    keepsWindowRows: false,
    dataPaths: (sync) => tablePaths(spec, sync, digest).all,
    prepare: async (sync) => checkColumns(spec, sync),
    windowRows: async () => succeed([]),
    openWindow: async (opening, tip) => openWindow({ spec, digest }, opening, tip),
    close: async () => {},
  };
}

// Files have no schema to create, but a name that no database would take is no good here either.
function checkColumns(spec: FilesSpec, sync: SyncSpec): Outcome<undefined> {
  const change = changeTable(tableShape(sync), undefined, () => true);
  if (change.kind !== "conflict") return succeed(undefined);
  const subject = `destination ${spec.name}, table ${sync.table}`;
  return fail("config", `${subject}: ${change.problems.join("; ")}; remedy: other columns`);
}

async function openWindow(
  place: Pick<TableOptions, "spec" | "digest">,
  opening: WindowOpening,
  tip: TipFiles,
): Promise<Outcome<WindowWriter>> {
  const options = { ...place, sync: opening.sync };
  const table = await loadTable(options, tip);
  return table.ok ? succeed(writerOf(options, table.value, tip)) : table;
}

function writerOf(options: TableOptions, opened: FilesTable, openedOn: TipFiles): WindowWriter {
  // Kept until the commit: on another tip they are applied again (contract 4.4).
  const changes: RowChange[] = [];
  const answered: UpsertResult[] = [];
  return {
    async write(page) {
      const results = page.map((change) => opened.apply(change));
      changes.push(...page);
      answered.push(...results);
      return succeed({ results });
    },
    async finish(tip) {
      if (tip.tip === openedOn.tip) return finished(opened, undefined);
      const table = await loadTable(options, tip);
      if (!table.ok) return table;
      const results = changes.map((change) => table.value.apply(change));
      return finished(table.value, isDeepStrictEqual(results, answered) ? undefined : results);
    },
    async abandon() {
      changes.length = 0;
    },
  };
}

function finished(
  table: FilesTable,
  results: readonly UpsertResult[] | undefined,
): Outcome<FinishedWindow> {
  const changes = table.changes();
  if (!changes.ok) return changes;
  const recounted = results === undefined ? undefined : { results };
  return succeed({ changes: changes.value, recounted });
}
