// What may be written of a record that holds text from outside (contract 3.1).

import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { openLedger } from "../../../src/adapters/ledger/file-ledger.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import { at } from "../../support/builders.ts";
import { memoryBranch, memoryStore } from "../../support/memory-ledger-store.ts";
import { dayOf, failedRecord } from "../../support/record-builders.ts";

const secret = "canary/3f9+a c";
const forms = [
  secret,
  encodeURIComponent(secret),
  btoa(secret),
  JSON.stringify(secret).slice(1, -1),
];

function told(): RunRecord {
  const text = `source said ${forms.join(" ")}`;
  const seen = { watermark: at("2026-11-23T01:00:00Z"), key: `k-${secret}` };
  const record = failedRecord(dayOf("2026-11-23"));
  if (record.status !== "failed") throw new Error("expected a failed record");
  return {
    ...record,
    firstSeen: seen,
    lastSeen: seen,
    failedItems: [{ key: `k-${secret}`, stage: "upsert", code: "other", message: text }],
    warnings: [{ code: "odd", count: 1, message: text }],
    error: { ...record.error, message: `${text} ${"y".repeat(400_000)}` },
  };
}

function openedLedger() {
  const digest = { sha256: (text: string) => createHash("sha256").update(text).digest("hex") };
  const branch = memoryBranch();
  const store = memoryStore(branch, () => Date.UTC(2026, 10, 25));
  return { branch, ledger: openLedger(store, { path: "ledger", digest, secrets: [secret] }) };
}

test("a record is written without secrets, in a commit and in a window row, and never long", () => {
  const { ledger } = openedLedger();
  const record = told();

  const row = ledger.formatRecord(record);
  const [file] = ledger.filesOf([{ kind: "put_record", record }]);

  expect(file?.content).toBe(row);
  expect(forms.filter((form) => row.includes(form))).toEqual([]);
  const written = ledger.parseRecord(row);
  const message = `source said *** *** *** ***`;
  expect(written).toMatchObject({
    firstSeen: { key: "k-***" },
    lastSeen: { key: "k-***" },
    failedItems: [{ key: "k-***", stage: "upsert", code: "other", message }],
    warnings: [{ code: "odd", count: 1, message }],
  });
  expect(written?.status === "failed" && written.error.message).toBe(
    `${message} ${"y".repeat(299 - message.length - 1)}…`,
  );
});

test("a snapshot that goes on from a commit holds what was written", async () => {
  const { branch, ledger } = openedLedger();
  const record = told();

  const snapshot = await ledger.apply(
    await ledger.read(branch.tip),
    [{ kind: "put_record", record }],
    branch.tip,
  );

  expect(snapshot.syncs.get(record.sync)?.records).toEqual([
    ledger.parseRecord(ledger.formatRecord(record)),
  ]);
});
