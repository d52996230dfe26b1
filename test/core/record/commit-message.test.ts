// Subjects and trailers as `git log` shows them (contract 3.6, G10).

import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import {
  commitDigest,
  commitMessage,
  parseTrailers,
  type LedgerEvent,
} from "../../../src/core/record/commit-message.ts";
import { noCounts } from "../../../src/core/record/counts.ts";
import { windowOf } from "../../support/builders.ts";
import {
  dayOf,
  failedRecord,
  orderOf,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";

const day = dayOf("2026-11-23");
const settled = succeededRecord(day, {
  itemCounts: { ...noCounts, fetched: 1243, processed: 1239, inserted: 1239, skipped: 4 },
});

function subjectOf(...events: readonly LedgerEvent[]): string {
  return commitMessage({ events, holder: "local:1", digest: "sha256:0" }).split("\n")[0] ?? "";
}

test("says what happened to one window, with its trailers", () => {
  const message = commitMessage({
    events: [{ kind: "settled", record: settled }],
    holder: "local:0a1b",
    digest: "sha256:ff",
  });
  expect(message).toBe(`ledger(contacts): settle 2026-11-23 succeeded, 1239 records

Tidemark-Run-Id: contacts/20261123T000000Z--20261124T000000Z
Tidemark-Holder: local:0a1b
Tidemark-Digest: sha256:ff
`);
});

test("names each kind of event in the words of the contract", () => {
  const running = runningRecord(day);
  const hour = runningRecord(windowOf("2026-11-23T04:00:00Z", "2026-11-23T05:00:00Z"));
  const order = orderOf();
  expect([
    subjectOf({ kind: "claimed", record: running }),
    subjectOf({ kind: "claimed", record: hour }),
    subjectOf({ kind: "settled", record: failedRecord(day) }),
    subjectOf(
      { kind: "settled", record: settled },
      { kind: "started", record: runningRecord(dayOf("2026-11-24")) },
    ),
    subjectOf({ kind: "lost", record: failedRecord(day) }),
    subjectOf({ kind: "waived", record: failedRecord(day) }),
    subjectOf({ kind: "ordered", syncId: "contacts", order }),
    subjectOf({ kind: "order_done", syncId: "contacts", order }),
    subjectOf({ kind: "folded", syncId: "contacts", windows: 61 }),
  ]).toEqual([
    "ledger(contacts): claim 2026-11-23",
    "ledger(contacts): claim 2026-11-23T04:00:00Z",
    "ledger(contacts): settle 2026-11-23 failed (timeout)",
    "ledger(contacts): settle 2026-11-23 succeeded, 1239 records; start 2026-11-24",
    "ledger(contacts): lose 2026-11-23",
    "ledger(contacts): waive 2026-11-23",
    "ledger(contacts): order 2025-12-01 to 2026-01-01, missing",
    "ledger(contacts): finish order 20261125T000000Z-0a1b",
    "ledger(contacts): fold 61 windows",
  ]);
});

test("sums up several windows and syncs", () => {
  const claims = ["2026-11-21", "2026-11-20", "2026-11-22"].map((date) => ({
    kind: "claimed" as const,
    record: runningRecord(dayOf(date)),
  }));
  const other = { kind: "settled" as const, record: failedRecord(day, { syncId: "deals" }) };
  expect([subjectOf(...claims), subjectOf({ kind: "settled", record: settled }, other)]).toEqual([
    "ledger(contacts): claim 3 windows from 2026-11-20 to 2026-11-22",
    "ledger(contacts, deals): settle 2 windows from 2026-11-23 to 2026-11-23, 1 succeeded, 1239 records, 1 failed",
  ]);
});

test("names at most 20 run ids, each once, then how many there are", () => {
  const events = Array.from({ length: 21 }, (_, index) => ({
    kind: "claimed" as const,
    record: runningRecord(dayOf(`2026-10-${String(index + 1).padStart(2, "0")}`)),
  }));
  const lines = commitMessage({ events, holder: "local:1", digest: "sha256:0" }).split("\n");
  expect(lines.filter((line) => line.startsWith("Tidemark-Run-Id:")).length).toBe(20);
  expect(lines).toContain("Tidemark-Windows: 21");
  const twice = commitMessage({
    events: [...events.slice(0, 1), ...events.slice(0, 1)],
    holder: "x",
    digest: "y",
  });
  expect(twice.match(/Tidemark-Run-Id/g)?.length).toBe(1);
});

test("the digest does not depend on the order of the changes (G10)", () => {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const changes = [
    { path: "ledger/b.json", blobId: "bb" },
    { path: "ledger/a.json", blobId: undefined },
  ];
  const expected = `sha256:${sha256("ledger/a.json\0deleted\nledger/b.json\0bb\n")}`;
  expect([commitDigest(changes, sha256), commitDigest(changes.toReversed(), sha256)]).toEqual([
    expected,
    expected,
  ]);
});

test("reads back the trailers that it writes, in order", () => {
  const record = runningRecord(dayOf("2026-11-23"));
  const message = commitMessage({
    events: [{ kind: "claimed", record }],
    holder: "actions:7/1/ab",
    digest: "sha256:0",
  });
  expect(parseTrailers(message)).toEqual([
    ["Tidemark-Run-Id", record.runId],
    ["Tidemark-Holder", "actions:7/1/ab"],
    ["Tidemark-Digest", "sha256:0"],
  ]);
});

test("finds trailers where git finds them: in the last paragraph, folded lines joined", () => {
  expect(parseTrailers("subject\n\ntext\n\nA-b: 1\n  and 2\r\nC: x: y\r\n\r\n")).toEqual([
    ["A-b", "1 and 2"],
    ["C", "x: y"],
  ]);
  expect(parseTrailers("A: 1\nB: 2\n")).toEqual([]);
  expect(parseTrailers("subject\n\nA: 1\n\nnot a trailer")).toEqual([]);
  expect(parseTrailers("")).toEqual([]);
});
