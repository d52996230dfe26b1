// What came of converting one value. Serves upsert; apart from the conversions, so that each can live in its file.

import type { CellValue } from "./row.ts";

/** The cell, or the code of `failed_items` for a value that cannot become one (contract 9). */
export type Conversion =
  | { readonly ok: true; readonly cell: CellValue }
  | { readonly ok: false; readonly code: "type" | "range" | "nul" | "encoding" };
