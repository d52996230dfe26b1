// The control request after a first zero (contract 4.7): one page of the newest covered window that had records.

import { type Outcome, succeed } from "../core/failure/failure.ts";
import { retentionEdge } from "../core/plan/sync-state.ts";
import type { Control } from "../core/record/anomaly.ts";
import { noRequests, type Requests, type RunningRecord } from "../core/record/run-record.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import type { Window } from "../core/window/window.ts";
import { nowOf, type RunContext } from "./run-context.ts";
import { sessionOf } from "./sessions.ts";
import { fetchPages } from "./steps/fetch.ts";
import { ledgerOf } from "./steps/plan.ts";

/** What the control found; undefined when none was called for. */
export type ControlAnswer = Control | undefined;

/** The answer, and the tries that it took. */
export interface ControlEnd {
  readonly answer: Outcome<ControlAnswer>;
  readonly requests: Requests;
  readonly uncounted: boolean;
}

/** Asks only when the attempt before ended as `anomaly`; else answers undefined without a try. */
export async function askControl(
  ctx: RunContext,
  record: RunningRecord,
  sync: SyncSpec,
): Promise<ControlEnd> {
  const before = record.history.findLast((entry) => entry.status !== "released");
  if (before?.code !== "anomaly") return ended(undefined);
  const window = newestWithRecords(ctx, sync);
  if (window === undefined) return ended("none");
  const pages = fetchPages(
    sessionOf(ctx, sync),
    {
      sync,
      window,
      newest: false,
      readAt: nowOf(ctx),
      retentionEdge: retentionEdge(sync, ctx.startedAt),
      stop: ctx.deadline.stop,
      deadlineAt: ctx.deadline.stopAt,
      leaseUntil: record.claim.leaseUntil,
    },
    ctx.ports,
  );
  let requests = noRequests;
  for (;;) {
    const step = await pages.next();
    if (step.done === true) {
      const { outcome, uncounted } = step.value;
      const answer: Outcome<ControlAnswer> = outcome.ok ? succeed("empty") : outcome;
      return { answer, requests: step.value.requests, uncounted };
    }
    requests = step.value.requests;
    if (step.value.fetched > 0) return { ...ended("records"), requests };
  }
}

function ended(answer: ControlAnswer): ControlEnd {
  return { answer: succeed(answer), requests: noRequests, uncounted: false };
}

function newestWithRecords(ctx: RunContext, sync: SyncSpec): Window | undefined {
  const edge = retentionEdge(sync, ctx.startedAt);
  const { records, fold } = ledgerOf(ctx.snapshot, sync.id);
  const own = records
    .filter((record) => record.status === "succeeded")
    .map((record) => ({ window: record.window, records: record.receipt.records }));
  return [...fold.baselines, ...own]
    .filter((peer) => peer.records > 0 && (edge === undefined || peer.window.start >= edge))
    .map((peer) => peer.window)
    .toSorted((a, b) => b.end - a.end)[0];
}
