// What is written for one item: key, watermark, and the row's columns. Mapping is map-row.ts, the guard newest.ts.

import type { Instant } from "../time/instant.ts";

/** A column's value after conversion; JSON documents and exact numbers travel as text. */
export type CellValue = string | number | bigint | boolean | null;

/** One change, in the order it was read. */
export type RowChange =
  | {
      readonly kind: "upsert";
      readonly key: string;
      readonly watermark: Instant;
      /** Values of `columns` in their order, or the single JSON text of `data`. */
      readonly cells: readonly CellValue[];
    }
  | { readonly kind: "delete"; readonly key: string; readonly watermark: Instant };

/** What the destination did with one change. `refused` names the reason, never a value. */
export type UpsertResult =
  | { readonly kind: "inserted" | "updated" | "unchanged" | "older" | "deleted" }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };
