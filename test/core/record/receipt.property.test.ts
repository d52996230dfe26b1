// Receipts are sums: parts give the receipt of the whole, in any order.

import { createHash } from "node:crypto";

import fc from "fast-check";
import { expect, test } from "vitest";

import {
  addPair,
  addReceipts,
  emptyReceipt,
  formatDigest,
  parseDigest,
  type Receipt,
  receiptText,
} from "../../../src/core/record/receipt.ts";

const pairs = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 20 });
const digests = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });

function receiptOf(list: readonly (readonly [string, string])[]): Receipt {
  return list.reduce((sum, [key, watermark]) => {
    const hash = createHash("sha256").update(receiptText(key, watermark), "utf8");
    return addPair(sum, hash.digest("hex"));
  }, emptyReceipt);
}

test("the receipts of the parts are together the receipt of the whole", () => {
  fc.assert(
    fc.property(pairs, fc.nat(20), (list, cut) => {
      const parts = [receiptOf(list.slice(0, cut)), receiptOf(list.slice(cut))] as const;
      expect(addReceipts(...parts)).toEqual(receiptOf(list));
    }),
  );
});

test("the order of reading leaves no trace", () => {
  fc.assert(
    fc.property(pairs, (list) => {
      expect(receiptOf(list.toReversed())).toEqual(receiptOf(list));
    }),
  );
});

test("sums stay below 2^256, and what is written parses back", () => {
  fc.assert(
    fc.property(digests, digests, (a, b) => {
      const { digest } = addReceipts({ records: 1, digest: a }, { records: 1, digest: b });
      expect(digest).toBe((a + b) % (1n << 256n));
      expect(parseDigest(formatDigest(digest))).toBe(digest);
      expect(formatDigest(digest)).toMatch(/^sum256:[0-9a-f]{64}$/);
    }),
  );
});

test("one pair is the sha256 of key, zero byte and watermark, two the sum of theirs", () => {
  const one = receiptOf([["1", "2026-11-23T00:00:00Z"]]);
  const sha = createHash("sha256").update("1\u00002026-11-23T00:00:00Z").digest("hex");
  expect([one.records, formatDigest(one.digest)]).toEqual([1, `sum256:${sha}`]);
  expect(addReceipts(one, emptyReceipt)).toEqual(one);
});

test.each([
  "",
  "sum256:",
  `sum256:${"A".repeat(64)}`,
  `sum256:${"0".repeat(63)}`,
  `sum256:${"0".repeat(65)}`,
  `sha256:${"0".repeat(64)}`,
  `sum256:${"0".repeat(64)}\n`,
])("%j is not a digest", (text) => {
  expect(parseDigest(text)).toBeUndefined();
});
