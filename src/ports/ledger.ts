// The ledger as records and orders, over any store. Only adapters/ledger knows how they are written.

import type { Order } from "../core/plan/order-record.ts";
import type { Fold } from "../core/record/fold-record.ts";
import type { RunId } from "../core/record/run-id.ts";
import type { RunRecord } from "../core/record/run-record.ts";
import type { Instant } from "../core/time/instant.ts";
import type { FileChange, Tip } from "./ledger-store.ts";

/** A file that cannot be used; it stops its sync, not the others (contract 3). */
export interface LedgerProblem {
  readonly path: string;
  readonly reason: string;
}

/** The folder of one sync at one tip. */
export interface SyncLedger {
  readonly id: string;
  /** Records with a file of their own, sorted by window start. */
  readonly records: readonly RunRecord[];
  /** Sorted by id. */
  readonly orders: readonly Order[];
  readonly fold: Fold;
  /** Not empty: the sync is stopped and `records` may be incomplete. */
  readonly problems: readonly LedgerProblem[];
}

/** All sync folders of the ledger at one tip, those of retired syncs too. */
export interface LedgerSnapshot {
  readonly tip: Tip;
  readonly syncs: ReadonlyMap<string, SyncLedger>;
}

/** One thing to write. */
export type LedgerChange =
  | { readonly kind: "put_record"; readonly record: RunRecord }
  | { readonly kind: "remove_record"; readonly runId: RunId }
  | { readonly kind: "put_order"; readonly syncId: string; readonly order: Order }
  | { readonly kind: "remove_order"; readonly syncId: string; readonly orderId: string };

export interface Ledger {
  /** Reads fold.json, orders and record files at a tip, nothing else. */
  read(tip: Tip): Promise<LedgerSnapshot>;
  /** The same snapshot with the changes applied, for chaining commits without reading again. */
  apply(
    snapshot: LedgerSnapshot,
    changes: readonly LedgerChange[],
    tip: Tip,
  ): Promise<LedgerSnapshot>;
  /** Bytes of the changes, in the schema's canonical form. */
  filesOf(changes: readonly LedgerChange[]): readonly FileChange[];
  /** Folded records of the sync whose month is named (`YYYY-MM`), or of all months; problems as values. */
  folded(
    tip: Tip,
    sync: SyncLedger,
    months: readonly string[] | "all",
  ): Promise<{
    readonly records: readonly RunRecord[];
    readonly problems: readonly LedgerProblem[];
  }>;
  /** The file changes of one commit that folds these records (contract 3.5). */
  foldChanges(
    tip: Tip,
    sync: SyncLedger,
    records: readonly RunRecord[],
    now: Instant,
  ): Promise<readonly FileChange[]>;
  /** The record as text, the form in window rows and rescue files; and back. */
  formatRecord(record: RunRecord): string;
  parseRecord(text: string): RunRecord | undefined;
}
