// What a window counts (L9, I6): every delivered item in one place, and what an abandoned query counted taken back.

import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { abandonQuery, addPage, measure, newTally } from "../../src/app/window-tally.ts";
import { imbalance } from "../../src/core/record/counts.ts";
import { noRequests } from "../../src/core/record/run-record.ts";
import type { UpsertResult } from "../../src/core/row/row.ts";
import { at } from "../support/builders.ts";

const digest = { sha256: (text: string) => createHash("sha256").update(text).digest("hex") };
const start = at("2026-11-23");

function pageOf(query: number, results: readonly UpsertResult[]) {
  const items = results.map((_, nth) => ({
    key: `${query}-${nth}`,
    watermark: at(`2026-11-23T00:0${nth}:00Z`),
    place: "inside" as const,
  }));
  const none = { skipped: 0, outOfWindow: 0, duplicate: 0, failed: [], failedOmitted: 0 };
  return { ...none, query, fetched: items.length, items, results };
}

function measured(tally: ReturnType<typeof newTally>) {
  return measure(tally, { requests: noRequests, warnings: [], showKey: (key) => key });
}

test("an item that the destination refuses is failed and named, never processed or in the receipt (L9)", () => {
  const refused = {
    kind: "refused",
    code: "not_null",
    message: "column email: found null",
  } as const;
  const page = pageOf(0, [{ kind: "inserted" }, refused, { kind: "older" }]);

  const { itemCounts, receipt, failedItems, lastSeen } = measured(
    addPage(newTally(start), page, digest),
  );

  expect(imbalance(itemCounts)).toBeUndefined();
  expect(itemCounts).toMatchObject({ fetched: 3, processed: 2, failed: 1, inserted: 1, older: 1 });
  expect(receipt.records).toBe(2);
  expect(lastSeen).toEqual({ key: "0-2", watermark: at("2026-11-23T00:02:00Z") });
  expect(failedItems).toEqual([
    { key: "0-1", stage: "upsert", code: "not_null", message: "column email: found null" },
  ]);
});

test("what an abandoned query counted becomes duplicate, and its receipt is dropped (S55, I14)", () => {
  const first = addPage(newTally(start), pageOf(0, [{ kind: "inserted" }]), digest);
  const again = pageOf(1, [{ kind: "unchanged" }, { kind: "inserted" }]);

  const restarted = measured(addPage(abandonQuery(first, 0), again, digest));

  const alone = measured(addPage(newTally(start), again, digest));
  expect(imbalance(restarted.itemCounts)).toBeUndefined();
  expect(restarted.itemCounts).toEqual({ ...alone.itemCounts, fetched: 3, duplicate: 1 });
  expect(restarted.receipt).toEqual(alone.receipt);
  expect(restarted.firstSeen).toEqual(alone.firstSeen);
});
