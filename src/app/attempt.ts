// What one attempt gathers while it runs, and what its rows come to on the tip of the settling commit. Serves 4 UPSERT
// and 5 SETTLE; run-window.ts fills it.

import { type Outcome, succeed } from "../core/failure/failure.ts";
import {
  noRequests,
  type RecordError,
  type Requests,
  type RunningRecord,
  type Warning,
} from "../core/record/run-record.ts";
import type { Measured } from "../core/record/transitions.ts";
import type { UpsertResult } from "../core/row/row.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import type { Instant } from "../core/time/instant.ts";
import type { Destination, WindowWriter } from "../ports/destination.ts";
import type { FileChange, TipFiles } from "../ports/ledger-store.ts";
import type { ControlAnswer } from "./control.ts";
import { destinationOf, type RunContext, showKeyOf, specOf } from "./run-context.ts";
import {
  abandonQuery,
  addPage,
  measure,
  newTally,
  type TalliedPage,
  type WindowTally,
} from "./window-tally.ts";

/** What a settled window measured and which files must be in its commit. */
export interface Landed {
  readonly measured: Measured;
  readonly changes: readonly FileChange[];
}

/** One attempt under way; gone with it. */
export interface Attempt {
  readonly record: RunningRecord;
  readonly sync: SyncSpec;
  readonly destination: Destination;
  tally: WindowTally;
  /** Tries of the control request, which count like all others. */
  asked: Requests;
  requests: Requests;
  warnings: readonly Warning[];
  uncounted: boolean;
  acceptedPages: number;
  mostCommon: RecordError["mostCommon"];
  control: ControlAnswer;
  writer: WindowWriter | undefined;
  /** Kept only where rows are counted anew on another tip (`files`). */
  readonly kept: KeptPage[];
  pages: number;
  lastWatermark: Instant | undefined;
}

// A page without its rows, and the query that it gave up, if it did.
interface KeptPage {
  readonly page: TalliedPage;
  readonly abandons: number | undefined;
}

/** An attempt that has done nothing yet. */
export function newAttempt(ctx: RunContext, record: RunningRecord): Attempt {
  const sync = specOf(ctx, record.sync);
  return {
    record,
    sync,
    destination: destinationOf(ctx, sync),
    tally: newTally(record.window.start),
    asked: noRequests,
    requests: noRequests,
    warnings: [],
    uncounted: false,
    acceptedPages: 0,
    mostCommon: undefined,
    control: undefined,
    writer: undefined,
    kept: [],
    pages: 0,
    lastWatermark: undefined,
  };
}

/** Databases answer what they have counted; `files` upsert onto the tip and count there (contract 4.4). */
export async function landOn(
  ctx: RunContext,
  attempt: Attempt,
  isComplete: boolean,
  files: TipFiles,
): Promise<Outcome<Landed>> {
  const { writer, destination } = attempt;
  if (writer === undefined || destination.keepsWindowRows) {
    if (!isComplete) await writer?.abandon();
    return succeed({ measured: measured(ctx, attempt, attempt.tally), changes: [] });
  }
  const finished = await writer.finish(files, () => describe(ctx, attempt, attempt.tally));
  if (!finished.ok) return finished;
  const { changes, recounted } = finished.value;
  const tally = recounted === undefined ? attempt.tally : recount(ctx, attempt, recounted.results);
  return succeed({ measured: measured(ctx, attempt, tally), changes });
}

function recount(ctx: RunContext, attempt: Attempt, results: readonly UpsertResult[]): WindowTally {
  let tally = newTally(attempt.record.window.start);
  let from = 0;
  for (const { page, abandons } of attempt.kept) {
    if (abandons !== undefined) tally = abandonQuery(tally, abandons);
    const to = from + page.items.length;
    tally = addPage(tally, { ...page, results: results.slice(from, to) }, ctx.ports.digest);
    from = to;
  }
  return tally;
}

/** The record's fields as a tally stands. */
export function measured(ctx: RunContext, attempt: Attempt, tally: WindowTally): Measured {
  const { requests, warnings } = attempt;
  return measure(tally, { requests, warnings, showKey: showKeyOf(ctx) });
}

/** What the destination stores of the running record with each chunk, so that a later run can adopt it (4.5). */
export function describe(ctx: RunContext, attempt: Attempt, tally: WindowTally): string {
  return ctx.ports.ledger.formatRecord({ ...attempt.record, ...measured(ctx, attempt, tally) });
}

/** Share of the range already read, where the order of the source tells; 0 to 1. */
export function shareRead(attempt: Attempt): number | undefined {
  const { by, dir } = attempt.sync.readingOrder;
  const { start, end } = attempt.record.window;
  if (by !== "watermark" || dir !== "asc" || attempt.lastWatermark === undefined) return undefined;
  return Math.min(1, Math.max(0, (attempt.lastWatermark - start) / (end - start)));
}
