// fold.json as text and back (contract 3.5), through one strict schema.

import * as v from "valibot";

import { type Fold, foldSchema } from "../../core/record/fold-record.ts";
import { baselinesMax } from "../../core/record/fold.ts";
import { formatInstant } from "../../core/time/instant.ts";
import { mergeWindows } from "../../core/window/coverage.ts";
import {
  decodeText,
  formatJson,
  matchSchema,
  parseJson,
  read,
  type Reading,
  refuse,
} from "./json-text.ts";
import { versionOf } from "./record-versions.ts";
import { count, instant, itemCounts, mappingDigest, name } from "./schema-parts.ts";
import { writtenCounts } from "./written-counts.ts";

/** Largest fold.json (contract 3.5). */
export const foldBytesMax: number = 512 * 1024;

const range = v.pipe(
  v.strictObject({ start: instant, end: instant }),
  v.check(({ start, end }) => start < end, "a range whose end is after its start"),
);

const written = v.strictObject({
  schema: v.literal(foldSchema),
  coverage: v.array(
    v.pipe(
      v.strictObject({ mapping_digest: mappingDigest, ranges: v.array(range) }),
      v.transform((part) => ({ mappingDigest: part.mapping_digest, ranges: part.ranges })),
    ),
  ),
  months: v.array(
    v.pipe(
      v.strictObject({
        month: v.pipe(v.string(), v.regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, "a month")),
        windows: count,
        item_counts: itemCounts,
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits")),
      }),
      v.transform(({ item_counts: counts, ...month }) => ({ ...month, itemCounts: counts })),
    ),
  ),
  sends: v.array(v.strictObject({ minute: instant, source: name, sent: count })),
  baselines: v.pipe(
    v.array(
      v.pipe(
        v.strictObject({
          start: instant,
          end: instant,
          records: count,
          duration_ms: count,
          requests: count,
        }),
        v.transform(({ start, end, records, duration_ms: durationMs, requests }) => ({
          window: { start, end },
          records,
          durationMs,
          requests,
        })),
      ),
    ),
    v.maxLength(baselinesMax, `at most ${baselinesMax} baselines`),
  ),
});

/** The fold of a fold.json. */
export function readFoldFile(bytes: Uint8Array): Reading<Fold> {
  const text = decodeText(bytes, foldBytesMax);
  if (!text.ok) return text;
  const value = parseJson(text.value);
  if (!value.ok) return value;
  const known = versionOf(value.value, foldSchema);
  if (!known.ok) return known;
  const matched = matchSchema(written, value.value);
  if (!matched.ok) return matched;
  const { schema: _schema, ...fold } = matched.value;
  const flaw = flawOf(fold);
  return flaw === undefined ? read(fold) : refuse(flaw);
}

/** The fold's file in its canonical form. */
export function formatFold(fold: Fold): string {
  return formatJson({
    schema: foldSchema,
    coverage: fold.coverage.map(({ mappingDigest: digest, ranges }) => ({
      mapping_digest: digest,
      ranges: ranges.map(({ start, end }) => ({
        start: formatInstant(start),
        end: formatInstant(end),
      })),
    })),
    months: fold.months.map((month) => ({
      month: month.month,
      windows: month.windows,
      item_counts: writtenCounts(month.itemCounts),
      sha256: month.sha256,
    })),
    sends: fold.sends.map(({ minute, source, sent }) => ({
      minute: formatInstant(minute),
      source,
      sent,
    })),
    baselines: fold.baselines.map(({ window, records, durationMs, requests }) => ({
      start: formatInstant(window.start),
      end: formatInstant(window.end),
      records,
      duration_ms: durationMs,
      requests,
    })),
  });
}

// Overlapping coverage or a month named twice is an edit by hand.
function flawOf(fold: Fold): string | undefined {
  const ranges = fold.coverage.flatMap((part) => part.ranges);
  const length = (windows: typeof ranges): number =>
    windows.reduce((sum, { start, end }) => sum + (end - start), 0);
  if (length(ranges) !== length([...mergeWindows(ranges)]))
    return "coverage: expected ranges that do not overlap (L1), found some that do";
  const months = new Set(fold.months.map(({ month }) => month));
  return months.size === fold.months.length
    ? undefined
    : "months: expected each month once, found one repeated";
}
