// One turn of a run is one commit: it settles the windows that ended and, in the same commit, starts the next claimed
// ones or claims anew (contract 4, claim). Built on a snapshot and built again on another after a lost race, so
// everything here may happen more than once; what has really happened is noted in noteTurn, after the commit.

import { progressOf } from "../core/plan/orders.ts";
import type { LedgerEvent } from "../core/record/commit-message.ts";
import { noRequests, type RunningRecord } from "../core/record/run-record.ts";
import { release } from "../core/record/transitions.ts";
import type { LedgerChange, LedgerSnapshot } from "../ports/ledger.ts";
import { checkDestination } from "./check-destination.ts";
import { lastOfEach, withChanges } from "./overlay.ts";
import { note, nowOf, type RunContext, specOf, timeLeftMs } from "./run-context.ts";
import type { AttemptEnd } from "./run-window.ts";
import { isOpen } from "./sessions.ts";
import {
  type ClaimedWindow,
  claimWindows,
  freePlaces,
  noteClaims,
  startWindow,
} from "./steps/claim.ts";
import type { Draft } from "./steps/commit.ts";
import { ledgerOf, plan, readStates } from "./steps/plan.ts";
import { type SettledAttempt, settleAttempt } from "./steps/settle.ts";

/** What one commit does, and what the run does after it. */
export interface Turn {
  readonly draft: Draft;
  readonly settled: readonly SettledAttempt[];
  readonly claimed: readonly ClaimedWindow[];
  readonly queue: readonly RunningRecord[];
  /** The windows whose turn it is now. */
  readonly next: readonly RunningRecord[];
}

/** Builds the turn on a snapshot; undefined when nothing is to be written. */
export async function buildTurn(
  ctx: RunContext,
  ended: readonly AttemptEnd[],
  snapshot: LedgerSnapshot,
): Promise<Turn | undefined> {
  const settled = await settleEnded(ctx, ended, snapshot);
  const changes: LedgerChange[] = settled.flatMap((attempt) => attempt.changes);
  const events: LedgerEvent[] = settled.flatMap((attempt) => settledEvents(attempt));
  const ours = ctx.progress.queue.filter((record) => isOurs(ctx, record, snapshot));
  // Their source closed, or the run stops.
  for (const record of ours.filter((claimed) => !maySend(ctx, claimed))) {
    const ending = { requests: noRequests, now: nowOf(ctx), code: undefined };
    const pending = release(record, ending);
    changes.push({ kind: "put_record", record: pending });
    events.push({ kind: "released", record: pending });
  }
  const seen = await ctx.ports.ledger.apply(snapshot, changes, snapshot.tip);
  const waiting = ours.filter((record) => maySend(ctx, record));
  const started = await startNext(ctx, waiting, seen);
  changes.push(...started.changes);
  events.push(...started.events);
  if (changes.length === 0) return undefined;
  const done = await doneOrders(ctx, snapshot, changes);
  const draft = {
    changes: [...changes, ...done.map(({ change }) => change)],
    files: lastOfEach(settled.flatMap(({ files }) => files)),
    events: [...events, ...done.map(({ event }) => event)],
  };
  return { draft, settled, ...started };
}

/** Notes a turn whose commit was accepted. */
export function noteTurn(ctx: RunContext, turn: Turn): void {
  const { progress } = ctx.ports;
  for (const settled of turn.settled) {
    ctx.progress.settled.push(settled);
    progress.report({ kind: "settled", record: settled.record });
  }
  noteClaims(ctx, turn.claimed);
  for (const { record } of turn.claimed)
    progress.report({ kind: "claimed", runId: record.runId, reason: record.reason });
  ctx.progress.queue = turn.queue;
  for (const { runId, attempt } of turn.next)
    progress.report({ kind: "started", runId, attempt, timeLeftMs: timeLeftMs(ctx) });
}

/** What a turn starts, from what is claimed already or from a new claim. */
interface Started extends Pick<Turn, "claimed" | "queue" | "next"> {
  readonly changes: readonly LedgerChange[];
  readonly events: readonly LedgerEvent[];
}

async function startNext(
  ctx: RunContext,
  waiting: readonly RunningRecord[],
  snapshot: LedgerSnapshot,
): Promise<Started> {
  const isClaiming = waiting.length === 0 && freePlaces(ctx, []) > 0;
  const claimed = isClaiming ? await claimNext(ctx, snapshot) : [];
  const ready = isClaiming ? claimed.map(({ record }) => record) : waiting;
  const count = startable(ctx, ready);
  const next = ready.slice(0, count).map((record) => startWindow(ctx, record));
  const queue = ready.slice(count);
  const kind = isClaiming ? ("claimed" as const) : ("started" as const);
  const written = [...next, ...(isClaiming ? queue : [])];
  return {
    claimed,
    queue,
    next,
    changes: written.map((record) => ({ kind: "put_record", record })),
    events: written.map((record) => ({ kind, record })),
  };
}

// From the head only: the order of the plan is kept.
function startable(ctx: RunContext, ready: readonly RunningRecord[]): number {
  let count = 0;
  const ids: string[] = [];
  for (const { sync } of ready) {
    ids.push(sync);
    if (freePlaces(ctx, ids) <= count) break;
    count += 1;
  }
  return count;
}

// L7: only where the ledger still names our holder and epoch is there something of ours to settle.
function isOurs(ctx: RunContext, record: RunningRecord, snapshot: LedgerSnapshot): boolean {
  const there = ledgerOf(snapshot, record.sync).records.find(({ runId }) => runId === record.runId);
  if (there?.status !== "running") return false;
  return there.claim.holder === ctx.identity.holder && there.claim.epoch === record.claim.epoch;
}

async function settleEnded(
  ctx: RunContext,
  ended: readonly AttemptEnd[],
  snapshot: LedgerSnapshot,
): Promise<readonly SettledAttempt[]> {
  const { store } = ctx.ports;
  const settled: SettledAttempt[] = [];
  let files = store.files(snapshot.tip);
  for (const end of ended) {
    if (isOurs(ctx, end.record, snapshot)) {
      const attempt = await settleAttempt(ctx, end, snapshot, files);
      files = withChanges(files, attempt.files, store);
      settled.push(attempt);
      continue;
    }
    const fault = `${end.record.runId}: the ledger names another holder by now; what this run read is left to that one`;
    if (!ctx.progress.faults.includes(fault)) ctx.progress.faults.push(fault);
  }
  return settled;
}

function settledEvents(settled: SettledAttempt): LedgerEvent[] {
  const { record, parts } = settled;
  if (record.status === "pending") return [{ kind: "released", record }];
  const events: LedgerEvent[] = [{ kind: "settled", record }];
  return [...events, ...parts.map((part) => ({ kind: "split" as const, record: part }))];
}

function maySend(ctx: RunContext, record: RunningRecord): boolean {
  if (ctx.deadline.stop.aborted || ctx.progress.stopped.has(record.sync)) return false;
  return isOpen(ctx, specOf(ctx, record.sync));
}

// The plan is asked anew before every claim. A sync whose destination does not hold what the ledger says is stopped
// and the plan asked again, so the loop ends after as many rounds as there are syncs.
async function claimNext(
  ctx: RunContext,
  snapshot: LedgerSnapshot,
): Promise<readonly ClaimedWindow[]> {
  for (let round = 0; round <= ctx.project.syncs.length; round += 1) {
    if (ctx.deadline.stop.aborted || isHeldBack(ctx)) return [];
    const { windows, remaining } = await plan(ctx, snapshot);
    ctx.ports.progress.report({ kind: "planned", windows: windows.length, remaining });
    const before = ctx.progress.stopped.size;
    for (const id of new Set(windows.map((window) => window.syncId))) {
      const missing = await checkDestination(ctx, specOf(ctx, id), snapshot);
      if (missing !== undefined) ctx.progress.stopped.set(id, missing);
    }
    if (ctx.progress.stopped.size > before) continue;
    const claimed = await claimWindows(ctx, windows, snapshot);
    // Asked to stop meanwhile: a claim would only have to be released again (4.2).
    if (ctx.deadline.stop.aborted) return [];
    if (claimed.length > 0 || ctx.progress.stopped.size === before) return claimed;
  }
  return [];
}

// The configuration moved, or GitHub's limit is nearly used up: what runs is settled, nothing more is claimed.
function isHeldBack(ctx: RunContext): boolean {
  const hold = ctx.ports.store.claimHold();
  if (hold !== undefined) note(ctx, hold.message);
  return hold !== undefined;
}

// A sync's next commit removes its done orders (contract 3.4), the settling of their last window included.
async function doneOrders(
  ctx: RunContext,
  snapshot: LedgerSnapshot,
  changes: readonly LedgerChange[],
): Promise<readonly { readonly change: LedgerChange; readonly event: LedgerEvent }[]> {
  const after = await ctx.ports.ledger.apply(snapshot, changes, snapshot.tip);
  const ids = new Set(changes.map((change) => syncOf(change)));
  const syncs = ctx.project.syncs.filter((sync) => ids.has(sync.id));
  const states = await readStates(ctx, after, syncs, []);
  const now = nowOf(ctx);
  return states.flatMap((state) =>
    state.orders
      .filter((order) => progressOf(order, state, now, ctx.startedAt).done)
      .map((order) => {
        const syncId = state.spec.id;
        return {
          change: { kind: "remove_order" as const, syncId, orderId: order.id },
          event: { kind: "order_done" as const, syncId, order },
        };
      }),
  );
}

function syncOf(change: LedgerChange): string {
  if (change.kind === "put_record") return change.record.sync;
  if (change.kind === "remove_record") return change.runId.split("/")[0] ?? "";
  return change.syncId;
}
