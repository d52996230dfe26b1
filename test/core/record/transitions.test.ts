// The state machine of a window: every cell of the transition table, and what each edge writes.

import { describe, expect, test } from "vitest";

import { InvariantError } from "../../../src/core/failure/errors.ts";
import { mayRetry } from "../../../src/core/plan/standing.ts";
import { noRequests, type RunRecord } from "../../../src/core/record/run-record.ts";
import {
  claim,
  expire,
  isExpiredUntouched,
  lose,
  nothingMeasured,
  release,
  settle,
  split,
  start,
  waive,
} from "../../../src/core/record/transitions.ts";
import { at, syncOf, windowOf } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import {
  claiming,
  countedFailure,
  day,
  identity,
  measuredOf,
  now,
  success,
} from "../../support/record-of.ts";
import {
  type Cell,
  type Event,
  type State,
  transitionTable,
} from "../../support/transition-table.ts";

const covered = [endedAttempt({ status: "succeeded" })];

const samples: Readonly<Record<State, RunRecord | undefined>> = {
  none: undefined,
  pending: pendingRecord(day(1), { attempt: 1 }),
  "pending, covered": pendingRecord(day(1), { attempt: 2, history: covered }),
  claimed: runningRecord(day(1), { startedAt: undefined }),
  running: runningRecord(day(1)),
  succeeded: succeededRecord(day(1)),
  failed: failedRecord(day(1)),
  "failed, covered": failedRecord(day(1), { attempt: 2, history: covered }),
  parked: failedRecord(day(1), { attempt: 5, failures: 5 }),
  waived: failedRecord(day(1), { waived: { at: now, reason: "gone" } }),
  expired: expire("contacts", day(1), identity, undefined, now),
};

// The types refuse most of these cells already; `never` hands every edge every record all the same.
const edges: Readonly<Record<Event, (record: RunRecord | undefined) => unknown>> = {
  claim: (record) => claim(record, claiming({ reason: "catch_up" })),
  retry: (record) => {
    if (record === undefined || !mayRetry(record, syncOf(), now)) throw new InvariantError("no");
    return claim(record, claiming({ reason: "retry" }));
  },
  rerun: (record) => claim(given(record), claiming({ reason: "rerun" })),
  order: (record) => claim(record, claiming({ reason: "backfill" })),
  start: (record) => start(given(record), now, now),
  "settle succeeded": (record) => settle(given(record), nothingMeasured, success, now),
  "settle failed": (record) => settle(given(record), nothingMeasured, countedFailure, now),
  release: (record) => release(given(record), { requests: noRequests, now, code: undefined }),
  lose: (record) => lose(given(record), noRequests, now),
  expire: (record) => expire("contacts", day(1), identity, record as never, now),
  unexpire: (record) => {
    if (record === undefined || !isExpiredUntouched(record)) throw new InvariantError("no");
    return undefined;
  },
  split: (record) => split(given(record), halves, now),
  waive: (record) => waive(given(record), "gone", now),
};

const halves = [
  windowOf("2026-11-01", "2026-11-01T12:00:00Z"),
  windowOf("2026-11-01T12:00:00Z", "2026-11-02"),
];

const cells = Object.entries(transitionTable).flatMap(([state, row]) =>
  Object.entries(row).map(([event, cell]) => [state as State, event as Event, cell] as const),
);

describe("edges between statuses", () => {
  test.for(cells)("%s, %s: %s", ([state, event, cell]) => {
    expect(outcomeOf(event, samples[state])).toBe(cell);
  });

  test("gives every claim an epoch that neither ledger nor destination has seen (L7)", () => {
    const first = claim(undefined, claiming());
    const behind = claim(failedRecord(day(1), { attempt: 3 }), {
      ...claiming({ reason: "retry" }),
      destinationEpoch: 7,
    });
    const ahead = claim(failedRecord(day(1), { attempt: 9 }), {
      ...claiming({ reason: "retry" }),
      destinationEpoch: 7,
    });
    expect([first, behind, ahead].map((record) => [record.attempt, record.claim.epoch])).toEqual([
      [1, 1],
      [8, 8],
      [10, 10],
    ]);
  });

  test("settles a running window only, so a holder that was declared lost cannot (L7)", () => {
    const lost = lose(runningRecord(day(1)), noRequests, now);
    expect(() => settle(lost as never, nothingMeasured, success, now)).toThrow(InvariantError);
  });

  test("keeps the outcome that a rerun replaces in history, with receipt and mapping (L8)", () => {
    const before = succeededRecord(day(1), { attempt: 4, records: 12, mappingDigest: "sha256:a" });
    const again = claim(before, claiming({ reason: "rerun" }));
    expect(again.history).toEqual([
      {
        attempt: 4,
        status: "succeeded",
        startedAt: before.startedAt,
        finishedAt: before.finishedAt,
        code: undefined,
        itemCounts: { fetched: 12, processed: 12, failed: 0 },
        requests: { sent: before.requests.sent, lastAt: before.requests.lastAt },
        receipt: before.receipt,
        mappingDigest: "sha256:a",
      },
    ]);
    expect([again.attempt, again.receipt.records, again.status]).toEqual([5, 0, "running"]);
  });

  test("keeps a failed outcome with its code when the window is retried (L8)", () => {
    const again = claim(failedRecord(day(1)), claiming({ reason: "retry" }));
    expect(again.history.map(({ attempt, status, code }) => ({ attempt, status, code }))).toEqual([
      { attempt: 1, status: "failed", code: "timeout" },
    ]);
  });

  test("counts counted failures only, and a success starts the count anew", () => {
    const uncounted = { ...countedFailure, counted: false };
    const running = runningRecord(day(1), { failures: 2 });
    const failures = [countedFailure, uncounted, success].map(
      (verdict) => settle(running, nothingMeasured, verdict, now).failures,
    );
    expect(failures).toEqual([3, 2, 0]);
  });

  test.for([
    ["retry", 4],
    ["rerun", 0],
    ["backfill", 0],
    ["reread", 0],
  ] as const)("claimed as %s, a window with four failures has %i", ([reason, failures]) => {
    const before = failedRecord(day(1), { failures: 4 });
    expect(claim(before, claiming({ reason })).failures).toBe(failures);
  });

  test("a release counts no failure and keeps the attempt number, the requests and the fault's code", () => {
    const running = runningRecord(day(1), { attempt: 3, failures: 2, reason: "retry" });
    const requests = { ...noRequests, sent: 6, lastAt: at("2026-11-24T00:01:00Z") };
    const pending = release(running, { requests, now, code: "auth" });
    expect(pending).toEqual({
      ...pendingRecord(day(1), { attempt: 3, failures: 2, reason: "retry" }),
      history: [
        {
          attempt: 3,
          status: "released",
          startedAt: running.startedAt,
          finishedAt: now,
          code: "auth",
          itemCounts: { fetched: 0, processed: 0, failed: 0 },
          requests: { sent: 6, lastAt: requests.lastAt },
          receipt: undefined,
          mappingDigest: undefined,
        },
      ],
    });
    expect(claim(pending, claiming()).attempt).toBe(4);
  });

  test("a lost attempt counts, and shows its estimated requests with a warning (P12)", () => {
    const estimated = { ...noRequests, sent: 22, lastAt: now };
    const { failures, error, requests, warnings } = lose(runningRecord(day(1)), estimated, now);
    expect({ failures, code: error.code, requests, warnings }).toEqual({
      failures: 1,
      code: "lost",
      requests: estimated,
      warnings: [
        {
          code: "requests_estimated",
          count: 22,
          message: "requests of the lost attempt are estimated from its pace and its peers",
        },
      ],
    });
  });

  test("starting a window sets its instant and renews the lease", () => {
    const claimed = runningRecord(day(1), { startedAt: undefined });
    const later = at("2026-11-25T01:00:00Z");
    expect(start(claimed, now, later)).toEqual({
      ...claimed,
      startedAt: now,
      claim: { ...claimed.claim, leaseUntil: later },
    });
  });

  test("settling writes what was measured, the verdict's warnings after the attempt's own", () => {
    const own = { code: "missing_watermark", count: 2, message: "two" };
    const odd = { code: "zero_accepted", count: 1, message: "none" };
    const measured = { ...measuredOf(5), warnings: [own] };
    const running = runningRecord(day(1));
    const { claim: _held, ...rest } = running;
    expect(settle(running, measured, { kind: "succeeded", warnings: [odd] }, now)).toEqual({
      ...rest,
      ...measured,
      warnings: [own, odd],
      status: "succeeded",
      failures: 0,
      finishedAt: now,
    });
  });

  test("an expired run of cells is one record without claim or attempt (S45)", () => {
    const window = windowOf("2026-10-01", "2026-10-20");
    const record = expire("contacts", window, identity, undefined, now);
    expect([
      record.runId,
      record.attempt,
      record.failures,
      record.startedAt,
      record.error.code,
    ]).toEqual(["contacts/20261001T000000Z--20261020T000000Z", 0, 0, undefined, "retention"]);
  });

  test("an expired pending window keeps its attempts and its coverage (L2)", () => {
    const pending = pendingRecord(day(1), { attempt: 2, history: covered });
    const expired = expire("contacts", day(1), identity, pending, now);
    expect([expired.attempt, expired.history, isExpiredUntouched(expired)]).toEqual([
      2,
      covered,
      false,
    ]);
  });

  test("a split passes on the attempt number, and the past to the first part only (L8)", () => {
    const parent = failedRecord(day(1), { attempt: 3, failures: 2, reason: "backfill" });
    const parts = split(parent, halves, now);
    expect(
      parts.map(({ window, attempt, failures, reason, splitFrom, history }) => ({
        window,
        attempt,
        failures,
        reason,
        splitFrom,
        past: history.map((entry) => entry.attempt),
      })),
    ).toEqual([
      {
        window: halves[0],
        attempt: 3,
        failures: 0,
        reason: "backfill",
        splitFrom: parent.runId,
        past: [3],
      },
      {
        window: halves[1],
        attempt: 3,
        failures: 0,
        reason: "backfill",
        splitFrom: parent.runId,
        past: [],
      },
    ]);
  });

  test.for([
    ["a gap", [windowOf("2026-11-01", "2026-11-01T11:00:00Z"), halves[1]!]],
    ["an overlap", [windowOf("2026-11-01", "2026-11-01T13:00:00Z"), halves[1]!]],
    ["an end before the parent's", [halves[0]!]],
    ["one part only", [day(1)]],
    ["an empty part", [windowOf("2026-11-01", "2026-11-01"), day(1)]],
    ["no part", []],
  ] as const)("a split with %s is refused (L1)", ([, parts]) => {
    expect(() => split(failedRecord(day(1)), parts, now)).toThrow(InvariantError);
  });

  test("a waiver changes nothing but the waiver (L8)", () => {
    const failed = failedRecord(day(1), { attempt: 5, failures: 5 });
    expect(waive(failed, "gone for good", now)).toEqual({
      ...failed,
      waived: { at: now, reason: "gone for good" },
    });
  });

  test("a rerun by id clears a waiver", () => {
    const waived = waive(failedRecord(day(1)), "gone", now);
    expect(claim(waived, claiming({ reason: "rerun" })).waived).toBeUndefined();
  });
});

function given(record: RunRecord | undefined): never {
  if (record === undefined) throw new InvariantError("there is no record");
  return record as never;
}

function outcomeOf(event: Event, record: RunRecord | undefined): Cell {
  try {
    return stateOf(edges[event](record));
  } catch (error) {
    if (error instanceof InvariantError) return "refused";
    throw error;
  }
}

// Parts of a split stand for their state if all have it.
function stateOf(result: unknown): State {
  if (result === undefined) return "none";
  if (Array.isArray(result)) {
    const states = new Set(result.map(stateOf));
    return states.size === 1 ? [...states][0]! : "none";
  }
  const record = result as RunRecord;
  const isCovered = record.history.some((entry) => entry.status === "succeeded");
  if (record.status === "pending") return isCovered ? "pending, covered" : "pending";
  if (record.status === "running") return record.startedAt === undefined ? "claimed" : "running";
  if (record.status === "succeeded") return "succeeded";
  if (record.waived !== undefined) return "waived";
  if (isExpiredUntouched(record)) return "expired";
  if (record.failures >= 5) return "parked";
  return isCovered ? "failed, covered" : "failed";
}
