// What happened between two tips: every edge of the states passes, and whatever was taken away or rewritten is found.

import { expect, test } from "vitest";

import { auditAgainst } from "../../../src/core/record/audit-base.ts";
import type { AuditedSync, Finding } from "../../../src/core/record/audited-sync.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import { endedAttempts } from "../../../src/core/record/history.ts";
import { runIdOf } from "../../../src/core/record/run-id.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import { noRequests } from "../../../src/core/record/run-record.ts";
import {
  claim,
  expire,
  release,
  settle,
  split,
  start,
  waive,
} from "../../../src/core/record/transitions.ts";
import { plusMicros } from "../../../src/core/time/instant.ts";
import { at, windowOf } from "../../support/builders.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  orderOf,
  pendingRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { claiming, identity, measuredOf, now, success } from "../../support/record-of.ts";

function syncOf(records: readonly RunRecord[], overrides: Partial<AuditedSync> = {}): AuditedSync {
  return {
    path: "ledger/contacts",
    records,
    folded: [],
    fold: emptyFold,
    orders: [],
    unread: [],
    ...overrides,
  };
}

function textOf(record: RunRecord): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

function between(before: readonly RunRecord[], after: readonly RunRecord[]): readonly Finding[] {
  return auditAgainst(syncOf(before), syncOf(after), textOf);
}

const day = dayOf("2026-11-22");
const path = "ledger/contacts/2026/11/20261122T000000Z--20261123T000000Z.json";
const runId = runIdOf("contacts", day);

function rerunOf(record: RunRecord) {
  const claimed = claim(record, claiming({ window: day, reason: "rerun" }));
  return start(claimed, now, plusMicros(now, 60_000_000));
}

test("nothing changed, new windows, and orders that come and go give no finding", () => {
  const before = succeededRecord(day);
  const more = succeededRecord(dayOf("2026-11-23"));
  expect(between([before], [before, more])).toEqual([]);
  const withOrder = syncOf([before], { orders: [orderOf()] });
  expect(auditAgainst(withOrder, syncOf([before]), textOf)).toEqual([]);
  expect(auditAgainst(syncOf([before]), withOrder, textOf)).toEqual([]);
});

test("a rerun, its release and its outcome keep what was before (L8)", () => {
  const before = succeededRecord(day);
  const running = rerunOf(before);
  const released = release(running, { requests: noRequests, now, code: undefined });
  const again = settle(running, measuredOf(9), success, now);
  expect(between([before], [running])).toEqual([]);
  expect(between([before], [released])).toEqual([]);
  expect(between([before], [again])).toEqual([]);
  expect(between([running], [again])).toEqual([]);
});

test("a window may be folded, split, waived, expired and unexpired (L8)", () => {
  const succeeded = succeededRecord(day);
  expect(auditAgainst(syncOf([succeeded]), syncOf([], { folded: [succeeded] }), textOf)).toEqual(
    [],
  );
  const failed = failedRecord(day);
  const halves = [
    windowOf("2026-11-22", "2026-11-22T12:00:00Z"),
    windowOf("2026-11-22T12:00:00Z", "2026-11-23"),
  ];
  expect(between([failed], split(failed, halves, now))).toEqual([]);
  expect(between([failed], [waive(failed, "gone", now)])).toEqual([]);
  const pending = pendingRecord(day);
  expect(between([pending], [expire("contacts", day, identity, pending, now)])).toEqual([]);
  expect(between([expire("contacts", day, identity, undefined, now)], [])).toEqual([]);
});

test("a running or waived window may have failed and been split since (L8)", () => {
  const failed = failedRecord(day);
  const parts = split(
    failed,
    [
      windowOf("2026-11-22", "2026-11-22T12:00:00Z"),
      windowOf("2026-11-22T12:00:00Z", "2026-11-23"),
    ],
    now,
  );
  const running = claim(failed, claiming({ window: day, reason: "retry" }));
  expect([between([running], parts), between([waive(failed, "gone", now)], parts)]).toEqual([
    [],
    [],
  ]);
});

test("the parts of a split window may have been split again (L8)", () => {
  const failed = failedRecord(day);
  const halves = [
    windowOf("2026-11-22", "2026-11-22T12:00:00Z"),
    windowOf("2026-11-22T12:00:00Z", "2026-11-23"),
  ];
  const quarters = split(failed, halves, now).flatMap((part) => {
    const { start: from, end } = part.window;
    const middle = plusMicros(from, (end - from) / 2);
    return split(
      part,
      [
        { start: from, end: middle },
        { start: middle, end },
      ],
      now,
    );
  });
  expect(between([failed], quarters)).toEqual([]);
});

test("finds a record of a covered window that is gone and not folded (L2)", () => {
  expect(between([succeededRecord(day)], [])).toEqual([
    {
      path,
      runId,
      law: "L2",
      message:
        "expected the record of a covered window or its folded line, found neither; restore the file from git",
    },
  ]);
});

test("finds a folded line that is gone (L2)", () => {
  const base = syncOf([], { folded: [succeededRecord(day)] });
  expect(auditAgainst(base, syncOf([]), textOf).map(({ law }) => law)).toEqual(["L2"]);
});

test("finds a success that neither status nor history remembers (L2)", () => {
  const before = succeededRecord(day);
  const after = failedRecord(day, { attempt: 2, history: [endedAttempt({ attempt: 1 })] });
  expect(between([before], [after])).toEqual([
    {
      path,
      runId,
      law: "L2",
      message:
        "expected the success to stay in status or history, found failed without it; restore the file from git",
    },
  ]);
});

test("finds a failed record that is gone without parts in its place (L8)", () => {
  expect(between([failedRecord(day)], [])).toEqual([
    {
      path,
      runId,
      law: "L8",
      message:
        "expected the failed record or the parts it was split into, found neither; restore the file from git",
    },
  ]);
});

test("finds a covered window that was split (L2)", () => {
  const before = failedRecord(day, {
    attempt: 2,
    history: [endedAttempt({ attempt: 1, status: "succeeded" })],
  });
  const parts = [
    pendingRecord(windowOf("2026-11-22", "2026-11-22T12:00:00Z"), { attempt: 2, splitFrom: runId }),
    pendingRecord(windowOf("2026-11-22T12:00:00Z", "2026-11-23"), { attempt: 2, splitFrom: runId }),
  ];
  expect(between([before], parts).map(({ law }) => law)).toEqual(["L2"]);
});

test("finds an attempt number that went down (L8)", () => {
  const before = failedRecord(day, { attempt: 3 });
  expect(between([before], [failedRecord(day, { attempt: 2 })])).toEqual([
    {
      path,
      runId,
      law: "L8",
      message: "attempt: expected at least 3, found 2; restore the file from git",
    },
  ]);
});

test("finds a final outcome that was edited without a new attempt (L8)", () => {
  const message = (status: string): string =>
    `expected the ${status} outcome of attempt 1 unchanged, found it edited; restore the file and run tidemark rerun ${runId} instead`;
  expect(between([failedRecord(day)], [succeededRecord(day)])).toEqual([
    { path, runId, law: "L8", message: message("failed") },
  ]);
  expect(between([succeededRecord(day)], [succeededRecord(day, { records: 4 })])).toEqual([
    { path, runId, law: "L8", message: message("succeeded") },
  ]);
});

test("finds a waiver that was taken back or changed without a new attempt (L8)", () => {
  const failed = failedRecord(day);
  const waived = waive(failed, "gone", now);
  expect(between([waived], [failed]).map(({ law }) => law)).toEqual(["L8"]);
  expect(between([waived], [waive(failed, "other", now)]).map(({ law }) => law)).toEqual(["L8"]);
});

test("finds a waiver that changes more than the waiver (L8)", () => {
  const failed = failedRecord(day);
  const edited = { ...waive(failed, "gone", now), failures: 0 };
  expect(between([failed], [edited]).map(({ law }) => law)).toEqual(["L8"]);
});

test("finds ended attempts that history has forgotten (L8)", () => {
  const before = failedRecord(day, {
    attempt: 3,
    history: [endedAttempt({ attempt: 1 }), endedAttempt({ attempt: 2 })],
  });
  const after = failedRecord(day, { attempt: 4, history: [endedAttempt({ attempt: 3 })] });
  expect(between([before], [after])).toEqual([
    {
      path,
      runId,
      law: "L8",
      message: "history: expected 3 ended attempts or more, found 1; restore the file from git",
    },
  ]);
});

test("attempts beyond the last 20 are summed up, not forgotten (L8)", () => {
  const before = failedRecord(day, { attempt: 2, history: [endedAttempt({ attempt: 1 })] });
  const after = failedRecord(day, {
    attempt: 3,
    history: endedAttempts(before).history.slice(1),
    historyFolded: { attempts: 1, requests: 1, lastAt: undefined },
  });
  expect(between([before], [after])).toEqual([]);
});

test("finds an ended attempt that was edited in history (L8)", () => {
  const before = failedRecord(day, { attempt: 2, history: [endedAttempt({ attempt: 1 })] });
  const after = failedRecord(day, {
    attempt: 3,
    history: [
      endedAttempt({ attempt: 1, finishedAt: at("2026-11-24T02:00:00Z") }),
      ...endedAttempts(before).history.slice(1),
    ],
  });
  const message = (attempt: number): string =>
    `history: expected the ended attempt ${attempt} unchanged, found it edited; restore the file from git`;
  expect(between([before], [after])).toEqual([{ path, runId, law: "L8", message: message(1) }]);
  const other = { ...after, history: [...before.history, endedAttempt({ attempt: 2 })] };
  expect(between([before], [other])).toEqual([{ path, runId, law: "L8", message: message(2) }]);
});

test("says nothing of a record whose file cannot be read now, which is a finding already", () => {
  const unread: Finding = { path, runId, law: "L11", message: "expected JSON" };
  const tip = syncOf([], { unread: [unread] });
  expect(auditAgainst(syncOf([succeededRecord(day)]), tip, textOf)).toEqual([]);
});
