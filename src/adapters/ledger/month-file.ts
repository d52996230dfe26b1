// A monthly file `<YYYY>-<MM>.jsonl`: one folded record a line, ordered by window (contract 3.5). Strict like a record
// file, and proved by the sha256 that fold.json keeps of it.

import { monthOf } from "../../core/record/fold.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import { compareWindows } from "../../core/window/window.ts";
import type { Digest } from "../../ports/digest.ts";
import { decodeText, read, type Reading, refuse } from "./json-text.ts";
import { formatRecordLine, parseRecordText } from "./record-json.ts";

/** Largest monthly file (contract 3.5). */
export const monthBytesMax: number = 32 * 1024 * 1024;

/** The records of a monthly file, or the first line that cannot be used. */
export function readMonthFile(
  bytes: Uint8Array,
  expected: {
    readonly syncId: string;
    readonly month: string;
    readonly sha256: string;
    readonly digest: Digest;
  },
): Reading<readonly RunRecord[]> {
  const text = decodeText(bytes, monthBytesMax);
  if (!text.ok) return text;
  if (expected.digest.sha256(text.value) !== expected.sha256)
    return refuse(
      "expected the sha256 that fold.json names, found another; restore both files from one commit",
    );
  const records: RunRecord[] = [];
  for (const [index, line] of text.value.replace(/\n$/, "").split("\n").entries()) {
    const record = parseRecordText(line);
    if (!record.ok) return refuse(`line ${index + 1}: ${record.reason}`);
    const { runId, window } = record.value;
    if (!runId.startsWith(`${expected.syncId}/`) || monthOf(window) !== expected.month)
      return refuse(`line ${index + 1}: expected a window of its file, found ${runId}`);
    const last = records.at(-1);
    if (last !== undefined && compareWindows(last.window, window) >= 0)
      return refuse(`line ${index + 1}: expected lines ordered by window, found ${runId}`);
    records.push(record.value);
  }
  return read(records);
}

/** The file of a month's records, which are ordered by window. */
export function formatMonth(records: readonly RunRecord[]): string {
  return records.map(formatRecordLine).join("");
}
