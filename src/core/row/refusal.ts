// Why a change cannot be stored anywhere: text that is no text. Serves upsert; names the place, never the value.

import type { CellValue, RowChange, UpsertResult } from "./row.ts";
import { formatWatermark } from "./stored-watermark.ts";

/** A change that a destination does not take (contract 3.1 `failed_items`). */
export type Refusal = Extract<UpsertResult, { kind: "refused" }>;

/** The refusal of a change, or undefined when every text in it is well-formed and free of NUL (S29). */
export function refusalOf(change: RowChange, columns: readonly string[]): Refusal | undefined {
  const key = textProblem(change.key, "key");
  if (key !== undefined) return key;
  if (formatWatermark(change.watermark) === undefined) {
    const message = "watermark: expected a year from 0 to 9999, found another";
    return { kind: "refused", code: "range", message };
  }
  return change.kind === "delete" ? undefined : cellProblem(change.cells, columns);
}

function cellProblem(cells: readonly CellValue[], columns: readonly string[]): Refusal | undefined {
  for (const [index, cell] of cells.entries()) {
    if (typeof cell !== "string") continue;
    const problem = textProblem(cell, `column ${columns[index] ?? index + 1}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `nul` or `encoding` for a text that no destination can hold as it is. */
function textProblem(text: string, place: string): Refusal | undefined {
  if (text.includes("\0"))
    return refuse("nul", `${place}: expected text without NUL characters, found one`);
  if (!text.isWellFormed())
    return refuse("encoding", `${place}: expected well-formed text, found a lone surrogate`);
  return undefined;
}

function refuse(code: string, message: string): Refusal {
  return { kind: "refused", code, message };
}
