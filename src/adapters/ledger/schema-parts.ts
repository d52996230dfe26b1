// The parts that the schemas of record, order and fold share. Each reads one JSON value into its meaning.

import * as v from "valibot";

import type { ItemCounts } from "../../core/record/counts.ts";
import { parseDigest, type Receipt } from "../../core/record/receipt.ts";
import { parseRunId, type RunId } from "../../core/record/run-id.ts";
import { type Instant, parseInstant } from "../../core/time/instant.ts";

export const count: v.GenericSchema<unknown, number> = v.pipe(
  v.number(),
  v.check((value) => Number.isSafeInteger(value) && value >= 0, "a whole number from 0"),
);

export const instant: v.GenericSchema<unknown, Instant> = v.pipe(
  v.string(),
  v.check((text) => parseInstant(text) !== undefined, "a UTC instant such as 2026-11-23T00:00:00Z"),
  v.transform((text) => parseInstant(text) as Instant),
);

/** `null` in the file, `undefined` in the program. */
export function orNull<Value>(
  schema: v.GenericSchema<unknown, Value>,
): v.GenericSchema<unknown, Value | undefined> {
  return v.pipe(
    v.nullable(schema),
    v.transform((value) => value ?? undefined),
  );
}

export const name: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, _ and -"),
);

export const runId: v.GenericSchema<unknown, RunId> = v.pipe(
  v.string(),
  v.check((text) => parseRunId(text) !== undefined, "a run id"),
  v.transform((text) => text as RunId),
);

export const receipt: v.GenericSchema<unknown, Receipt> = v.strictObject({
  records: count,
  digest: v.pipe(
    v.string(),
    v.check((text) => parseDigest(text) !== undefined, "sum256: and 64 lower-case hex digits"),
    v.transform((text) => parseDigest(text) ?? 0n),
  ),
});

export const mappingDigest: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 lower-case hex digits"),
);

export const itemCounts: v.GenericSchema<unknown, ItemCounts> = v.pipe(
  v.strictObject({
    fetched: count,
    processed: count,
    failed: count,
    inserted: count,
    updated: count,
    unchanged: count,
    older: count,
    deleted: count,
    skipped: count,
    out_of_window: count,
    duplicate: count,
  }),
  v.transform(({ out_of_window: outOfWindow, ...counts }) => ({ ...counts, outOfWindow })),
);
