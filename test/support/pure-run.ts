// Runs of the pure core alone: plan, claim, settle, and done orders removed, with no source and no ledger behind.

import { type Lane, openWindows, type PlannedWindow } from "../../src/core/plan/open-windows.ts";
import { nothingClaimed, planWindows, type PlanRequest } from "../../src/core/plan/plan.ts";
import type { SyncState } from "../../src/core/plan/sync-state.ts";
import { noRequests, type RunRecord } from "../../src/core/record/run-record.ts";
import {
  claim,
  expire,
  nothingMeasured,
  release,
  settle,
  start,
  type Verdict,
} from "../../src/core/record/transitions.ts";
import { type Instant, plusMicros } from "../../src/core/time/instant.ts";
import { compareWindows } from "../../src/core/window/window.ts";
import { countedFailure, identity, planRequest, success } from "./record-of.ts";

/** What becomes of an attempt. */
export type Outcome = "succeeds" | "fails" | "is released";

/** What one run did and left. */
export interface PureRun {
  readonly states: readonly SyncState[];
  /** In the order they were claimed. */
  readonly served: readonly PlannedWindow[];
}

/** One run over the syncs, planned anew before every claim. */
export function runPurely(
  states: readonly SyncState[],
  now: Instant,
  options: {
    readonly outcomeOf?: (planned: PlannedWindow) => Outcome;
    readonly request?: Partial<PlanRequest>;
  } = {},
): PureRun {
  const { outcomeOf = () => "succeeds", request = {} } = options;
  let current = states.map((state) => expirePurely(state, now));
  const served: PlannedWindow[] = [];
  for (;;) {
    const { windows } = planWindows(
      planRequest(current, {
        now,
        claimed: claimedBy(served),
        attempted: new Set(attemptedIn(current, served)),
        ...request,
      }),
    );
    const [next] = windows;
    if (next === undefined) return { states: current, served };
    if (served.length > 10_000) throw new Error("the plan never ends");
    served.push(next);
    const instant = plusMicros(now, served.length);
    current = current.map((state) =>
      state.spec.id === next.syncId
        ? withoutDone(attempt(state, next, { outcome: outcomeOf(next), now: instant }), now)
        : state,
    );
  }
}

/** Writes what retention has taken (edge *expire*). */
export function expirePurely(state: SyncState, now: Instant): SyncState {
  const { expired, expiring } = openWindows(state, now);
  const id = state.spec.id;
  const records = [
    ...expired.map((window) => expire(id, window, identity, undefined, now)),
    ...expiring.flatMap((record) =>
      record.status === "pending" ? [expire(id, record.window, identity, record, now)] : [],
    ),
  ];
  return records.reduce(withRecord, state);
}

/** The state with the record in the place of the one of the same window. */
function withRecord(state: SyncState, record: RunRecord): SyncState {
  const others = state.records.filter((other) => other.runId !== record.runId);
  const records = [...others, record].toSorted((a, b) => compareWindows(a.window, b.window));
  return { ...state, records };
}

function attempt(
  state: SyncState,
  planned: PlannedWindow,
  facts: { readonly outcome: Outcome; readonly now: Instant },
): SyncState {
  const { now } = facts;
  const claimed = claim(planned.record, {
    id: state.spec.id,
    window: planned.window,
    reason: planned.reason,
    identity: { ...identity, sync: state.spec.id, mappingDigest: state.mappingDigest },
    holder: "local:0a1b2c3d",
    leaseUntil: plusMicros(now, 1_800_000_000),
    now,
    destinationEpoch: 0,
  });
  const running = start(claimed, now, claimed.claim.leaseUntil);
  const verdict: Verdict = facts.outcome === "succeeds" ? success : countedFailure;
  const ended =
    facts.outcome === "is released"
      ? release(running, { requests: noRequests, now, code: undefined })
      : settle(running, nothingMeasured, verdict, now);
  return withRecord(state, ended);
}

function withoutDone(state: SyncState, now: Instant): SyncState {
  const { orders } = openWindows(state, now);
  const left = orders.filter((progress) => !progress.done).map((progress) => progress.order);
  return { ...state, orders: left };
}

function claimedBy(served: readonly PlannedWindow[]): PlanRequest["claimed"] {
  const claimed = new Map<string, Record<Lane, number>>();
  for (const { syncId, lane } of served) {
    const counts = claimed.get(syncId) ?? { ...nothingClaimed };
    counts[lane] += 1;
    claimed.set(syncId, counts);
  }
  return claimed;
}

function attemptedIn(states: readonly SyncState[], served: readonly PlannedWindow[]) {
  const windows = new Set(served.map(({ syncId, window }) => `${syncId} ${window.start}`));
  return states
    .flatMap((state) => state.records)
    .filter((record) => windows.has(`${record.sync} ${record.window.start}`))
    .map((record) => record.runId);
}
