// What a run claims next, by named situations. Days are those of November 2026, the run is at noon of the 25th.

import { describe, expect, test } from "vitest";

import type { PlannedWindow } from "../../../src/core/plan/open-windows.ts";
import { type PlanRequest, planWindows } from "../../../src/core/plan/plan.ts";
import { coverageOf, type SyncState, syncHorizon } from "../../../src/core/plan/sync-state.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import { elapsed } from "../../../src/core/time/duration.ts";
import { formatInstant, plusMicros } from "../../../src/core/time/instant.ts";
import { gaps } from "../../../src/core/window/coverage.ts";
import type { Window } from "../../../src/core/window/window.ts";
import { at, hours, windowOf } from "../../support/builders.ts";
import { runPurely } from "../../support/pure-run.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  orderOf,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { claimedOf, day, now, planRequest, stateOf } from "../../support/record-of.ts";

const dayMicros = 86_400_000_000;
const minute = 60_000_000;

/** Succeeded days of November. */
function covered(from: number, to: number): readonly RunRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => succeededRecord(day(from + index)));
}

/** The plan as text: the day that a window starts on (with hours if it is no midnight), lane and reason. */
function planned(
  states: readonly SyncState[],
  request: Partial<PlanRequest> = {},
): readonly string[] {
  return planWindows(planRequest(states, request)).windows.map(written);
}

function written({ syncId, window, lane, reason }: PlannedWindow): string {
  const sync = syncId === "contacts" ? "" : `${syncId} `;
  return `${sync}${short(window)} ${lane} ${reason}`;
}

function short(window: Window): string {
  return formatInstant(window.start).slice(5, 16).replace("T00:00", "").replace("T", " ");
}

describe("the plan", () => {
  test("holds the newest due window first, then the gap from its oldest day", () => {
    expect(planned([stateOf()])).toEqual([
      "11-24 newest due",
      "11-01 catch_up catch_up",
      "11-02 catch_up catch_up",
      "11-03 catch_up catch_up",
      "11-04 catch_up catch_up",
    ]);
  });

  test("catches up from the newest day where the configuration says so", () => {
    expect(planned([stateOf({ run: { catchUp: "newest" } })], { maxWindows: 3 })).toEqual([
      "11-24 newest due",
      "11-23 catch_up catch_up",
      "11-22 catch_up catch_up",
    ]);
  });

  test("holds a failed window in the middle and what is newly due, and nothing else (L2)", () => {
    const records = [...covered(1, 9), failedRecord(day(10)), ...covered(11, 23)];
    expect(planned([stateOf({ records })])).toEqual(["11-24 newest due", "11-10 retry retry"]);
  });

  test("is empty when all is covered", () => {
    const plan = planWindows(planRequest([stateOf({ records: covered(1, 24) })]));
    expect([plan.windows, plan.remaining]).toEqual([[], 0]);
  });

  test("is empty before the first window has ended and waited for its delay (T14)", () => {
    const asked = ["2026-11-01T10:00:00Z", "2026-11-02T00:04:59Z", "2026-11-02T00:05:00Z"];
    expect(asked.map((text) => planned([stateOf()], { now: at(text) }))).toEqual([
      [],
      [],
      ["11-01 newest due"],
    ]);
  });

  test("deals one retry, one catch-up and one ordered window a round, all syncs in turn", () => {
    const records = [failedRecord(day(2)), failedRecord(day(3)), ...covered(4, 20)];
    const orders = [orderOf({ from: at("2026-10-29") })];
    const first = stateOf({
      records,
      orders: [{ ...orders[0]!, to: at("2026-10-31") }],
      run: { maxWindows: 20 },
    });
    const second = stateOf({ sync: { id: "deals" }, window: { start: at("2026-11-23") } });
    expect(planned([first, second])).toEqual([
      "11-24 newest due",
      "deals 11-24 newest due",
      "11-02 retry retry",
      "11-01 catch_up catch_up",
      "10-29 ordered backfill",
      "deals 11-23 catch_up catch_up",
      "11-03 retry retry",
      "11-21 catch_up catch_up",
      "10-30 ordered backfill",
      "11-22 catch_up catch_up",
      "11-23 catch_up catch_up",
    ]);
  });

  test("goes on with the rounds where the run stopped", () => {
    const records = [
      failedRecord(day(2)),
      failedRecord(day(3)),
      ...covered(4, 20),
      succeededRecord(day(24)),
    ];
    const state = stateOf({ records, run: { maxWindows: 20 } });
    const other = stateOf({ sync: { id: "deals" }, window: { start: at("2026-11-22") } });
    expect(planned([state, other], { claimed: claimedOf({ newest: 1, catch_up: 2 }) })).toEqual([
      "deals 11-24 newest due",
      "11-02 retry retry",
      "deals 11-22 catch_up catch_up",
      "11-03 retry retry",
      "deals 11-23 catch_up catch_up",
      "11-01 catch_up catch_up",
      "11-21 catch_up catch_up",
      "11-22 catch_up catch_up",
      "11-23 catch_up catch_up",
    ]);
  });

  test("counts what the run has claimed towards max_windows, of each sync apart", () => {
    const states = [stateOf(), stateOf({ sync: { id: "deals" } })];
    const plan = planned(states, {
      claimed: claimedOf({ newest: 1, retry: 1, catch_up: 1, ordered: 1 }),
    });
    const count = (start: string) => plan.filter((line) => line.startsWith(start)).length;
    expect([count("11-"), count("deals ")]).toEqual([1, 5]);
  });

  test("takes max_windows of the run in the place of the syncs' own", () => {
    expect([
      planned([stateOf()], { maxWindows: 2 }).length,
      planned([stateOf()], { maxWindows: 24 }).length,
    ]).toEqual([2, 24]);
  });

  test("attempts no window twice in one run", () => {
    const failed = failedRecord(day(24));
    const records = [...covered(1, 23), failed];
    const request = { attempted: new Set([failed.runId]) };
    expect([planned([stateOf({ records })]), planned([stateOf({ records })], request)]).toEqual([
      ["11-24 newest retry"],
      [],
    ]);
  });

  test.for([
    ["covered", succeededRecord(day(24))],
    ["parked", failedRecord(day(24), { failures: 5 })],
    ["waived", failedRecord(day(24), { waived: { at: now, reason: "gone" } })],
    ["running", runningRecord(day(24))],
  ] as const)("has no newest window when that of the horizon is %s", ([, record]) => {
    const records = [...covered(1, 22), record];
    expect(planned([stateOf({ records })])).toEqual(["11-23 catch_up catch_up"]);
  });

  test("a failed rerun of the window at the horizon is a retry and not the newest due window", () => {
    const record = failedRecord(day(24), { history: [endedAttempt({ status: "succeeded" })] });
    expect(planned([stateOf({ records: [...covered(1, 23), record] })])).toEqual([
      "11-24 retry retry",
    ]);
  });

  test("a released window is due again with its own boundaries", () => {
    const records = [
      ...covered(1, 22),
      pendingRecord(windowOf("2026-11-23", "2026-11-25"), { attempt: 1 }),
    ];
    const [first] = planWindows(planRequest([stateOf({ records })])).windows;
    expect([first?.window, first?.record, first?.lane]).toEqual([
      windowOf("2026-11-23", "2026-11-25"),
      records.at(-1),
      "newest",
    ]);
  });

  test("a window released from an order or a rerun keeps that reason", () => {
    const records = [
      pendingRecord(day(1), { attempt: 1, reason: "backfill" }),
      pendingRecord(day(2), { attempt: 1, reason: "rerun" }),
      pendingRecord(day(3), { attempt: 1, reason: "retry" }),
      ...covered(4, 24),
    ];
    expect(planned([stateOf({ records })])).toEqual([
      "11-01 catch_up backfill",
      "11-02 catch_up rerun",
      "11-03 catch_up catch_up",
    ]);
  });

  test("windows released from reruns stay within max_windows", () => {
    const records = [1, 2, 3].map((nth) =>
      pendingRecord(day(nth), { attempt: 1, reason: "rerun" }),
    );
    expect(
      planned([stateOf({ records: [...records, ...covered(4, 24)] })], { maxWindows: 2 }),
    ).toEqual(["11-01 catch_up rerun", "11-02 catch_up rerun"]);
  });

  test("windows of syncs that were not selected are the newest only, and come first", () => {
    const states = [stateOf({ sync: { id: "deals" } }), stateOf()];
    expect(planned(states, { selected: new Set(["contacts"]), maxWindows: 2 })).toEqual([
      "deals 11-24 newest due",
      "11-24 newest due",
      "11-01 catch_up catch_up",
    ]);
  });

  test("a sync whose source was at fault comes last in every round until it succeeds", () => {
    const fault = endedAttempt({
      status: "released",
      code: "auth",
      finishedAt: at("2026-11-24T10:00:00Z"),
    });
    const closed = stateOf({
      records: [pendingRecord(day(23), { attempt: 1, history: [fault] })],
      window: { start: at("2026-11-23") },
    });
    const other = stateOf({ sync: { id: "deals" }, window: { start: at("2026-11-23") } });
    expect(planned([closed, other])).toEqual([
      "deals 11-24 newest due",
      "11-24 newest due",
      "deals 11-23 catch_up catch_up",
      "11-23 catch_up catch_up",
    ]);
  });

  test("windows named by an operator follow the newest ones, whatever max_windows says", () => {
    const records = covered(1, 22);
    const named = records.slice(0, 3).map((record): PlannedWindow => ({
      syncId: "contacts",
      window: record.window,
      reason: "rerun",
      lane: "ordered",
      record,
    }));
    const plan = planWindows(planRequest([stateOf({ records })], { reruns: named, maxWindows: 1 }));
    expect([plan.windows.map(written), plan.remaining]).toEqual([
      ["11-24 newest due", "11-01 ordered rerun", "11-02 ordered rerun", "11-03 ordered rerun"],
      1,
    ]);
  });

  test("a failed window that an operator names is planned once", () => {
    const failed = failedRecord(day(24));
    const rerun: PlannedWindow = {
      syncId: "contacts",
      window: day(24),
      reason: "rerun",
      lane: "ordered",
      record: failed,
    };
    const plan = planWindows(
      planRequest([stateOf({ records: [...covered(1, 23), failed] })], { reruns: [rerun] }),
    );
    expect([plan.windows, plan.remaining]).toEqual([[rerun], 0]);
  });

  test("what is left after the plan are the open windows of the selected syncs", () => {
    const states = [stateOf(), stateOf({ sync: { id: "deals" } })];
    const plan = planWindows(planRequest(states, { selected: new Set(["contacts"]) }));
    expect(plan.remaining).toBe(19);
  });

  test.for([
    [
      "6h",
      hours(6),
      [
        "11-25 newest due",
        "11-10 12:00 catch_up catch_up",
        "11-10 18:00 catch_up catch_up",
        "11-24 catch_up catch_up",
        "11-24 06:00 catch_up catch_up",
        "11-24 12:00 catch_up catch_up",
        "11-24 18:00 catch_up catch_up",
      ],
    ],
    ["7d", { months: 0, days: 7, micros: 0 }, ["11-10 12:00 catch_up catch_up"]],
    ["36h", hours(36), ["11-24 newest due", "11-10 12:00 catch_up catch_up"]],
  ] as const)(
    "after a change of step to %s only what has no record is cut anew (L1)",
    ([, step, plan]) => {
      const half = succeededRecord(windowOf("2026-11-10", "2026-11-10T12:00:00Z"));
      const records = [...covered(1, 9), half, ...covered(11, 23)];
      expect(planned([stateOf({ records, window: { step } })], { maxWindows: 100 })).toEqual(plan);
    },
  );

  test("a zone changed in the middle of the ledger's life leaves a shorter window, no gap and no overlap (L1)", () => {
    const state = stateOf({
      records: covered(1, 22),
      window: { start: at("2026-11-01"), timezone: "Europe/Berlin", step: hours(24) },
    });
    const moved = {
      ...state,
      spec: { ...state.spec, window: { ...state.spec.window, start: at("2026-10-31T23:00:00Z") } },
    };
    expect(planWindows(planRequest([moved])).windows.map(({ window }) => window)).toEqual([
      windowOf("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"),
      windowOf("2026-10-31T23:00:00Z", "2026-11-01"),
      windowOf("2026-11-23", "2026-11-23T23:00:00Z"),
    ]);
  });

  test("folded windows are covered like those with a file of their own (L2)", () => {
    const coverage = [
      { mappingDigest: "sha256:old", ranges: [windowOf("2026-11-01", "2026-11-23")] },
    ];
    expect(planned([stateOf({ fold: { ...emptyFold, coverage } })])).toEqual([
      "11-24 newest due",
      "11-23 catch_up catch_up",
    ]);
  });
});

describe("runs that follow each other", () => {
  test("an outage of thirty days is made up for in eight runs, the newest window served first in each", () => {
    let state = stateOf({ records: [], window: { start: at("2026-10-26") } });
    const firsts: string[] = [];
    let runs = 0;
    for (; runs < 20; runs += 1) {
      const run = runPurely([state], plusMicros(now, runs * dayMicros));
      state = run.states[0]!;
      if (run.served.length === 0) break;
      expect(run.served.length).toBeLessThanOrEqual(5);
      firsts.push(`${short(run.served[0]!.window)} ${run.served[0]!.lane}`);
      if (
        gaps(
          coverageOf(state),
          at("2026-10-26"),
          syncHorizon(state.spec, plusMicros(now, runs * dayMicros)),
        ).length === 0
      )
        break;
    }
    expect(firsts).toEqual(
      ["11-24", "11-25", "11-26", "11-27", "11-28", "11-29", "11-30", "12-01"].map(
        (date) => `${date} newest`,
      ),
    );
  });

  test("one bad window is attempted once a run and holds up no other", () => {
    const bad = day(2);
    const state = stateOf({ window: { start: at("2026-11-01") }, run: { maxWindows: 30 } });
    const outcomeOf = ({ window }: PlannedWindow) =>
      window.start === bad.start ? ("fails" as const) : ("succeeds" as const);
    const first = runPurely([state], now, { outcomeOf });
    const second = runPurely(first.states, plusMicros(now, minute), { outcomeOf });
    expect([first.served.length, second.served.map(written)]).toEqual([24, ["11-02 retry retry"]]);
  });

  test("a window that fails five times is parked and planned no more", () => {
    let states: readonly SyncState[] = [stateOf({ window: { start: at("2026-11-24") } })];
    const served: number[] = [];
    for (let nth = 0; nth < 7; nth += 1) {
      const run = runPurely(states, plusMicros(now, nth * minute), { outcomeOf: () => "fails" });
      states = run.states;
      served.push(run.served.length);
    }
    expect(served).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  test("a delay longer than a step is waited for by every quarter of an hour, and each is read once (T14)", () => {
    const delayMicros = 60 * minute;
    const start = at("2026-11-23");
    let states: readonly SyncState[] = [
      stateOf({
        window: { start, step: elapsed(15 * minute), delayMicros },
        run: { maxWindows: 40 },
      }),
    ];
    const early: string[] = [];
    const pauses = [7, 61, 14, 299, 3, 15, 45, 180, 1, 90];
    let instant = start;
    for (let nth = 0; instant < plusMicros(start, 2 * dayMicros + 300 * minute); nth += 1) {
      instant = plusMicros(instant, pauses[nth % pauses.length]! * minute);
      const run = runPurely(states, instant);
      const asked = instant;
      early.push(
        ...run.served.filter(({ window }) => window.end + delayMicros > asked).map(written),
      );
      const [state] = run.states;
      expect(gaps(coverageOf(state!), start, syncHorizon(state!.spec, instant))).toEqual([]);
      states = run.states;
    }
    const records = states[0]!.records.filter(({ window }) => window.end <= start + 2 * dayMicros);
    expect([early, records.length, new Set(records.map(({ attempt }) => attempt))]).toEqual([
      [],
      192,
      new Set([1]),
    ]);
  });

  test("forty ordered windows at five a run take eight runs, and the order then goes", () => {
    const order = orderOf({
      from: at("2026-09-22"),
      to: at("2026-11-01"),
      orderedAt: at("2026-11-25"),
    });
    let states: readonly SyncState[] = [stateOf({ records: covered(1, 24), orders: [order] })];
    const served: number[] = [];
    while (states[0]!.orders.length > 0 && served.length < 20) {
      const run = runPurely(states, plusMicros(now, served.length * minute));
      states = run.states;
      served.push(run.served.length);
    }
    expect(served).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    expect(coverageOf(states[0]!)).toEqual([windowOf("2026-09-22", "2026-11-25")]);
  });

  test("an order taken away in the middle takes its windows from the plan, and what it covered stays (L2)", () => {
    const order = orderOf({ from: at("2026-10-01"), to: at("2026-11-01") });
    const [half] = runPurely([stateOf({ records: covered(1, 24), orders: [order] })], now).states;
    const cancelled = { ...half!, orders: [] };
    expect([planned([cancelled]), coverageOf(cancelled)]).toEqual([
      [],
      [windowOf("2026-10-01", "2026-10-06"), windowOf("2026-11-01", "2026-11-25")],
    ]);
    expect(planned([half!]).length).toBe(5);
  });

  test("a rerun that fails takes nothing from coverage and is retried (L2)", () => {
    const order = orderOf({
      from: dayOf("2026-11-03").start,
      to: dayOf("2026-11-03").end,
      reprocess: "all",
      orderedAt: at("2026-11-25"),
    });
    const state = stateOf({ records: covered(1, 24), orders: [order] });
    const run = runPurely([state], now, { outcomeOf: () => "fails" });
    const [after] = run.states;
    expect([run.served.map(written), coverageOf(after!), planned([after!]), after!.orders]).toEqual(
      [
        ["11-03 ordered backfill"],
        [windowOf("2026-11-01", "2026-11-25")],
        ["11-03 retry retry"],
        [],
      ],
    );
  });
});
