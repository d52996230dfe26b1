// The edges of contract 3.2 as a full record of state by event. A new status or event does not compile until every
// cell is decided; transitions.test.ts drives them all.

import type { RunRecord } from "../../src/core/record/run-record.ts";

/** Statuses, and the conditions within a status on which an edge depends. */
export type State =
  | "none"
  | RunRecord["status"]
  /** running, but its turn has not come */
  | "claimed"
  /** pending or failed with a success in `history` */
  | "pending, covered"
  | "failed, covered"
  /** failed as often as `max_attempts` allows */
  | "parked"
  | "waived"
  /** failed(retention) without attempts */
  | "expired";

export type Event =
  | "claim"
  | "retry"
  | "rerun"
  | "order"
  | "start"
  | "settle succeeded"
  | "settle failed"
  | "release"
  | "lose"
  | "expire"
  | "unexpire"
  | "split"
  | "waive";

/** The state an event leads to, or that it is refused. */
export type Cell = State | "refused";

/** `claim`, `retry`, `rerun` and `order` are one function told why; `adopt` is `settle` by another run. */
export const transitionTable: Readonly<Record<State, Readonly<Record<Event, Cell>>>> = {
  none: {
    claim: "claimed",
    retry: "refused",
    rerun: "refused",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "expired",
    unexpire: "refused",
    split: "refused",
    waive: "refused",
  },
  pending: {
    claim: "claimed",
    retry: "refused",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "failed",
    unexpire: "refused",
    split: "pending",
    waive: "refused",
  },
  "pending, covered": {
    claim: "claimed",
    retry: "refused",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "failed, covered",
    unexpire: "refused",
    split: "refused",
    waive: "refused",
  },
  claimed: {
    claim: "refused",
    retry: "refused",
    rerun: "refused",
    order: "refused",
    start: "running",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "pending",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "refused",
    waive: "refused",
  },
  running: {
    claim: "refused",
    retry: "refused",
    rerun: "refused",
    order: "refused",
    start: "running",
    "settle succeeded": "succeeded",
    "settle failed": "failed",
    release: "pending",
    lose: "failed",
    expire: "refused",
    unexpire: "refused",
    split: "refused",
    waive: "refused",
  },
  succeeded: {
    claim: "refused",
    retry: "refused",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "refused",
    waive: "refused",
  },
  failed: {
    claim: "refused",
    retry: "claimed",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "pending",
    waive: "waived",
  },
  "failed, covered": {
    claim: "refused",
    retry: "claimed",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "refused",
    waive: "waived",
  },
  parked: {
    claim: "refused",
    retry: "refused",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "pending",
    waive: "waived",
  },
  waived: {
    claim: "refused",
    retry: "refused",
    rerun: "claimed",
    order: "refused",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "refused",
    split: "refused",
    waive: "waived",
  },
  expired: {
    claim: "refused",
    retry: "refused",
    rerun: "claimed",
    order: "claimed",
    start: "refused",
    "settle succeeded": "refused",
    "settle failed": "refused",
    release: "refused",
    lose: "refused",
    expire: "refused",
    unexpire: "none",
    split: "refused",
    waive: "waived",
  },
};
