// One window from its claim to the end of its attempt: 3 FETCH and 4 UPSERT side by side, one page written while the
// next is read, never more. What the attempt means for the record is decided by steps/settle.ts, on the tip that
// the settling commit expects.

import { type Failure, fail, type Outcome, succeed } from "../core/failure/failure.ts";
import { retentionEdge, syncHorizon } from "../core/plan/sync-state.ts";
import {
  addRequests,
  type RecordError,
  type Requests,
  type RunningRecord,
} from "../core/record/run-record.ts";
import type { Instant } from "../core/time/instant.ts";
import type { WindowWriter } from "../ports/destination.ts";
import type { TipFiles } from "../ports/ledger-store.ts";
import {
  type Attempt,
  describe,
  type Landed,
  landOn,
  measured,
  newAttempt,
  shareRead,
} from "./attempt.ts";
import { askControl, type ControlAnswer } from "./control.ts";
import { stopReason } from "./deadline.ts";
import { closeDestination, nowOf, type RunContext } from "./run-context.ts";
import { sessionOf } from "./sessions.ts";
import { type FetchedPage, type FetchEnd, fetchPages } from "./steps/fetch.ts";
import { mapPage, upsertPage } from "./steps/upsert.ts";
import { abandonQuery, addPage, type WindowTally } from "./window-tally.ts";

/** How an attempt ended, before it is judged. */
export interface AttemptEnd {
  readonly record: RunningRecord;
  /** Whether the read came to its proven end and, for databases, the rows are durable (L5). */
  readonly outcome: Outcome<undefined>;
  /** The failure never counts: a source fault, or a destination that took nothing in this run. */
  readonly uncounted: boolean;
  readonly acceptedPages: number;
  readonly requests: Requests;
  readonly mostCommon: RecordError["mostCommon"];
  readonly control: ControlAnswer;
  readonly finishedAt: Instant;
  /** What the attempt took; one that the deadline ended had all the time until then (contract 4.1). */
  readonly spentMs: number;
  /** Share of the range already read, where the order of the source tells; 0 to 1. */
  readonly shareRead: number | undefined;
  /** For `files`: rows upserted onto the tip and counted there; databases answer what they have counted. */
  readonly landOn: (files: TipFiles) => Promise<Outcome<Landed>>;
}

/** Runs the attempt. The record is claimed and started; nothing is committed here. */
export async function runWindow(ctx: RunContext, record: RunningRecord): Promise<AttemptEnd> {
  const began = ctx.ports.clock.mono();
  const attempt = newAttempt(ctx, record);
  const outcome = await executeAttempt(ctx, attempt);
  return {
    record,
    outcome,
    uncounted: attempt.uncounted,
    acceptedPages: attempt.acceptedPages,
    requests: attempt.requests,
    mostCommon: attempt.mostCommon,
    control: attempt.control,
    finishedAt: nowOf(ctx),
    spentMs: endedAt(ctx, record, outcome) - began,
    shareRead: shareRead(attempt),
    landOn: async (files) => await landOn(ctx, attempt, outcome.ok, files),
  };
}

// A pace may end the attempt early, since its next request does not fit: waiting for the stop would change nothing.
// A lease that has passed is none of that; the machine slept.
function endedAt(ctx: RunContext, record: RunningRecord, outcome: Outcome<undefined>): number {
  const now = ctx.ports.clock.mono();
  const isHeld = nowOf(ctx) < record.claim.leaseUntil;
  return isHeld && !outcome.ok && outcome.failure.code === "deadline"
    ? Math.max(now, ctx.deadline.stopAt)
    : now;
}

async function executeAttempt(ctx: RunContext, attempt: Attempt): Promise<Outcome<undefined>> {
  const { record, sync, destination } = attempt;
  // As of the start of the run: what the plan cut at the edge lies before that of now.
  const edge = retentionEdge(sync, ctx.startedAt);
  if (edge !== undefined && record.window.start < edge) return fail("retention", retentionMessage);
  const control = await askControl(ctx, record, sync);
  attempt.asked = control.requests;
  attempt.requests = control.requests;
  if (!control.answer.ok) {
    attempt.uncounted = control.uncounted;
    return control.answer;
  }
  attempt.control = control.answer.value;
  const opened = await destination.openWindow(
    {
      sync,
      window: record.window,
      epoch: record.claim.epoch,
      runId: record.runId,
      now: () => nowOf(ctx),
    },
    ctx.ports.store.files(ctx.snapshot.tip),
  );
  if (!opened.ok) return refusedByDestination(ctx, attempt, opened);
  attempt.writer = opened.value;
  const read = await readAndWrite(ctx, attempt, opened.value);
  if (!read.ok || !destination.keepsWindowRows) return read;
  return await complete(ctx, attempt, opened.value);
}

const retentionMessage =
  "the window begins before now - window.retention, where the source no longer answers; raise retention if it keeps more, or waive the window";

// The generator is asked for the next page before the present one is written: one page ahead, never more.
async function readAndWrite(
  ctx: RunContext,
  attempt: Attempt,
  writer: WindowWriter,
): Promise<Outcome<undefined>> {
  const { record, sync } = attempt;
  const stop = new AbortController();
  const pages = fetchPages(
    sessionOf(ctx, sync),
    {
      sync,
      window: record.window,
      newest: isNewest(attempt),
      readAt: nowOf(ctx),
      retentionEdge: retentionEdge(sync, ctx.startedAt),
      stop: AbortSignal.any([ctx.deadline.stop, stop.signal]),
      deadlineAt: ctx.deadline.stopAt,
      leaseUntil: record.claim.leaseUntil,
    },
    ctx.ports,
  );
  let next = pages.next();
  for (;;) {
    const step = await next;
    if (step.done === true) {
      attempt.uncounted = step.value.uncounted;
      return endOf(attempt, step.value);
    }
    next = pages.next();
    const written = await writePage(ctx, attempt, writer, step.value);
    if (written.ok) continue;
    stop.abort(stopReason(ctx.deadline.stop));
    // How the aborted read ended is our doing; only what it sent is worth keeping.
    endOf(attempt, await drain(next, pages));
    return written;
  }
}

async function drain(
  next: Promise<IteratorResult<FetchedPage, FetchEnd>>,
  pages: AsyncGenerator<FetchedPage, FetchEnd, undefined>,
): Promise<FetchEnd> {
  let step = await next;
  while (step.done !== true) step = await pages.next();
  return step.value;
}

function endOf(attempt: Attempt, end: FetchEnd): Outcome<undefined> {
  attempt.requests = addRequests(attempt.asked, end.requests);
  attempt.warnings = end.warnings;
  attempt.acceptedPages = end.acceptedPages;
  attempt.mostCommon = end.mostCommon;
  return end.outcome;
}

async function writePage(
  ctx: RunContext,
  attempt: Attempt,
  writer: WindowWriter,
  page: FetchedPage,
): Promise<Outcome<undefined>> {
  const { record, sync } = attempt;
  // 4.3: a holder whose lease has passed writes no row; a suspended machine wakes up here.
  if (nowOf(ctx) >= record.claim.leaseUntil) return fail("deadline", leaseMessage);
  attempt.requests = addRequests(attempt.asked, page.requests);
  if (page.abandons !== undefined) attempt.tally = abandonQuery(attempt.tally, page.abandons);
  const mapped = mapPage(page, sync);
  let counted: WindowTally | undefined;
  const written = await upsertPage(writer, mapped, (added) => {
    counted = addPage(attempt.tally, added, ctx.ports.digest);
    return describe(ctx, attempt, counted);
  });
  if (!written.ok) return refusedByDestination(ctx, attempt, written);
  if (mapped.changes.length > 0) ctx.progress.accepting.add(sync.destination);
  attempt.tally = counted ?? addPage(attempt.tally, written.value, ctx.ports.digest);
  attempt.pages += 1;
  attempt.lastWatermark = page.delivered.at(-1)?.watermark ?? attempt.lastWatermark;
  if (!attempt.destination.keepsWindowRows)
    attempt.kept.push({ page: written.value, abandons: page.abandons });
  ctx.ports.progress.report({
    kind: "page",
    runId: record.runId,
    pages: attempt.pages,
    fetched: measured(ctx, attempt, attempt.tally).itemCounts.fetched,
    requests: attempt.requests.sent,
  });
  return succeed(undefined);
}

const leaseMessage =
  "the lease of this claim has passed, so that another run may hold the window; nothing more is written; run again";

// Databases: `complete` after the proven last page, in a transaction of its own that is fenced like all others.
async function complete(
  ctx: RunContext,
  attempt: Attempt,
  writer: WindowWriter,
): Promise<Outcome<undefined>> {
  const files = ctx.ports.store.files(ctx.snapshot.tip);
  const finished = await writer.finish(files, () => describe(ctx, attempt, attempt.tally));
  if (!finished.ok) return refusedByDestination(ctx, attempt, finished);
  ctx.progress.accepting.add(attempt.sync.destination);
  return succeed(undefined);
}

// A destination that has taken nothing in this run is at fault itself: uncounted, and its syncs are left alone.
function refusedByDestination(
  ctx: RunContext,
  attempt: Attempt,
  refused: { readonly ok: false; readonly failure: Failure },
): { readonly ok: false; readonly failure: Failure } {
  const { sync } = attempt;
  if (refused.failure.code !== "destination" || ctx.progress.accepting.has(sync.destination))
    return refused;
  attempt.uncounted = true;
  closeDestination(ctx, sync.destination, refused.failure.message);
  return refused;
}

// S42: no later window of the sync is due at the claim.
function isNewest(attempt: Attempt): boolean {
  return syncHorizon(attempt.sync, attempt.record.plannedAt) <= attempt.record.window.end;
}
