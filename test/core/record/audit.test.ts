// What one tip of a ledger shows of each law: a sound folder has no finding, and each breach exactly one.

import { expect, test } from "vitest";

import { auditSync } from "../../../src/core/record/audit.ts";
import type { AuditedSync, Finding } from "../../../src/core/record/audited-sync.ts";
import { noCounts } from "../../../src/core/record/counts.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import { addToFold, describeMonth } from "../../../src/core/record/fold.ts";
import { runIdOf } from "../../../src/core/record/run-id.ts";
import type { RunRecord, SucceededRecord } from "../../../src/core/record/run-record.ts";
import { at, windowOf } from "../../support/builders.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  orderOf,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";

const now = at("2026-11-25T12:00:00Z");
const first = succeededRecord(dayOf("2026-11-22"));
const second = succeededRecord(dayOf("2026-11-23"), {
  attempt: 2,
  history: [endedAttempt({ attempt: 1 })],
});
const folded = [succeededRecord(dayOf("2026-10-01")), succeededRecord(dayOf("2026-10-02"))];

function syncOf(overrides: Partial<AuditedSync> = {}): AuditedSync {
  return {
    path: "ledger/contacts",
    records: [],
    folded: [],
    fold: emptyFold,
    orders: [],
    unread: [],
    ...overrides,
  };
}

function foldOf(records: readonly SucceededRecord[]): AuditedSync["fold"] {
  const months = [describeMonth("2026-10", records, "00".repeat(32))];
  return addToFold(emptyFold, { folded: records, replaced: [], months, now });
}

function findingOf(record: RunRecord, law: Finding["law"], message: string): Finding {
  const [day = ""] = /\d{8}T\d{6}Z--\d{8}T\d{6}Z/.exec(record.runId) ?? [];
  const path = `ledger/contacts/${day.slice(0, 4)}/${day.slice(4, 6)}/${day}.json`;
  return { path, runId: record.runId, law, message };
}

test("a sound folder with files, months and orders has no finding", () => {
  const sync = syncOf({
    records: [
      first,
      second,
      failedRecord(dayOf("2026-11-24")),
      runningRecord(dayOf("2026-11-20"), {
        startedAt: at("2026-11-25T11:59:00Z"),
        claim: { holder: "local:0a1b2c3d", epoch: 1, leaseUntil: at("2026-11-25T12:30:00Z") },
      }),
      pendingRecord(dayOf("2026-11-21")),
    ],
    folded,
    fold: foldOf(folded),
    orders: [orderOf()],
  });
  expect(auditSync(sync, now)).toEqual([]);
});

test("a window that was rerun after it was folded has a file and a line, and no finding (L1)", () => {
  const again = succeededRecord(dayOf("2026-10-02"), { attempt: 2 });
  const sync = syncOf({ records: [again], folded, fold: foldOf(folded) });
  expect(auditSync(sync, now)).toEqual([]);
});

test("finds a record file that overlaps a folded window (L1)", () => {
  const over = succeededRecord(windowOf("2026-10-02T12:00:00Z", "2026-10-03"));
  const sync = syncOf({ records: [over], folded, fold: foldOf(folded) });
  expect(auditSync(sync, now)).toEqual([
    findingOf(
      over,
      "L1",
      `window: expected none that overlaps, found ${folded[1]!.runId} in ledger/contacts/2026-10.jsonl; restore the folder from a commit before the second one`,
    ),
  ]);
});

test("finds folded windows that overlap each other (L1)", () => {
  const lines = [
    succeededRecord(dayOf("2026-10-01")),
    succeededRecord(windowOf("2026-10-01T12:00:00Z", "2026-10-02")),
  ];
  const sync = syncOf({ folded: lines, fold: foldOf(lines) });
  expect(auditSync(sync, now)).toEqual([
    {
      path: "ledger/contacts/2026-10.jsonl",
      runId: lines[1]!.runId,
      law: "L1",
      message: `window: expected none that overlaps, found ${lines[0]!.runId} in ledger/contacts/2026-10.jsonl; restore the folder from a commit before the second one`,
    },
  ]);
});

test("finds a part that lies outside of the window it was split from (L1)", () => {
  const parent = runIdOf("contacts", dayOf("2026-11-20"));
  const part = pendingRecord(dayOf("2026-11-22"), { attempt: 1, splitFrom: parent });
  expect(auditSync(syncOf({ records: [part] }), now)).toEqual([
    findingOf(
      part,
      "L1",
      `split_from: expected a longer window that holds this one, found ${parent}; restore the file from git`,
    ),
  ]);
});

test("finds coverage in fold.json that its lines do not bear out (L2)", () => {
  const fold = foldOf(folded);
  const more = { ...fold, coverage: [{ ...fold.coverage[0]!, ranges: [dayOf("2026-10-01")] }] };
  expect(auditSync(syncOf({ folded, fold: more }), now)).toEqual([
    {
      path: "ledger/contacts/fold.json",
      runId: undefined,
      law: "L2",
      message:
        "coverage: expected that of the folded windows, found another; restore fold.json and the months from one commit",
    },
  ]);
});

test("finds a month whose counts are not those of its lines (L2)", () => {
  const lines = [folded[0]!, succeededRecord(dayOf("2026-10-02"), { records: 9 })];
  expect(auditSync(syncOf({ folded: lines, fold: foldOf(folded) }), now)).toEqual([
    {
      path: "ledger/contacts/fold.json",
      runId: undefined,
      law: "L2",
      message:
        "month 2026-10: expected the sum of its counts, found other counts; restore fold.json and the months from one commit",
    },
  ]);
});

test("says once that a month cannot be read, without judging the fold by the rest (L2)", () => {
  const unread: Finding = {
    path: "ledger/contacts/2026-10.jsonl",
    runId: undefined,
    law: "L11",
    message: "expected the sha256 that fold.json names, found another",
  };
  const sync = syncOf({ fold: foldOf(folded), unread: [unread] });
  expect(auditSync(sync, now)).toEqual([unread]);
});

test("finds a split window of which a part is gone (L8)", () => {
  const parent = runIdOf("contacts", dayOf("2026-11-20"));
  const part = pendingRecord(windowOf("2026-11-20", "2026-11-20T12:00:00Z"), {
    attempt: 1,
    splitFrom: parent,
  });
  const other = pendingRecord(windowOf("2026-11-20T12:00:00Z", "2026-11-21"), {
    attempt: 1,
    splitFrom: parent,
  });
  expect(auditSync(syncOf({ records: [part, other] }), now)).toEqual([]);
  expect(auditSync(syncOf({ records: [part] }), now)).toEqual([
    findingOf(
      part,
      "L8",
      `split_from: expected the parts of ${parent} to have all of it, found none for [2026-11-20T12:00:00Z, 2026-11-21T00:00:00Z); restore the missing file from git`,
    ),
  ]);
});

test("parts that were never attempted may have expired and come back as cells (L8)", () => {
  const parent = runIdOf("contacts", dayOf("2026-11-20"));
  const part = pendingRecord(windowOf("2026-11-20", "2026-11-20T12:00:00Z"), {
    splitFrom: parent,
  });
  expect(auditSync(syncOf({ records: [part] }), now)).toEqual([]);
});

test("finds counts out of balance in a record of any status (L9)", () => {
  const record = failedRecord(dayOf("2026-11-22"), {
    itemCounts: { ...noCounts, fetched: 3, processed: 2, inserted: 2 },
  });
  expect(auditSync(syncOf({ records: [record] }), now)).toEqual([
    findingOf(
      record,
      "L9",
      "item_counts: expected balanced counts, found fetched 3 is not processed + failed + skipped + out_of_window + duplicate = 2; restore the file from git",
    ),
  ]);
});

test("finds counts out of balance in a folded line (L9)", () => {
  const lines = [
    succeededRecord(dayOf("2026-10-01"), {
      itemCounts: { ...noCounts, fetched: 3, processed: 3, inserted: 4 },
    }),
  ];
  expect(auditSync(syncOf({ folded: lines, fold: foldOf(lines) }), now)).toEqual([
    {
      path: "ledger/contacts/2026-10.jsonl",
      runId: lines[0]!.runId,
      law: "L9",
      message:
        "item_counts: expected balanced counts, found processed 3 is not inserted + updated + unchanged + older + deleted = 4; restore the file from git",
    },
  ]);
});

test("finds failed items that are neither named nor omitted (L9)", () => {
  const record = succeededRecord(dayOf("2026-11-22"), {
    itemCounts: { ...noCounts, fetched: 5, processed: 3, inserted: 3, failed: 2 },
    failedItems: [{ key: "7", stage: "upsert", code: "not_null", message: "email is null" }],
  });
  expect(auditSync(syncOf({ records: [record] }), now)).toEqual([
    findingOf(
      record,
      "L9",
      "failed_items: expected 2 named or omitted, as item_counts.failed says, found 1; restore the file from git",
    ),
  ]);
});

test("finds a receipt of more records than were delivered (L9)", () => {
  const record = succeededRecord(dayOf("2026-11-22"), { receipt: { records: 4, digest: 4n } });
  expect(auditSync(syncOf({ records: [record] }), now)).toEqual([
    findingOf(
      record,
      "L9",
      "receipt.records: expected at most 3, as item_counts.processed says, found 4; restore the file from git",
    ),
  ]);
});

test("finds an ended attempt that delivered more than it fetched (L9)", () => {
  const record = succeededRecord(dayOf("2026-11-22"), {
    attempt: 2,
    history: [endedAttempt({ itemCounts: { fetched: 2, processed: 2, failed: 1 } })],
  });
  expect(auditSync(syncOf({ records: [record] }), now)).toEqual([
    findingOf(
      record,
      "L9",
      "history.0.item_counts: expected at most 2 processed and failed, found 3; restore the file from git",
    ),
  ]);
});

test("passes on what could not be read, sorted by path and each once (L11)", () => {
  const unread = ["2026/11/b.json", "2026/11/a.json", "2026/11/a.json"].map((name): Finding => ({
    path: `ledger/contacts/${name}`,
    runId: undefined,
    law: "L11",
    message: "expected JSON, found text that is none; restore the file from git",
  }));
  expect(auditSync(syncOf({ unread }), now)).toEqual([unread[1], unread[0]]);
});

test("finds a running claim more than a minute past its lease (L12)", () => {
  const record = runningRecord(dayOf("2026-11-22"), {
    startedAt: at("2026-11-25T11:00:00Z"),
    claim: { holder: "local:0a1b2c3d", epoch: 1, leaseUntil: at("2026-11-25T11:58:00Z") },
  });
  expect(auditSync(syncOf({ records: [record] }), at("2026-11-25T11:59:00Z"))).toEqual([]);
  expect(auditSync(syncOf({ records: [record] }), at("2026-11-25T11:59:01Z"))).toEqual([
    findingOf(
      record,
      "L12",
      "claim: expected an outcome before the lease of local:0a1b2c3d ended at 2026-11-25T11:58:00Z, found it running; the next tidemark run recovers it",
    ),
  ]);
});

test("finds an order for more than 10,000 windows (L12)", () => {
  const order = orderOf({ estimate: { windows: 10_001, requests: 1, minutes: 1 } });
  expect(auditSync(syncOf({ orders: [order] }), now)).toEqual([
    {
      path: `ledger/contacts/orders/${order.id}.json`,
      runId: undefined,
      law: "L12",
      message:
        "estimate.windows: expected at most 10000, found 10001; remove the file and order a shorter range",
    },
  ]);
});
