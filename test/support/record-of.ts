// What tests of the state machine and the planner need besides records: claims, verdicts, sync states.

import { nothingClaimed, type PlanRequest } from "../../src/core/plan/plan.ts";
import type { SyncState } from "../../src/core/plan/sync-state.ts";
import { noCounts } from "../../src/core/record/counts.ts";
import { emptyFold } from "../../src/core/record/fold-record.ts";
import { noRequests } from "../../src/core/record/run-record.ts";
import {
  type Claiming,
  type Measured,
  nothingMeasured,
  type RecordIdentity,
  type Verdict,
} from "../../src/core/record/transitions.ts";
import type { WindowSpec, SyncSpec } from "../../src/core/sync/sync-spec.ts";
import type { Instant } from "../../src/core/time/instant.ts";
import type { Window } from "../../src/core/window/window.ts";
import { at, syncOf } from "./builders.ts";
import { dayOf, someMapping } from "./record-builders.ts";

/** Noon of the day on which these tests play. */
export const now: Instant = at("2026-11-25T12:00:00Z");

/** A day of November 2026. */
export function day(nth: number): Window {
  return dayOf(`2026-11-${String(nth).padStart(2, "0")}`);
}

export const identity: RecordIdentity = {
  sync: "contacts",
  source: "crm",
  destination: "local",
  watermarkField: "/updatedAt",
  mappingDigest: someMapping,
  configCommit: undefined,
  version: "0.1.0",
  runUrl: undefined,
};

/** A claim of the first of November. */
export function claiming(overrides: Partial<Claiming> = {}): Claiming {
  return {
    id: "contacts",
    window: day(1),
    reason: "catch_up",
    identity,
    holder: "local:0a1b2c3d",
    leaseUntil: at("2026-11-25T12:30:00Z"),
    now,
    destinationEpoch: 0,
    ...overrides,
  };
}

export const success: Verdict = { kind: "succeeded", warnings: [] };

export const countedFailure: Verdict & { kind: "failed" } = {
  kind: "failed",
  counted: true,
  error: {
    code: "timeout",
    message: "no answer",
    mostCommon: undefined,
    retryable: true,
    resumeAfter: undefined,
  },
};

/** That many records inserted in two requests. */
export function measuredOf(records: number): Measured {
  return {
    ...nothingMeasured,
    itemCounts: { ...noCounts, fetched: records, processed: records, inserted: records },
    requests: { ...noRequests, sent: 2, lastAt: now },
    receipt: { records, digest: BigInt(records) },
  };
}

/** A sync that starts on 1 November 2026 with one window a day, and what the ledger holds of it. */
export function stateOf(
  overrides: Partial<Omit<SyncState, "spec">> & {
    readonly window?: Partial<WindowSpec>;
    readonly run?: Partial<SyncSpec["run"]>;
    readonly sync?: Partial<SyncSpec>;
  } = {},
): SyncState {
  const { window, run, sync, ...rest } = overrides;
  const plain = syncOf(sync);
  return {
    spec: {
      ...plain,
      window: { ...plain.window, start: at("2026-11-01"), ...window },
      run: { ...plain.run, ...run },
    },
    mappingDigest: someMapping,
    records: [],
    folded: [],
    fold: emptyFold,
    orders: [],
    ...rest,
  };
}

/** A plan request over the states, all of them selected. */
export function planRequest(
  states: readonly SyncState[],
  overrides: Partial<PlanRequest> = {},
): PlanRequest {
  return {
    states,
    selected: new Set(states.map((state) => state.spec.id)),
    now,
    retentionAt: overrides.now ?? now,
    claimed: new Map(),
    attempted: new Set(),
    reruns: [],
    maxWindows: undefined,
    ...overrides,
  };
}

/** Nothing claimed but what is named. */
export function claimedOf(
  counts: Partial<typeof nothingClaimed>,
  syncId = "contacts",
): PlanRequest["claimed"] {
  return new Map([[syncId, { ...nothingClaimed, ...counts }]]);
}
