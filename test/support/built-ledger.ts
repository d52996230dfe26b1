// The ledger of a sync that has run for long: the newest windows with files of their own, the others folded, written by
// the real codec without running anything.

import { foldFiles } from "../../src/adapters/ledger/fold-files.ts";
import { formatRecord } from "../../src/adapters/ledger/record-json.ts";
import { systemDigest } from "../../src/adapters/system/digest.ts";
import { emptyFold } from "../../src/core/record/fold-record.ts";
import { recordPath } from "../../src/core/record/run-id.ts";
import type { SucceededRecord } from "../../src/core/record/run-record.ts";
import { instantOf } from "../../src/core/time/instant.ts";
import { succeededRecord } from "./record-builders.ts";

const hourMicros = 3_600_000_000;

/**
 * Files by path, of the sync `items` of acceptance-project.ts: so many windows of an hour, the last of which ends at
 * `end`, and the newest `ownFiles` of them in files of their own.
 */
export function builtLedger(asked: {
  readonly windows: number;
  readonly ownFiles: number;
  readonly end: string;
}): Readonly<Record<string, string>> {
  const endAt = instantOf(Date.parse(asked.end) * 1000);
  const records = Array.from({ length: asked.windows }, (_, index): SucceededRecord => {
    const start = instantOf(endAt - (asked.windows - index) * hourMicros);
    const window = { start, end: instantOf(start + hourMicros) };
    return succeededRecord(window, { syncId: "items", source: "api", destination: "local" });
  });
  const files = new Map<string, string>();
  for (const record of records.slice(asked.windows - asked.ownFiles))
    files.set(recordPath("items", record.window), formatRecord(record));
  const folded = foldFiles({
    sync: { id: "items", records: [], orders: [], fold: emptyFold, problems: [] },
    lines: [],
    records: records.slice(0, asked.windows - asked.ownFiles),
    now: endAt,
    digest: systemDigest(),
  });
  for (const { path, content } of folded)
    if (content !== undefined) files.set(`items/${path}`, content);
  return Object.fromEntries([...files].map(([path, text]) => [`ledger/${path}`, text]));
}
