// Invariants I1 and I2 of the planner over whole lives of a ledger: runs, failures, pauses, changed configuration.

import fc from "fast-check";
import { expect, test } from "vitest";

import { openWindows } from "../../../src/core/plan/open-windows.ts";
import { planWindows } from "../../../src/core/plan/plan.ts";
import {
  coverageOf,
  recordedRanges,
  type SyncState,
  syncHorizon,
} from "../../../src/core/plan/sync-state.ts";
import { hasSucceeded, noRequests } from "../../../src/core/record/run-record.ts";
import { claim, lose } from "../../../src/core/record/transitions.ts";
import type { Duration } from "../../../src/core/time/duration.ts";
import { elapsed } from "../../../src/core/time/duration.ts";
import { type Instant, plusMicros } from "../../../src/core/time/instant.ts";
import { covers, gaps, mergeWindows } from "../../../src/core/window/coverage.ts";
import { compareWindows, type Window } from "../../../src/core/window/window.ts";
import { at } from "../../support/builders.ts";
import { expirePurely, type Outcome, runPurely } from "../../support/pure-run.ts";
import { orderOf } from "../../support/record-builders.ts";
import { claiming, planRequest, stateOf } from "../../support/record-of.ts";

const hour = 3_600_000_000;
const steps: readonly Duration[] = [
  { months: 0, days: 1, micros: 0 },
  { months: 1, days: 0, micros: 0 },
  { months: 0, days: 7, micros: 0 },
  elapsed(24 * hour),
  elapsed(7 * hour),
  elapsed(hour * 36),
];
const zones = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"];
const starts = ["2026-03-20", "2026-03-24T05:00:00Z", "2026-03-31", "2026-04-02T23:00:00Z"];

type Change = (life: Life) => Life;

interface Life {
  readonly state: SyncState;
  readonly now: Instant;
}

const outcomes = fc.array(fc.constantFrom<Outcome>("succeeds", "fails", "is released"), {
  minLength: 1,
  maxLength: 6,
});

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(outcomes, fc.integer({ min: 1, max: 6 }))
    .map(([list, maxWindows]): Change => ({ state, now }) => {
      let nth = 0;
      const outcomeOf = (): Outcome => list[nth++ % list.length]!;
      const [after] = runPurely([state], now, { outcomeOf, request: { maxWindows } }).states;
      return { state: after!, now };
    }),
  fc.integer({ min: 1, max: 24 * 9 }).map((hours): Change => (life) => ({
    ...life,
    now: plusMicros(life.now, hours * hour),
  })),
  fc.constantFrom(...steps).map((step): Change => windowChange({ step })),
  fc.constantFrom(...zones).map((timezone): Change => windowChange({ timezone })),
  fc.constantFrom(...starts).map((start): Change => windowChange({ start: at(start) })),
  fc
    .constantFrom(undefined, 5, 12, 40)
    .map((days): Change =>
      windowChange({ retentionMicros: days === undefined ? undefined : days * 24 * hour }),
    ),
  fc
    .constantFrom(300_000_000, 5 * hour, 30 * hour)
    .map((delayMicros): Change => windowChange({ delayMicros })),
  fc
    .tuple(
      fc.nat(20 * 24),
      fc.integer({ min: 1, max: 20 * 24 }),
      fc.constantFrom("missing", "failed", "stale", "all"),
      fc.constantFrom(...steps),
    )
    .map(([from, length, reprocess, step]): Change => ({ state, now }) => {
      const begin = plusMicros(at("2026-03-10"), from * hour);
      const order = orderOf({
        from: begin,
        to: plusMicros(begin, length * hour),
        step,
        reprocess,
        orderedAt: now,
      });
      return { state: { ...state, orders: [order] }, now };
    }),
);

function windowChange(window: Partial<SyncState["spec"]["window"]>): Change {
  return ({ state, now }) => ({
    state: { ...state, spec: { ...state.spec, window: { ...state.spec.window, ...window } } },
    now,
  });
}

const lives = fc.array(changes, { minLength: 1, maxLength: 10 });
const first: Life = {
  state: stateOf({ window: { start: at("2026-03-24") } }),
  now: at("2026-03-27T12:00:00Z"),
};

test("every instant up to the horizon is recorded or in the plan, and none twice, whatever happened before (L1, L2)", () => {
  fc.assert(
    fc.property(lives, (list) => {
      let life = first;
      for (const change of list) {
        life = change(life);
        expect(problemsOf(life)).toEqual([]);
      }
    }),
  );
});

test("runs that succeed cover everything that retention leaves, and then nothing is due (L2)", () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { state, now } = list.reduce((life, change) => change(life), first);
      let current = unparked(state);
      for (let runs = 0; runs < 200; runs += 1) {
        const run = runPurely([current], now, { request: { maxWindows: 500 } });
        current = run.states[0]!;
        if (run.served.length === 0) break;
      }
      const lost = current.records
        .filter((record) => !hasSucceeded(record))
        .map((record) => record.window);
      const known = mergeWindows([...coverageOf(current), ...lost]);
      expect(gaps(known, current.spec.window.start, syncHorizon(current.spec, now))).toEqual([]);
      const plan = planWindows(planRequest([current], { now, maxWindows: 1000 }));
      // An order waits for a recorded window that it touches until that one may be read again: a longer delay, or
      // another grid, can leave its end after the horizon.
      const mayBeRead = ({ end }: Window): boolean => end + current.spec.window.delayMicros <= now;
      const left = openWindows(current, now).orders.flatMap(({ open }) => open.filter(mayBeRead));
      expect([plan.windows, plan.remaining, left]).toEqual([[], 0, []]);
    }),
  );
});

test("coverage never shrinks, whatever a rerun ends as (L2)", () => {
  fc.assert(
    fc.property(lives, (list) => {
      let life = first;
      for (const change of list) {
        const before = coverageOf(life.state);
        life = change(life);
        expect(before.every((range) => covers(coverageOf(life.state), range))).toBe(true);
      }
    }),
  );
});

test("no attempt number ever falls and no ended attempt is forgotten (L8)", () => {
  fc.assert(
    fc.property(lives, (list) => {
      let life = first;
      for (const change of list) {
        const before = life.state.records;
        life = change(life);
        for (const record of before) {
          const after = life.state.records.find(({ runId }) => runId === record.runId);
          expect(after?.attempt).toBeGreaterThanOrEqual(record.attempt);
          expect(endedCount(after!)).toBeGreaterThanOrEqual(endedCount(record));
        }
      }
    }),
  );
});

test("a plan is the same for whoever asks, whatever the order in which records were read (L3)", () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { state, now } = list.reduce((life, change) => change(life), first);
      const ask = (asked: SyncState) =>
        planWindows(planRequest([asked], { now, maxWindows: 1000 }))
          .windows.map(({ window, lane, reason }) => ({ window, lane, reason }))
          .toSorted((a, b) => compareWindows(a.window, b.window));
      expect(ask({ ...state, records: state.records.toReversed() })).toEqual(ask(state));
    }),
  );
});

test("planned windows wait for their end and the delay, and what a record holds moves no edge (L10)", () => {
  fc.assert(
    fc.property(lives, fc.integer({ min: -400, max: 400 }), (list, days) => {
      const { state, now } = list.reduce((life, change) => change(life), first);
      const seen = { watermark: plusMicros(now, days * 24 * hour), key: "1" };
      const records = state.records.map((record) => ({
        ...record,
        firstSeen: seen,
        lastSeen: seen,
      }));
      const ask = (asked: SyncState) =>
        planWindows(planRequest([asked], { now, maxWindows: 1000 })).windows.map(
          ({ window }) => window,
        );
      expect(ask({ ...state, records })).toEqual(ask(state));
      const { delayMicros } = state.spec.window;
      expect(ask(state).filter(({ end }) => end + delayMicros > now)).toEqual([]);
    }),
  );
});

test("a claimed window is left alone until it is recovered, and is then tried again", () => {
  fc.assert(
    fc.property(lives, (list) => {
      const life = list.reduce((before, change) => change(before), first);
      const state = expirePurely(life.state, life.now);
      const [head] = planWindows(planRequest([state], { now: life.now })).windows;
      fc.pre(head !== undefined);
      const running = claim(head.record, claiming({ window: head.window, reason: head.reason }));
      const others = state.records.filter(({ runId }) => runId !== running.runId);
      const plannedWith = (record: SyncState["records"][number]) =>
        planWindows(
          planRequest([{ ...state, records: [...others, record] }], {
            now: life.now,
            maxWindows: 1000,
          }),
        ).windows;
      const isHead = ({ window }: { window: Window }) => window.start === head.window.start;
      const lost = lose({ ...running, startedAt: life.now, failures: 0 }, noRequests, life.now);
      expect(plannedWith(running).some(isHead)).toBe(false);
      expect(plannedWith(lost).some(isHead)).toBe(true);
    }),
  );
});

/** What breaks I1 or I2. */
function problemsOf({ state, now }: Life): readonly string[] {
  const open = openWindows(state, now);
  const { windows } = planWindows(planRequest([state], { now, maxWindows: 10_000 }));
  const cells = windows.filter(({ record }) => record === undefined).map(({ window }) => window);
  const all = [...state.records.map(({ window }) => window), ...cells, ...open.expired].toSorted(
    compareWindows,
  );
  const problems = all.flatMap((window, index) => {
    const before = all[index - 1];
    if (window.end <= window.start) return ["an empty window"];
    return before !== undefined && before.end > window.start ? [`overlap at ${window.start}`] : [];
  });
  const known = mergeWindows([...recordedRanges(state), ...cells, ...open.expired]);
  const missing = gaps(known, state.spec.window.start, syncHorizon(state.spec, now));
  const twice = windows.length - new Set(windows.map(({ window }) => window.start)).size;
  return [
    ...problems,
    ...missing.map((gap) => `gap at ${gap.start}`),
    ...(twice > 0 ? ["planned twice"] : []),
  ];
}

function endedCount(record: SyncState["records"][number]): number {
  const own = record.status === "succeeded" || record.status === "failed" ? 1 : 0;
  return own + record.history.length + (record.historyFolded?.attempts ?? 0);
}

// What is parked waits for an operator for ever, who here has raised the number of attempts.
function unparked(state: SyncState): SyncState {
  return { ...state, spec: { ...state.spec, run: { ...state.spec.run, maxAttempts: 1000 } } };
}
