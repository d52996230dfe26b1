// What `verify` reads of a sync's folder and what it finds: the words that all parts of the audit share. It judges
// nothing.

import type { Order } from "../plan/order-record.ts";
import type { Fold } from "./fold-record.ts";
import { monthOf } from "./fold.ts";
import { parseRunId, recordPath, type RunId } from "./run-id.ts";
import type { RunRecord } from "./run-record.ts";

/** The laws that files can be seen to break. */
export type AuditedLaw = "L1" | "L2" | "L7" | "L8" | "L9" | "L11" | "L12";

/** One breach of a law, at one path of the repository (contract 9, `verify --json`). */
export interface Finding {
  readonly path: string;
  readonly runId: RunId | undefined;
  readonly law: AuditedLaw;
  readonly message: string;
}

/** Everything that was read of a sync's folder at one tip, months included. */
export interface AuditedSync {
  /** Of the folder, from the repository's root: `ledger/contacts`. */
  readonly path: string;
  /** Records with a file of their own. */
  readonly records: readonly RunRecord[];
  /** Lines of all monthly files. */
  readonly folded: readonly RunRecord[];
  readonly fold: Fold;
  readonly orders: readonly Order[];
  /** What could not be read, or is not as it would have been written. */
  readonly unread: readonly Finding[];
}

/** The path of a record's own file. */
export function pathOf(sync: Pick<AuditedSync, "path">, record: RunRecord): string {
  const id = parseRunId(record.runId)?.syncId ?? record.sync;
  return `${sync.path}${recordPath(id, record.window).slice(id.length)}`;
}

/** The path of the monthly file that holds the record, or would hold it. */
export function monthPathOf(sync: Pick<AuditedSync, "path">, record: RunRecord): string {
  return `${sync.path}/${monthOf(record.window)}.jsonl`;
}

/** By path, then law; what is said twice of one record is said once. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...unique.values()].toSorted(
    (a, b) => compare(a.path, b.path) || compare(a.law, b.law) || compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
