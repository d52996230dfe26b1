// What a new attempt keeps of the ones before it.

import { expect, test } from "vitest";

import { endedAttempts, noHistory, remember } from "../../../src/core/record/history.ts";
import { noRequests, type RunRecord } from "../../../src/core/record/run-record.ts";
import { type Instant, plusMicros } from "../../../src/core/time/instant.ts";
import { at } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";

const first = at("2026-11-24");
const sentAt = (attempt: number): Instant => plusMicros(first, attempt * 60_000_000);

/** Entry number `attempt`, which sent two requests. */
function entry(attempt: number, status: "failed" | "succeeded" | "released" = "failed") {
  return endedAttempt({ attempt, status, requests: { sent: 2, lastAt: sentAt(attempt) } });
}

function afterAttempts(count: number, succeeded: readonly number[] = []): RunRecord {
  let record: RunRecord = pendingRecord(day(1));
  for (let attempt = 1; attempt <= count; attempt += 1) {
    const status = succeeded.includes(attempt) ? "succeeded" : "failed";
    record = { ...record, ...remember(record, entry(attempt, status)) };
  }
  return record;
}

test("twenty ended attempts are kept one by one (L8)", () => {
  const { history, historyFolded } = afterAttempts(20);
  expect([history.map(({ attempt }) => attempt), historyFolded]).toEqual([
    Array.from({ length: 20 }, (_, index) => index + 1),
    undefined,
  ]);
});

test("beyond twenty the oldest are summed up with their requests (L8)", () => {
  const { history, historyFolded } = afterAttempts(23);
  expect([history.map(({ attempt }) => attempt), historyFolded]).toEqual([
    Array.from({ length: 20 }, (_, index) => index + 4),
    { attempts: 3, requests: 6, lastAt: sentAt(3) },
  ]);
});

test("the last success is never summed up, an older one is (L2)", () => {
  const { history, historyFolded } = afterAttempts(40, [2, 5]);
  expect([
    history[0]?.attempt,
    history[0]?.status,
    history.length,
    historyFolded?.attempts,
  ]).toEqual([5, "succeeded", 20, 20]);
  expect(history.slice(1).map(({ attempt }) => attempt)).toEqual(
    Array.from({ length: 19 }, (_, index) => index + 22),
  );
});

test("the sum keeps the latest of its last answers, and none when nothing was sent", () => {
  const record = afterAttempts(20);
  const silent = endedAttempt({ requests: { sent: 0, lastAt: undefined } });
  const quiet = { ...record, history: Array.from({ length: 20 }, () => silent) };
  const late = { ...record, historyFolded: { attempts: 9, requests: 9, lastAt: sentAt(50) } };
  expect([quiet, late].map((past) => remember(past, entry(21)).historyFolded)).toEqual([
    { attempts: 1, requests: 0, lastAt: undefined },
    { attempts: 10, requests: 11, lastAt: sentAt(50) },
  ]);
});

test("a final outcome joins the history with what it counted, requests and code (L8)", () => {
  const failed = failedRecord(day(1), {
    attempt: 3,
    itemCounts: {
      ...pendingRecord(day(1)).itemCounts,
      fetched: 9,
      processed: 7,
      failed: 2,
      inserted: 7,
    },
    requests: { ...noRequests, sent: 4, retried: 1, lastAt: sentAt(1) },
    history: [entry(2)],
  });
  expect(endedAttempts(failed)).toEqual({
    history: [
      entry(2),
      {
        attempt: 3,
        status: "failed",
        startedAt: failed.startedAt,
        finishedAt: failed.finishedAt,
        code: "timeout",
        itemCounts: { fetched: 9, processed: 7, failed: 2 },
        requests: { sent: 4, lastAt: sentAt(1) },
        receipt: undefined,
        mappingDigest: undefined,
      },
    ],
    historyFolded: undefined,
  });
});

test("a success keeps its receipt and mapping in the history (L8)", () => {
  const success = succeededRecord(day(1), { records: 7 });
  const [kept] = endedAttempts(success).history;
  expect([kept?.status, kept?.code, kept?.receipt, kept?.mappingDigest]).toEqual([
    "succeeded",
    undefined,
    success.receipt,
    success.mappingDigest,
  ]);
});

test("what has not ended adds nothing", () => {
  const past = {
    history: [entry(1)],
    historyFolded: { attempts: 2, requests: 3, lastAt: undefined },
  };
  const open = [pendingRecord(day(1), past), runningRecord(day(1), past), pendingRecord(day(1))];
  expect(open.map(endedAttempts)).toEqual([past, past, noHistory]);
});
