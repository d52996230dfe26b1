// Runs as the action tells them: a quiet day, a day on which everything went wrong, and one on which nothing was due.

import { waive } from "../../src/core/record/transitions.ts";
import type { ActionResult, PagePlace, StepVerdict } from "../../src/core/report/action-result.ts";
import type { RunReport } from "../../src/core/report/run-report.ts";
import type { StatusView, SyncEntry } from "../../src/core/report/status-view.ts";
import { syncStatus } from "../../src/core/report/sync-status.ts";
import type { Instant } from "../../src/core/time/instant.ts";
import { at, syncOf } from "./builders.ts";
import { failedRecord, orderOf, succeededRecord } from "./record-builders.ts";
import { day, stateOf } from "./record-of.ts";
import { everyStatus } from "./status-of.ts";

export const somePlace: PagePlace = {
  version: "0.1.0",
  mode: "run",
  runUrl: "https://github.test/octo/crm-sync/actions/runs/77/attempts/1",
  repositoryUrl: "https://github.test/octo/crm-sync",
};

/** How a step ends in which something failed. */
export const redStep: StepVerdict = { isRed: true, gapsFail: false };

/** Everything that a page must not take at its word. */
export const hostileText =
  "a|b `c` <img src=x onerror=y> @octocat fixes #1 ![x](https://evil.test/x)\n::error::no\n## no | --- |";

/** The same as it may stand on a page. */
export const hostileShown =
  "a\\|b \\`c\\` &#60;img src=x onerror=y&#62; @&#8203;octocat fixes \\#&#8203;1 !\\[x\\](https:&#8203;//evil.test/x) ::error::no \\#&#8203;\\#&#8203; no \\| --- \\|";

/** A report in which nothing happened; tests name what did. */
export function reportOf(overrides: Partial<RunReport> = {}): RunReport {
  return {
    status: "nothing_due",
    windowsSucceeded: 0,
    windowsFailed: 0,
    windowsRemaining: 0,
    windowsParked: 0,
    recordsFetched: 0,
    recordsProcessed: 0,
    recordsFailed: 0,
    gaps: [],
    ledgerCommit: undefined,
    faults: [],
    notes: [],
    settled: [],
    standings: viewOf([]),
    budget: { usedMs: 2000, totalMs: 1_200_000 },
    ...overrides,
  };
}

/** The result of a run with this report. */
export function runResult(
  report: Partial<RunReport> = {},
  more: Partial<Extract<ActionResult, { kind: "run" }>> = {},
): Extract<ActionResult, { kind: "run" }> {
  const plain = { kind: "run" as const, ordered: [], published: { kind: "none" as const } };
  return { ...plain, report: reportOf(report), ...more };
}

export function viewOf(syncs: readonly SyncEntry[], nowText = "2026-11-25T12:00:00Z"): StatusView {
  return {
    now: at(nowText),
    commit: "0123456789abcdef0123456789abcdef01234567",
    syncs,
    retired: [],
  };
}

/** A sound sync as it stands at an instant. */
export function soundEntry(state: ReturnType<typeof stateOf>, now: Instant): SyncEntry {
  return { kind: "sound", status: syncStatus(state, now), heldUntil: undefined };
}

const noon = at("2026-11-25T12:00:00Z");

function twoMinutes(nth: number): ReturnType<typeof succeededRecord> {
  const window = day(nth);
  const startedAt = at(`2026-11-${String(nth + 1).padStart(2, "0")}T02:17:00Z`);
  const finishedAt = at(`2026-11-${String(nth + 1).padStart(2, "0")}T02:19:00Z`);
  return succeededRecord(window, { startedAt, finishedAt, records: 1200 + nth });
}

/** One window was due and succeeded; the 24 days are covered. */
export function quietDay(): ActionResult {
  const records = Array.from({ length: 24 }, (_, index) => twoMinutes(index + 1));
  return runResult({
    status: "ok",
    windowsSucceeded: 1,
    recordsFetched: 1224,
    recordsProcessed: 1224,
    ledgerCommit: "89abcdef0123456789abcdef0123456789abcdef",
    settled: records.slice(-1),
    standings: viewOf([soundEntry(stateOf({ records }), noon)]),
    budget: { usedMs: 125_000, totalMs: 1_200_000 },
  });
}

/** Every state there is, a stopped sync, hostile texts, a pull request that GitHub refused. */
export function badDay(): ActionResult {
  const view = everyStatus();
  const gaps = view.syncs.flatMap((entry) => (entry.kind === "sound" ? entry.status.gaps : []));
  const failed = failedRecord(day(8), {
    attempt: 2,
    failures: 2,
    runUrl: somePlace.runUrl,
    error: {
      code: "source_rejected",
      message: hostileText,
      mostCommon: { status: 400, count: 3 },
      retryable: true,
      resumeAfter: at("2026-11-16T13:00:00Z"),
    },
  });
  const partly = succeededRecord(day(13), {
    records: 40,
    failedItems: [{ key: hostileText, stage: "upsert", code: "not_null", message: hostileText }],
    failedItemsOmitted: 2,
    warnings: [{ code: "late", count: 3, message: "3 records came later than window.delay" }],
  });
  const shopFailed = failedRecord(day(14), { syncId: "orders", attempt: 1 });
  const syncs = view.syncs.map((entry) =>
    entry.kind === "sound"
      ? {
          ...entry,
          status: {
            ...entry.status,
            failures: entry.status.failures.map((one) => ({ ...one, record: failed })),
            waived: [waive(failedRecord(day(6)), hostileText, at("2026-11-15T09:00:00Z"))],
          },
        }
      : entry,
  );
  return runResult(
    {
      status: "failed",
      windowsSucceeded: 1,
      windowsFailed: 2,
      windowsRemaining: 9,
      windowsParked: 2,
      recordsFetched: 55,
      recordsProcessed: 40,
      recordsFailed: 3,
      gaps,
      ledgerCommit: "89abcdef0123456789abcdef0123456789abcdef",
      faults: [
        "contacts/20261107T000000Z--20261108T000000Z is parked; remedy: tidemark rerun",
        `deals is stopped: ${hostileText}`,
        "source crm is closed for this run: crm: expected 200, found 401; renew the secret",
      ],
      notes: [`shop is in use by ${hostileText}`],
      settled: [failed, partly, shopFailed],
      standings: { ...view, syncs },
      budget: { usedMs: 1_190_000, totalMs: 1_200_000 },
    },
    {
      ordered: [
        {
          sync: "contacts",
          order: orderOf({ reason: hostileText }),
          windows: [day(1), day(2)],
          isDone: false,
          beyondRetention: [],
        },
      ],
      published: {
        kind: "refused",
        url: "https://github.test/octo/crm-sync/compare/main...tidemark/publish?expand=1",
        warning: "GitHub refused the pull request: allow Actions to create pull requests",
      },
    },
  );
}

/** The first run, before the first window may be read, and a sync that takes too long. */
export function emptyDay(): ActionResult {
  const state = stateOf({ window: { start: at("2026-11-25") } });
  return runResult({
    standings: viewOf([soundEntry(state, noon)]),
    notes: ["the configuration has changed since this run was started; nothing is claimed"],
  });
}

/** A sync whose typical run takes half of the hour between two of them. */
export function hastySync(): SyncEntry {
  const records = [4, 5].map((nth) =>
    succeededRecord(day(nth), {
      startedAt: at("2026-11-25T02:00:00Z"),
      finishedAt: at("2026-11-25T02:30:00Z"),
    }),
  );
  const every = { months: 0, days: 0, micros: 3_600_000_000 };
  const state = stateOf({
    records,
    sync: syncOf({ name: "tickets", id: "tickets" }),
    window: { start: at("2026-11-04") },
    run: { every },
  });
  return soundEntry(state, noon);
}
