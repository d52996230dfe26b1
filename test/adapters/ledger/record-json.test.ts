// The file of a run record, byte for byte, and every way in which one can be damaged.

import { expect, test } from "vitest";

import {
  formatRecord,
  formatRecordLine,
  parseRecordText,
  readRecordFile,
} from "../../../src/adapters/ledger/record-json.ts";
import { noCounts } from "../../../src/core/record/counts.ts";
import { recordPath } from "../../../src/core/record/run-id.ts";
import { at, windowOf } from "../../support/builders.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  someMapping,
  succeededRecord,
} from "../../support/record-builders.ts";

const window = windowOf("2026-11-23", "2026-11-24");
const path = recordPath("contacts", window);
const good = formatRecord(succeededRecord(window));

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function reasonOf(text: string, file = path): string {
  const reading = readRecordFile(file, bytesOf(text));
  return reading.ok ? "no problem" : reading.reason;
}

const full = succeededRecord(window, {
  reason: "catch_up",
  attempt: 3,
  itemCounts: {
    ...noCounts,
    fetched: 1243,
    processed: 1239,
    failed: 1,
    inserted: 40,
    updated: 1100,
    unchanged: 94,
    older: 5,
    skipped: 1,
    outOfWindow: 2,
  },
  splitFrom: undefined,
  requests: {
    sent: 14,
    retried: 1,
    throttled: 1,
    bytes: 812_331,
    slowestMs: 912,
    lastAt: at("2026-11-24T01:00:00.123Z"),
  },
  firstSeen: { watermark: at("2026-11-23T00:00:01Z"), key: "17" },
  lastSeen: { watermark: at("2026-11-23T23:59:59.999999Z"), key: "ключ" },
  receipt: { records: 1227, digest: 255n },
  late: { seen: 12, records: 3, maxDelayS: 412 },
  snapshot: { listed: 5, missing: 1, deleted: 1, withheld: 0 },
  failedItems: [{ key: "118", stage: "upsert", code: "not_null", message: "column email is null" }],
  warnings: [{ code: "late", count: 12, message: "12 records came late" }],
  configCommit: "0123abc",
  runUrl: "https://github.com/o/r/actions/runs/1/attempts/1",
  history: [
    endedAttempt({ attempt: 1 }),
    endedAttempt({ attempt: 2, status: "succeeded", receipt: { records: 4, digest: 9n } }),
  ],
  historyFolded: { attempts: 2, requests: 9, lastAt: at("2026-11-24") },
});

test("writes every key in the order of the contract", () => {
  expect(Object.keys(JSON.parse(formatRecord(full)) as object)).toEqual([
    ..."schema run_id sync source destination window_start window_end watermark_field".split(" "),
    ..."status reason attempt failures item_counts planned_at started_at finished_at".split(" "),
    ..."claim split_from staged waived requests delivery first_seen last_seen receipt".split(" "),
    ..."late snapshot error failed_items failed_items_omitted warnings".split(" "),
    ..."mapping_digest config_commit version run_url history history_folded".split(" "),
  ]);
});

test("writes two-space JSON with a final newline and null for what is absent", () => {
  const text = formatRecord(failedRecord(window));
  expect(
    text.startsWith(
      '{\n  "schema": 1,\n  "run_id": "contacts/20261123T000000Z--20261124T000000Z",',
    ),
  ).toBe(true);
  expect(text.endsWith("}\n")).toBe(true);
  expect(JSON.parse(text)).toMatchObject({
    claim: null,
    staged: null,
    delivery: null,
    waived: null,
    requests: { last_at: null },
    error: {
      code: "timeout",
      message: "crm: expected an answer within 60 s, found none; try again later",
      most_common: null,
      retryable: true,
    },
  });
});

test("reads back what it wrote, in every status (L11)", () => {
  const records = [
    full,
    pendingRecord(window),
    pendingRecord(window, {
      attempt: 2,
      history: [endedAttempt({ attempt: 2, status: "released", code: "cancelled" })],
    }),
    runningRecord(window, { startedAt: undefined }),
    runningRecord(window, { attempt: 2, history: [endedAttempt()] }),
    failedRecord(window, { waived: { at: at("2026-11-25"), reason: "source lost it" } }),
    failedRecord(window, {
      attempt: 0,
      startedAt: undefined,
      error: {
        code: "throttled",
        message: "later",
        mostCommon: { status: 429, count: 3 },
        retryable: true,
        resumeAfter: at("2026-11-24T02:00:00Z"),
      },
    }),
    pendingRecord(windowOf("2026-11-23T00:00:00.5Z", "2026-11-23T12:00:00Z"), {
      splitFrom: full.runId,
    }),
  ];
  for (const record of records) {
    const file = recordPath("contacts", record.window);
    expect(readRecordFile(file, bytesOf(formatRecord(record)))).toEqual({
      ok: true,
      value: record,
    });
    expect(parseRecordText(formatRecordLine(record))).toEqual({ ok: true, value: record });
    expect(formatRecordLine(record).indexOf("\n")).toBe(formatRecordLine(record).length - 1);
  }
});

test("refuses to write a record that it could not read back", () => {
  const unbalanced = succeededRecord(window, { itemCounts: { ...noCounts, fetched: 1 } });
  expect(() => formatRecord(unbalanced)).toThrow("a record that is written can be read");
});

test("names what is wrong with a damaged file", () => {
  const edit = (from: string | RegExp, to: string): string => {
    const edited = good.replace(from, to);
    expect(edited).not.toBe(good);
    return reasonOf(edited);
  };
  expect({
    marker: edit(/^ {2}"status".*$/m, '<<<<<<< HEAD\n  "status": "failed",\n=======\n>>>>>>> x'),
    truncated: reasonOf(good.slice(0, 400)),
    empty: reasonOf(""),
    list: reasonOf("[]\n"),
    bom: reasonOf(`\uFEFF${good}`),
    large: reasonOf(good + " ".repeat(256 * 1024)),
    repeated: edit('"attempt": 1,', '"attempt": 1,\n  "att\\u0065mpt": 2,'),
    proto: edit('"attempt": 1,', '"attempt": 1,\n  "__proto__": {},'),
    deep: reasonOf("[".repeat(100_000) + "]".repeat(100_000)),
    unknownKey: edit('"attempt": 1,', '"attempt": 1,\n  "extra": 2,'),
    missingKey: edit(/ {2}"reason".*\n/, ""),
    status: edit('"succeeded"', '"done"'),
    higher: edit('"schema": 1', '"schema": 2'),
    noSchema: edit('"schema": 1', '"schema": "1"'),
    negative: edit('"fetched": 3', '"fetched": -3'),
    fraction: edit('"fetched": 3', '"fetched": 3.5'),
    counts: edit('"fetched": 3', '"fetched": 4'),
    written: edit('"inserted": 3', '"inserted": 2'),
    instant: edit('"window_start": "2026-11-23T00:00:00Z"', '"window_start": "2026-11-23"'),
    offset: edit(
      '"window_end": "2026-11-24T00:00:00Z"',
      '"window_end": "2026-11-24T01:00:00+01:00"',
    ),
    window: edit('"window_end": "2026-11-24T00:00:00Z"', '"window_end": "2026-11-25T00:00:00Z"'),
    reversed: edit('"window_end": "2026-11-24T00:00:00Z"', '"window_end": "2026-11-22T00:00:00Z"'),
    path: reasonOf(good, recordPath("contacts", dayOf("2026-11-22"))),
    otherSync: reasonOf(good, recordPath("orders", window)),
    claim: edit(
      '"claim": null',
      '"claim": {"holder": "local:1", "epoch": 1, "lease_until": "2026-11-24T00:00:00Z"}',
    ),
    error: edit(
      '"error": null',
      '"error": {"code": "auth", "message": "", "most_common": null, "retryable": false}',
    ),
    unfinished: edit(/"finished_at": "[^"]*"/, '"finished_at": null'),
    attempt: edit('"attempt": 1', '"attempt": 0'),
    digest: edit(someMapping, "sha256:abc"),
    receipt: edit("sum256:0", "sum256:G"),
    staged: edit('"staged": null', '"staged": {}'),
    waived: edit('"waived": null', '"waived": {"at": "2026-11-24T00:00:00Z", "reason": "x"}'),
  }).toEqual({
    attempt: "attempt: expected at least 1 for succeeded, found 0",
    bom: "expected plain UTF-8, found a byte order mark; remove it",
    claim: "claim: expected null with status succeeded, found a value",
    counts:
      "item_counts: expected balanced counts (L9), found fetched 4 is not processed + failed + skipped + out_of_window + duplicate = 3; restore the file from git",
    deep: "expected at most 16 levels, found more",
    digest: 'mapping_digest: expected sha256: and 64 lower-case hex digits, found "sha256:abc"',
    empty: "expected JSON, found text that is none; restore the file from git",
    error: "error: expected null with status succeeded, found a value",
    fraction: "item_counts.fetched: expected a whole number from 0, found 3.5",
    higher: "schema: expected at most 1, found 2; update Tidemark to read this file",
    instant:
      'window_start: expected a UTC instant such as 2026-11-23T00:00:00Z, found "2026-11-23"',
    large: "expected at most 256 KiB (L12), found 263628 bytes",
    list: "expected a JSON object, found something else; restore the file from git",
    marker: "expected JSON, found conflict markers of git; keep one side and commit it",
    missingKey: "reason: expected a value, found none",
    negative: "item_counts.fetched: expected a whole number from 0, found -3",
    noSchema: 'schema: expected a version from 1 to 1, found "1"',
    offset:
      'window_end: expected a UTC instant such as 2026-11-23T00:00:00Z, found "2026-11-24T01:00:00+01:00"',
    otherSync:
      "run_id: expected the one of its path, found contacts/20261123T000000Z--20261124T000000Z; move the file back or restore it",
    path: "run_id: expected the one of its path, found contacts/20261123T000000Z--20261124T000000Z; move the file back or restore it",
    proto: "expected keys of the schema, found __proto__",
    receipt:
      'receipt.digest: expected sum256: and 64 lower-case hex digits, found "sum256:G000000000000000000000000000000000000000000000000000000000000003"',
    repeated: 'expected each key once, found "attempt" repeated',
    reversed: "window_end: expected an instant after window_start, found one that is not",
    staged: "staged: expected null, found Object",
    status: 'status: expected ("pending" | "running" | "succeeded" | "failed"), found "done"',
    truncated: "expected JSON, found text that is none; restore the file from git",
    unfinished: "finished_at: expected a value with status succeeded, found null",
    unknownKey: "extra: expected only keys of the schema, found this one",
    waived: "waived: expected only with status failed (L8), found succeeded",
    window:
      "run_id: expected the one of its window, found contacts/20261123T000000Z--20261124T000000Z",
    written:
      "item_counts: expected balanced counts (L9), found processed 3 is not inserted + updated + unchanged + older + deleted = 2; restore the file from git",
  });
});

test("names bytes that are not UTF-8", () => {
  const bytes = bytesOf(good);
  bytes[20] = 0xff;
  expect(readRecordFile(path, bytes)).toEqual({
    ok: false,
    reason: "expected UTF-8, found other bytes; restore the file from git",
  });
});

test("refuses attempts that go down or beyond the record's own (L8)", () => {
  const text = (history: ReturnType<typeof endedAttempt>[], attempt: number): string => {
    const record = succeededRecord(window, { attempt, history });
    const reading = parseRecordText(formatRecordLine(record));
    return reading.ok ? "no problem" : reading.reason;
  };
  expect([
    text([endedAttempt({ attempt: 2 }), endedAttempt({ attempt: 1 })], 3),
    text([endedAttempt({ attempt: 2 })], 2),
    text([endedAttempt({ attempt: 1 })], 2),
  ]).toEqual([
    "history.1.attempt: expected 2 to 2 (L8), found 1",
    "history.0.attempt: expected 0 to 1 (L8), found 2",
    "no problem",
  ]);
});

test("refuses a running record whose epoch is not its attempt (L7)", () => {
  const text = formatRecord(runningRecord(window)).replace('"epoch": 1', '"epoch": 2');
  expect(reasonOf(text)).toBe("claim.epoch: expected the attempt 1 (L7), found 2");
});
