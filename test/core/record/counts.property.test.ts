// The balance law under addition.

import fc from "fast-check";
import { expect, test } from "vitest";

import {
  addCounts,
  imbalance,
  type ItemCounts,
  noCounts,
} from "../../../src/core/record/counts.ts";

const fields = Object.keys(noCounts) as (keyof ItemCounts)[];
const placed = fields.filter((field) => field !== "fetched" && field !== "processed");

/** Counts that balance. */
const balanced = fc
  .array(fc.nat(1000), { minLength: placed.length, maxLength: placed.length })
  .map((values): ItemCounts => {
    const given = {
      ...noCounts,
      ...Object.fromEntries(placed.map((field, nth) => [field, values[nth]!])),
    };
    const {
      inserted,
      updated,
      unchanged,
      older,
      deleted,
      failed,
      skipped,
      outOfWindow,
      duplicate,
    } = given;
    const processed = inserted + updated + unchanged + older + deleted;
    return { ...given, processed, fetched: processed + failed + skipped + outOfWindow + duplicate };
  });

test("counts that balance still balance when they are added (L9)", () => {
  fc.assert(
    fc.property(fc.array(balanced), (parts) => {
      expect(imbalance(parts.reduce(addCounts, noCounts))).toBeUndefined();
    }),
  );
});

test("one item too many or too few in any field is noticed (L9)", () => {
  fc.assert(
    fc.property(
      balanced,
      fc.constantFrom(...fields),
      fc.constantFrom(1, -1),
      (counts, field, by) => {
        expect(imbalance({ ...counts, [field]: counts[field] + by })).toBeTypeOf("string");
      },
    ),
  );
});

test("every field is added, in any order", () => {
  fc.assert(
    fc.property(balanced, balanced, (a, b) => {
      const sum = addCounts(a, b);
      expect(sum).toEqual(addCounts(b, a));
      expect(fields.map((field) => sum[field])).toEqual(fields.map((field) => a[field] + b[field]));
    }),
  );
});
