// The folder of one sync at one tip: which files are the ledger's, what is wrong with them, and the port's view of
// them. Files of other names are nobody's business.

import type { Order } from "../../core/plan/order-record.ts";
import { emptyFold, type Fold } from "../../core/record/fold-record.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import { compareWindows } from "../../core/window/window.ts";
import type { TreeEntry } from "../../ports/ledger-store.ts";
import type { LedgerProblem, SyncLedger } from "../../ports/ledger.ts";

export type FileKind = "record" | "order" | "fold" | "month";

/** What was read of a sync's folder. Paths are relative to the ledger folder. */
export interface SyncFolder {
  readonly id: string;
  /** Object ids of all ledger files by path, months included. */
  readonly oids: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, RunRecord>;
  readonly orders: ReadonlyMap<string, Order>;
  readonly fold: Fold;
  readonly problems: readonly LedgerProblem[];
}

/** A sync that has no file yet. */
export function emptyFolder(id: string): SyncFolder {
  return {
    id,
    oids: new Map(),
    records: new Map(),
    orders: new Map(),
    fold: emptyFold,
    problems: [],
  };
}

const idPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The sync that a path below the ledger folder belongs to. */
export function syncIdOf(path: string): string | undefined {
  const [id = ""] = path.split("/");
  return idPattern.test(id) ? id : undefined;
}

/** What a file in the folder of a sync is, by its name; undefined when it is none of the ledger's. */
export function kindOf(path: string): FileKind | undefined {
  const inside = path.slice(path.indexOf("/") + 1);
  if (inside === "fold.json") return "fold";
  if (/^orders\/[^/]+\.json$/.test(inside)) return "order";
  if (/^\d{4}\/\d{2}\/[^/]+\.json$/.test(inside)) return "record";
  return /^\d{4}-\d{2}\.jsonl$/.test(inside) ? "month" : undefined;
}

/** Why an entry cannot be used as it is, whatever is in it. */
export function entryProblem(entry: TreeEntry, path: string): string | undefined {
  if (entry.mode === "100644") return undefined;
  const inside = path.includes("/") ? path.slice(path.indexOf("/") + 1) : "";
  // A link or submodule in the place of a folder hides all that should be below it.
  const folder = entry.mode !== "100755" && /^(?:|orders|\d{4}|\d{4}\/\d{2})$/.test(inside);
  if (!folder && (!path.includes("/") || kindOf(path) === undefined)) return undefined;
  return `expected a regular file, found mode ${entry.mode}; replace it by the file itself`;
}

/** The port's view: sorted, judged by L1. */
export function viewOf(folder: SyncFolder, root: string): SyncLedger {
  const records = [...folder.records].toSorted(([, a], [, b]) =>
    compareWindows(a.window, b.window),
  );
  return {
    id: folder.id,
    records: records.map(([, record]) => record),
    orders: [...folder.orders.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    fold: folder.fold,
    problems: [...folder.problems, ...overlaps(records, root)].toSorted((a, b) =>
      a.path < b.path ? -1 : 1,
    ),
  };
}

function overlaps(
  records: readonly (readonly [path: string, record: RunRecord])[],
  root: string,
): readonly LedgerProblem[] {
  const problems: LedgerProblem[] = [];
  let widest: RunRecord | undefined;
  for (const [path, record] of records) {
    if (widest !== undefined && record.window.start < widest.window.end)
      problems.push({
        path: root + path,
        reason: `window: expected none that overlaps (L1), found ${widest.runId}; remove one of the two files`,
      });
    if (widest === undefined || record.window.end > widest.window.end) widest = record;
  }
  return problems;
}
