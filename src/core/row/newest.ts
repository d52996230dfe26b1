// 4 UPSERT: the one guard. Newest watermark wins, a delete beats an upsert of the same watermark, and what was
// deleted stays known. Pure; every destination that can compare asks this and stores the answer.

import { type Instant, instantOf } from "../time/instant.ts";
import type { CellValue, RowChange, UpsertResult } from "./row.ts";

/** What a destination holds for one key. A soft-deleted row is a row; a tombstone is what a hard delete leaves. */
export type StoredRow =
  | { readonly kind: "absent" }
  | {
      readonly kind: "row";
      readonly watermark: Instant;
      readonly deleted: boolean;
      readonly cells: readonly CellValue[];
    }
  | { readonly kind: "tombstone"; readonly watermark: Instant };

/** How the sync's table deletes, and how many cells a row has. */
export interface GuardOptions {
  readonly onDelete: "soft" | "hard";
  readonly width: number;
}

/** What to store, and the count. `next` is the very `stored` when nothing has to be written. */
export interface Decision {
  readonly next: StoredRow;
  readonly result: Extract<
    UpsertResult,
    { kind: "inserted" | "updated" | "unchanged" | "older" | "deleted" }
  >;
}

/** The watermark of a row that has none, one added by hand for instance: older than everything. */
export const noWatermark: Instant = instantOf(Number.NEGATIVE_INFINITY);

/** Decides one change against what is stored for its key (contract 5, S84). */
export function decide(stored: StoredRow, change: RowChange, options: GuardOptions): Decision {
  if (stored.kind !== "absent" && change.watermark < stored.watermark)
    return { next: stored, result: { kind: "older" } };
  return change.kind === "delete"
    ? decideDelete(stored, change.watermark, options)
    : decideUpsert(stored, change);
}

function decideDelete(stored: StoredRow, watermark: Instant, options: GuardOptions): Decision {
  if (stored.kind !== "absent" && isDeleted(stored) && stored.watermark === watermark)
    return { next: stored, result: { kind: "unchanged" } };
  if (options.onDelete === "hard")
    return { next: { kind: "tombstone", watermark }, result: { kind: "deleted" } };
  // A marked row keeps its values; a tombstone has none, since nothing was ever known of it.
  const cells =
    stored.kind === "row" ? stored.cells : Array.from({ length: options.width }, () => null);
  return { next: { kind: "row", watermark, deleted: true, cells }, result: { kind: "deleted" } };
}

function decideUpsert(stored: StoredRow, change: Extract<RowChange, { kind: "upsert" }>): Decision {
  const { watermark, cells } = change;
  const next: StoredRow = { kind: "row", watermark, deleted: false, cells };
  // A row that is not to be seen counts as none, so that inserted minus deleted follows the rows in sight.
  if (stored.kind === "absent") return { next, result: { kind: "inserted" } };
  if (stored.kind === "tombstone" || stored.deleted) {
    return stored.watermark === watermark
      ? { next: stored, result: { kind: "older" } }
      : { next, result: { kind: "inserted" } };
  }
  if (stored.watermark === watermark && sameCells(stored.cells, cells))
    return { next: stored, result: { kind: "unchanged" } };
  return { next, result: { kind: "updated" } };
}

function isDeleted(stored: StoredRow): boolean {
  return stored.kind === "tombstone" || (stored.kind === "row" && stored.deleted);
}

function sameCells(a: readonly CellValue[], b: readonly CellValue[]): boolean {
  return a.length === b.length && a.every((cell, index) => cell === b[index]);
}

/** One state out of a row and a tombstone of the same key: the newer, the delete when equal (contract 5). */
export function newestOf(row: StoredRow, tombstone: StoredRow): StoredRow {
  if (row.kind === "absent") return tombstone;
  if (tombstone.kind === "absent") return row;
  return tombstone.watermark >= row.watermark ? tombstone : row;
}
