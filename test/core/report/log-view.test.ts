// The life of windows as text and as JSON, compared whole.

import { expect, test } from "vitest";

import { runIdOf } from "../../../src/core/record/run-id.ts";
import { waive } from "../../../src/core/record/transitions.ts";
import {
  type LoggedCommit,
  logJson,
  logText,
  type LogView,
} from "../../../src/core/report/log-view.ts";
import { at } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";

const runId = runIdOf("contacts", day(1));
const commits: readonly LoggedCommit[] = [
  {
    id: "0123456789abcdef",
    at: at("2026-11-02T00:01:00Z"),
    author: "Tidemark",
    subject: "ledger(contacts): settle 2026-11-01 succeeded, 3 records",
    holder: "local:0a1b2c3d",
    runIds: [runId],
  },
  {
    id: "fedcba9876543210",
    at: at("2026-11-02T00:00:00Z"),
    author: "Ada",
    subject: "edit by hand",
    holder: undefined,
    runIds: [],
  },
];

function windowLog(record: Extract<LogView[number], { kind: "window" }>["record"]): LogView {
  return [{ kind: "window", runId, record, isFolded: false, commits: [] }];
}

const rerun = succeededRecord(day(1), {
  attempt: 23,
  reason: "rerun",
  startedAt: at("2026-11-03T00:00:00Z"),
  finishedAt: at("2026-11-03T00:00:30Z"),
  splitFrom: runIdOf("contacts", { start: day(1).start, end: day(2).end }),
  runUrl: "https://github.com/o/r/actions/runs/1/attempts/1",
  history: [
    endedAttempt({ attempt: 21, itemCounts: { fetched: 4, processed: 2, failed: 0 } }),
    endedAttempt({ attempt: 22, status: "released", code: undefined, startedAt: undefined }),
  ],
  historyFolded: { attempts: 20, requests: 41, lastAt: undefined },
});

test("a window tells its attempts with their outcome, then its commits", () => {
  const view: LogView = [{ kind: "window", runId, record: rerun, isFolded: true, commits }];
  expect(logText(view).split("\n")).toEqual([
    "contacts/20261101T000000Z--20261102T000000Z: succeeded, folded, planned as rerun",
    "  split from contacts/20261101T000000Z--20261103T000000Z",
    "  20 earlier attempts, 41 requests",
    "  attempt 21 failed (timeout) 2026-11-24T01:05:00Z after 5 min, 2 records, 1 request",
    "  attempt 22 released 2026-11-24T01:05:00Z, 0 records, 1 request",
    "  attempt 23 succeeded 2026-11-03T00:00:30Z after 30 s, 3 records, 2 requests",
    "  run https://github.com/o/r/actions/runs/1/attempts/1",
    "  0123456789 2026-11-02T00:01:00Z ledger(contacts): settle 2026-11-01 succeeded, 3 records (Tidemark, local:0a1b2c3d)",
    "  fedcba9876 2026-11-02T00:00:00Z edit by hand (Ada)",
    "",
  ]);
  expect(logJson(view)).toEqual({
    version: 1,
    entries: [
      {
        run_id: runId,
        status: "succeeded",
        reason: "rerun",
        folded: true,
        split_from: "contacts/20261101T000000Z--20261103T000000Z",
        waived: null,
        run_url: "https://github.com/o/r/actions/runs/1/attempts/1",
        attempts: [
          {
            attempt: 21,
            status: "failed",
            started_at: "2026-11-24T01:00:00Z",
            finished_at: "2026-11-24T01:05:00Z",
            code: "timeout",
            holder: null,
            processed: 2,
            requests: 1,
          },
          {
            attempt: 22,
            status: "released",
            started_at: null,
            finished_at: "2026-11-24T01:05:00Z",
            code: null,
            holder: null,
            processed: 0,
            requests: 1,
          },
          {
            attempt: 23,
            status: "succeeded",
            started_at: "2026-11-03T00:00:00Z",
            finished_at: "2026-11-03T00:00:30Z",
            code: null,
            holder: null,
            processed: 3,
            requests: 2,
          },
        ],
        earlier_attempts: 20,
        commits: [
          {
            commit: "0123456789abcdef",
            at: "2026-11-02T00:01:00Z",
            author: "Tidemark",
            subject: "ledger(contacts): settle 2026-11-01 succeeded, 3 records",
            holder: "local:0a1b2c3d",
            run_ids: [runId],
          },
          {
            commit: "fedcba9876543210",
            at: "2026-11-02T00:00:00Z",
            author: "Ada",
            subject: "edit by hand",
            holder: null,
            run_ids: [],
          },
        ],
      },
    ],
  });
});

test("a running window names its holder and its lease", () => {
  const running = runningRecord(day(1), { startedAt: at("2026-11-02T00:05:00Z") });
  expect(logText(windowLog(running)).split("\n")).toEqual([
    "contacts/20261101T000000Z--20261102T000000Z: running, planned as due",
    "  attempt 1 running since 2026-11-02T00:05:00Z by local:0a1b2c3d, lease until 2026-11-02T00:00:00Z",
    "  no commits",
    "",
  ]);
  const claimed = runningRecord(day(1), { startedAt: undefined });
  expect(logText(windowLog(claimed)).split("\n")[1]).toBe(
    "  attempt 1 claimed by local:0a1b2c3d, lease until 2026-11-02T00:00:00Z",
  );
});

test("a failed window says why, and who gave it up", () => {
  const waived = waive(failedRecord(day(1)), "the vendor lost it", at("2026-11-05T00:00:00Z"));
  expect(logText(windowLog(waived)).split("\n")).toEqual([
    "contacts/20261101T000000Z--20261102T000000Z: failed, planned as due",
    "  attempt 1 failed (timeout) 2026-11-02T00:00:00Z after 0 s, 0 records, 0 requests",
    "    crm: expected an answer within 60 s, found none; try again later",
    "  waived 2026-11-05T00:00:00Z: the vendor lost it",
    "  no commits",
    "",
  ]);
});

test("a pending window names the attempt it waits for, and one that is gone its commits", () => {
  const [, waits] = logText(windowLog(pendingRecord(day(1), { attempt: 2 }))).split("\n");
  expect(waits).toBe("  waits for attempt 3");
  const gone: LogView = [{ kind: "window", runId, record: undefined, isFolded: false, commits }];
  expect(logText(gone).split("\n").slice(0, 2)).toEqual([
    "contacts/20261101T000000Z--20261102T000000Z: no record now; its commits tell what became of it",
    "  0123456789 2026-11-02T00:01:00Z ledger(contacts): settle 2026-11-01 succeeded, 3 records (Tidemark, local:0a1b2c3d)",
  ]);
});

test("a sync shows its last commits", () => {
  const view: LogView = [{ kind: "sync", sync: "contacts", commits }];
  expect(logText(view).split("\n")).toEqual([
    "contacts",
    "  0123456789 2026-11-02T00:01:00Z ledger(contacts): settle 2026-11-01 succeeded, 3 records (Tidemark, local:0a1b2c3d)",
    "  fedcba9876 2026-11-02T00:00:00Z edit by hand (Ada)",
    "",
  ]);
  expect(logJson([{ kind: "sync", sync: "contacts", commits: [] }])).toEqual({
    version: 1,
    entries: [{ sync: "contacts", commits: [] }],
  });
});
