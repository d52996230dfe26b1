// The files of a commit that folds records: the months they go to, fold.json, and their own files removed (3.5).

import type { FoldedMonth } from "../../core/record/fold-record.ts";
import { addToFold, describeMonth, mergeLines, monthOf } from "../../core/record/fold.ts";
import { recordPath } from "../../core/record/run-id.ts";
import type { RunRecord, SucceededRecord } from "../../core/record/run-record.ts";
import type { Instant } from "../../core/time/instant.ts";
import type { Digest } from "../../ports/digest.ts";
import type { FileChange } from "../../ports/ledger-store.ts";
import type { SyncLedger } from "../../ports/ledger.ts";
import { foldBytesMax, formatFold } from "./fold-json.ts";
import { formatMonth, monthBytesMax } from "./month-file.ts";

/**
 * Changes with paths below the sync's folder. None when a limit of contract 3.5 would be passed: the records keep
 * their own files, and nothing is lost but the saving.
 */
export function foldFiles(input: {
  readonly sync: SyncLedger;
  /** The lines of the touched months as they are. */
  readonly lines: readonly RunRecord[];
  readonly records: readonly RunRecord[];
  readonly now: Instant;
  readonly digest: Digest;
}): readonly FileChange[] {
  const { sync, lines, now, digest } = input;
  const candidates = input.records.filter((record) => record.status === "succeeded");
  const files: FileChange[] = [];
  const months: FoldedMonth[] = [];
  const folded: SucceededRecord[] = [];
  for (const [month, own] of Map.groupBy(candidates, (record) => monthOf(record.window))) {
    const before = lines.filter((record) => monthOf(record.window) === month);
    const after = mergeLines(before, own);
    const content = formatMonth(after);
    if (Buffer.byteLength(content) > monthBytesMax) continue;
    months.push(describeMonth(month, after, digest.sha256(content)));
    folded.push(...own);
    files.push({ path: `${month}.jsonl`, content });
  }
  if (folded.length === 0) return [];
  const runIds = new Set(folded.map((record) => record.runId));
  const replaced = lines.filter((record) => runIds.has(record.runId));
  const content = formatFold(addToFold(sync.fold, { folded, replaced, months, now }));
  if (Buffer.byteLength(content) > foldBytesMax) return [];
  const removed = folded.map((record) => ({
    path: recordPath(sync.id, record.window).slice(sync.id.length + 1),
    content: undefined,
  }));
  return [...files, { path: "fold.json", content }, ...removed];
}
