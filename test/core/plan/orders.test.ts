// What an order still asks for and when it is done. The sync begins on 1 November 2026, now is noon of the 25th.

import { expect, test } from "vitest";

import { openWindows } from "../../../src/core/plan/open-windows.ts";
import type { Order } from "../../../src/core/plan/order-record.ts";
import { progressOf } from "../../../src/core/plan/orders.ts";
import type { SyncState } from "../../../src/core/plan/sync-state.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import { formatInstant } from "../../../src/core/time/instant.ts";
import { formatWindow } from "../../../src/core/window/window.ts";
import { at, hours, windowOf } from "../../support/builders.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  orderOf,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day, now, stateOf } from "../../support/record-of.ts";

const dayMicros = 86_400_000_000;
const orderedAt = at("2026-11-24T10:00:00Z");
const waived = { at: now, reason: "gone" };
const success = endedAttempt({ status: "succeeded", startedAt: at("2026-11-10") });

/** An order over the first ten days of November. */
function order(overrides: Partial<Order> = {}): Order {
  return orderOf({ from: at("2026-11-01"), to: at("2026-11-11"), orderedAt, ...overrides });
}

function asked(asking: Order, state: SyncState): readonly [readonly string[], boolean] {
  const { windows, done } = progressOf(asking, state, now);
  return [windows.map(({ window }) => formatInstant(window.start).slice(5, 10)), done];
}

/** One record of each standing, on the days from the first on, all ended before the order. */
const standings: readonly RunRecord[] = [
  succeededRecord(day(1), { startedAt: at("2026-11-02") }),
  succeededRecord(day(2), { startedAt: at("2026-11-03"), mappingDigest: "sha256:old" }),
  failedRecord(day(3), { startedAt: at("2026-11-04") }),
  failedRecord(day(4), { startedAt: at("2026-11-05"), failures: 5 }),
  failedRecord(day(5), { startedAt: at("2026-11-06"), history: [success] }),
  failedRecord(day(6), { startedAt: at("2026-11-07"), failures: 5, waived }),
  pendingRecord(day(7), { attempt: 1 }),
  runningRecord(day(8)),
];

test.for([
  ["missing", [], false],
  ["failed", ["11-03", "11-04", "11-05"], false],
  ["stale", ["11-02"], false],
  ["all", ["11-01", "11-02", "11-03", "11-04", "11-05"], false],
] as const)(
  "%s takes of recorded windows %j, waived ones passed over",
  ([reprocess, days, done]) => {
    const state = stateOf({ records: standings });
    expect(asked(order({ reprocess, to: at("2026-11-09") }), state)).toEqual([days, done]);
  },
);

test.for([
  ["covered", succeededRecord(day(1)), true],
  ["covered and then failed", failedRecord(day(1), { history: [success] }), true],
  ["parked", failedRecord(day(1), { failures: 5 }), true],
  ["waived", failedRecord(day(1), { waived }), true],
  ["failed and retried anyway", failedRecord(day(1)), false],
  ["pending", pendingRecord(day(1)), false],
  ["running", runningRecord(day(1)), false],
] as const)("missing looks at a window that is %s", ([, record, done]) => {
  const state = stateOf({ records: [record] });
  expect(asked(order({ to: at("2026-11-02") }), state)).toEqual([[], done]);
});

const later = at("2026-11-24T11:00:00Z");

test.for([
  ["succeeded", succeededRecord(day(1), { startedAt: later }), true],
  ["failed", failedRecord(day(1), { startedAt: later }), true],
  ["failed and parked", failedRecord(day(1), { startedAt: later, failures: 5 }), true],
  [
    "released",
    pendingRecord(day(1), {
      history: [success, endedAttempt({ status: "released", startedAt: later })],
    }),
    false,
  ],
  ["running", runningRecord(day(1), { startedAt: later, history: [success] }), false],
  ["not begun", succeededRecord(day(1), { startedAt: at("2026-11-02") }), false],
] as const)("all looks at a window whose attempt after the order has %s", ([, record, done]) => {
  const state = stateOf({ records: [record] });
  expect(progressOf(order({ reprocess: "all", to: at("2026-11-02") }), state, now).done).toBe(done);
});

test("failed is done when no failed window is left without an attempt, stale when none is stale", () => {
  const records = [
    succeededRecord(day(1)),
    pendingRecord(day(2), { attempt: 0 }),
    failedRecord(day(3), { startedAt: later }),
  ];
  const state = stateOf({ records });
  expect([
    asked(order({ reprocess: "failed" }), state),
    asked(order({ reprocess: "stale" }), state),
  ]).toEqual([
    [[], true],
    [[], true],
  ]);
});

test("a failed window that was claimed again and released still has its attempt before it", () => {
  const history = [
    endedAttempt({ startedAt: at("2026-11-02") }),
    endedAttempt({ status: "released", startedAt: later }),
  ];
  const records = [pendingRecord(day(1), { attempt: 2, history })];
  expect(progressOf(order({ reprocess: "failed" }), stateOf({ records }), now).done).toBe(false);
});

test("time from window.start on is due anyway: the order waits for it and plans none of it", () => {
  const state = stateOf({ records: [succeededRecord(day(1))] });
  expect(asked(order({ to: at("2026-11-03") }), state)).toEqual([[], false]);
});

test("time before window.start is cut by the order's step, counted from window.start", () => {
  const { windows, done } = progressOf(
    order({ from: at("2026-10-30T18:00:00Z"), to: at("2026-11-01"), step: hours(12) }),
    stateOf(),
    now,
  );
  expect([windows.map(({ window }) => formatWindow(window)), done]).toEqual([
    [
      "[2026-10-30T18:00:00Z, 2026-10-31T00:00:00Z)",
      "[2026-10-31T00:00:00Z, 2026-10-31T12:00:00Z)",
      "[2026-10-31T12:00:00Z, 2026-11-01T00:00:00Z)",
    ],
    false,
  ]);
});

test("what is recorded before window.start is not cut again (L1)", () => {
  const records = [succeededRecord(windowOf("2026-10-30T12:00:00Z", "2026-10-31T12:00:00Z"))];
  const { windows } = progressOf(
    order({ from: at("2026-10-30"), to: at("2026-11-01") }),
    stateOf({ records }),
    now,
  );
  expect(windows.map(({ window }) => window)).toEqual([
    windowOf("2026-10-30", "2026-10-30T12:00:00Z"),
    windowOf("2026-10-31T12:00:00Z", "2026-11-01"),
  ]);
});

test("an order from the newest goes backwards", () => {
  const newest = order({ direction: "newest", reprocess: "all", to: at("2026-11-04") });
  expect(asked(newest, stateOf({ records: standings }))[0]).toEqual(["11-03", "11-02", "11-01"]);
});

test("a recorded window that the order touches is taken whole", () => {
  const records = [
    succeededRecord(windowOf("2026-11-01", "2026-11-08"), { startedAt: at("2026-11-09") }),
  ];
  const touching = order({ from: at("2026-11-03"), to: at("2026-11-04"), reprocess: "all" });
  const { windows } = progressOf(touching, stateOf({ records }), now);
  expect(windows.map(({ window }) => window)).toEqual([windowOf("2026-11-01", "2026-11-08")]);
});

test("folded windows are asked for like others, and a file of their own replaces their line (L1)", () => {
  const folded = [1, 2].map((nth) => succeededRecord(day(nth), { startedAt: at("2026-11-03") }));
  const coverage = [{ mappingDigest: "sha256:a", ranges: [windowOf("2026-11-01", "2026-11-03")] }];
  const again = succeededRecord(day(2), { startedAt: later, attempt: 2 });
  const state = stateOf({ records: [again], folded, fold: { ...emptyFold, coverage } });
  expect(asked(order({ reprocess: "all", to: at("2026-11-03") }), state)).toEqual([
    ["11-01"],
    false,
  ]);
});

test("an order that ends after the horizon is cut there", () => {
  const state = stateOf({ records: [succeededRecord(windowOf("2026-11-01", "2026-11-25"))] });
  expect(asked(order({ to: at("2027-01-01") }), state)).toEqual([[], true]);
});

test("an order that lies beyond the horizon is done", () => {
  expect(asked(order({ from: at("2026-11-25"), to: at("2026-11-26") }), stateOf())).toEqual([
    [],
    true,
  ]);
});

test("what lies before the edge of retention is done, planned by no order, and listed (S45)", () => {
  const retention = { retentionMicros: 20 * dayMicros };
  const old = succeededRecord(day(4), { startedAt: at("2026-11-05") });
  const straddling = succeededRecord(day(5), { startedAt: at("2026-11-06") });
  const young = succeededRecord(day(6), { startedAt: at("2026-11-07") });
  const state = stateOf({
    records: [old, straddling, young],
    window: { start: at("2026-11-04"), ...retention },
  });
  const asking = order({ from: at("2026-10-20"), to: at("2026-11-07"), reprocess: "all" });
  const { windows, beyondRetention } = progressOf(asking, state, now);
  expect([windows.map(({ window }) => window), beyondRetention]).toEqual([
    [day(6)],
    [old.runId, straddling.runId],
  ]);
});

test("an ordered cell that straddles the edge of retention is cut there (S45)", () => {
  const window = { start: at("2026-11-20"), retentionMicros: 7 * dayMicros };
  const asking = order({ from: at("2026-11-16"), to: at("2026-11-20") });
  const { windows } = progressOf(asking, stateOf({ window }), now);
  expect(windows.map((ordered) => ordered.window)).toEqual([
    { start: at("2026-11-18T12:00:00.001Z"), end: at("2026-11-19") },
    dayOf("2026-11-19"),
  ]);
});

test("an order waits for due cells although older ones have expired (S45)", () => {
  const window = { retentionMicros: 7 * dayMicros };
  const asking = order({ to: at("2026-11-22") });
  expect(progressOf(asking, stateOf({ window }), now).done).toBe(false);
});

test("the standing order to read again gives its windows that reason", () => {
  const records = [
    succeededRecord(day(23), { startedAt: at("2026-11-24") }),
    succeededRecord(day(24), { startedAt: at("2026-11-25") }),
  ];
  const reread = order({
    id: "reread",
    from: at("2026-11-23"),
    to: at("2026-11-25"),
    reprocess: "all",
  });
  const { ordered } = openWindows(
    stateOf({ records, orders: [reread], window: { start: at("2026-11-23") } }),
    now,
  );
  expect(ordered.map(({ reason, window }) => [reason, window])).toEqual([["reread", day(23)]]);
});

test("the lower order id goes first, and a window that two orders name is served once", () => {
  const from = at("2026-10-29");
  const late = orderOf({ id: "20261102T000000Z-0000", from, to: at("2026-11-01") });
  const early = orderOf({
    id: "20261101T000000Z-ffff",
    from,
    to: at("2026-10-30"),
    direction: "newest",
  });
  const { ordered } = openWindows(stateOf({ orders: [late, early] }), now);
  expect(ordered.map(({ window }) => window)).toEqual([
    dayOf("2026-10-29"),
    dayOf("2026-10-30"),
    dayOf("2026-10-31"),
  ]);
  const [first] = openWindows(stateOf({ orders: [late, early] }), now).orders;
  expect(first?.order.id).toBe(early.id);
});

test("a window that is retried anyway is not served for an order too", () => {
  const state = stateOf({
    records: [failedRecord(day(1))],
    orders: [order({ reprocess: "all" })],
    window: { start: at("2026-11-01") },
  });
  const { retries, ordered } = openWindows(state, now);
  expect([retries.map(({ window }) => window), ordered]).toEqual([[day(1)], []]);
});

test("no order reads a window before its end and its delay", () => {
  const record = succeededRecord(windowOf("2026-11-20", "2026-11-24T06:00:00Z"));
  const window = { start: at("2026-11-20"), delayMicros: 2 * dayMicros };
  const state = stateOf({
    records: [record],
    orders: [order({ from: at("2026-11-20"), to: at("2026-11-23"), reprocess: "all" })],
    window,
  });
  const { ordered, orders } = openWindows(state, now);
  expect([ordered, orders.map(({ done }) => done)]).toEqual([[], [false]]);
});
