// 1 PLAN of a run: reads what the planner needs out of the snapshot and decides which syncs may be served now.
// What is planned is core/plan; this file only says which sources are free (P13, P16) and which syncs are stopped.

import { LedgerError } from "../../core/failure/errors.ts";
import type { PlannedWindow } from "../../core/plan/open-windows.ts";
import { type Plan, planWindows } from "../../core/plan/plan.ts";
import { isDead } from "../../core/plan/recovery.ts";
import { holdsSourceUntil } from "../../core/plan/standing.ts";
import type { SyncState } from "../../core/plan/sync-state.ts";
import { emptyFold } from "../../core/record/fold-record.ts";
import { parseRunId, type RunId } from "../../core/record/run-id.ts";
import type { RunningRecord, RunRecord } from "../../core/record/run-record.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import { dayMicros, longestMicros } from "../../core/time/duration.ts";
import { formatInstant, type Instant } from "../../core/time/instant.ts";
import type { LedgerSnapshot, SyncLedger } from "../../ports/ledger.ts";
import { noteCommitDates } from "../commit-dates.ts";
import { mappingDigestOf, note, nowOf, type Ports, type RunContext } from "../run-context.ts";
import { isOpen } from "../sessions.ts";

/** The plan of a run on a snapshot, for the sources and syncs that it may use now. */
export async function plan(ctx: RunContext, snapshot: LedgerSnapshot): Promise<Plan> {
  const now = nowOf(ctx);
  stopDamaged(ctx, snapshot);
  for (const source of heldSources(ctx))
    await noteCommitDates(ctx, snapshot, recordsOfSource(snapshot, source));
  const usable = ctx.project.syncs.filter((sync) => mayServe(ctx, snapshot, sync, now));
  const states = await readStates(ctx, snapshot, usable, ctx.request.reruns ?? []);
  return planWindows({
    states,
    selected: ctx.request.reruns === undefined ? selectedIds(ctx) : new Set(),
    now,
    retentionAt: ctx.startedAt,
    claimed: ctx.progress.claimed,
    attempted: ctx.progress.attempted,
    reruns: namedWindows(states, ctx.request.reruns ?? []),
    maxWindows: ctx.request.maxWindows,
  });
}

/** Ids of the syncs the run was started for. */
export function selectedIds(ctx: Pick<RunContext, "project" | "request">): ReadonlySet<string> {
  const { syncs } = ctx.request;
  const chosen = ctx.project.syncs.filter(
    (sync) => syncs.length === 0 || syncs.includes(sync.name),
  );
  return new Set(chosen.map((sync) => sync.id));
}

/**
 * What the planner reads of each sync, with the folded months that orders and reruns touch (contract 3.5). A month that
 * is damaged stops its sync, which is left out: read as empty, its orders would look done. A command stops itself.
 */
export async function readStates(
  ctx: Pick<RunContext, "project"> & {
    readonly ports: Pick<Ports, "digest" | "ledger">;
    readonly progress?: Pick<RunContext["progress"], "stopped">;
  },
  snapshot: LedgerSnapshot,
  syncs: readonly SyncSpec[],
  reruns: readonly RunId[],
): Promise<readonly SyncState[]> {
  const states = await Promise.all(
    syncs.map(async (spec) => {
      const ledger = ledgerOf(snapshot, spec.id);
      const months = monthsTouched(ledger, spec, reruns);
      const { records: folded, problems } =
        months.length === 0
          ? { records: [], problems: [] }
          : await ctx.ports.ledger.folded(snapshot.tip, ledger, months);
      const [first] = problems;
      if (first !== undefined) {
        const why = `${first.path}: ${first.reason}`;
        if (ctx.progress === undefined) throw new LedgerError(why);
        ctx.progress.stopped.set(spec.id, why);
        return undefined;
      }
      const { records, orders, fold } = ledger;
      return { spec, mappingDigest: mappingDigestOf(ctx, spec), records, folded, fold, orders };
    }),
  );
  return states.filter((state) => state !== undefined);
}

/** The folder of a sync; one that has never run has none. */
export function ledgerOf(snapshot: LedgerSnapshot, id: string): SyncLedger {
  const empty = { id, records: [], orders: [], fold: emptyFold, problems: [] };
  return snapshot.syncs.get(id) ?? empty;
}

function monthsTouched(
  ledger: SyncLedger,
  { id, window }: SyncSpec,
  reruns: readonly RunId[],
): readonly string[] {
  const length = Math.max(1, Math.ceil(longestMicros(window.step) / (28 * dayMicros)));
  const rereading = ledger.orders.filter((order) => order.reprocess !== "missing");
  const months = ledger.fold.months.map(({ month }) => month);
  const own = new Set(ledger.records.map((record) => record.runId));
  const named = reruns
    .filter((runId) => !own.has(runId))
    .map((runId) => parseRunId(runId))
    .filter((parts) => parts?.syncId === id)
    .map((parts) => (parts === undefined ? "" : formatInstant(parts.window.start).slice(0, 7)));
  return months.filter(
    (month) => named.includes(month) || rereading.some((order) => reaches(order, month, length)),
  );
}

// A window that begins `length` months before may still reach into the range, so that many more are read on that side.
function reaches(
  order: { readonly from: Instant; readonly to: Instant },
  month: string,
  length: number,
): boolean {
  const number = monthNumber(month);
  const first = monthNumber(formatInstant(order.from));
  return first <= number + length && number <= monthNumber(formatInstant(order.to));
}

// Months since year 0, of a text that begins with `YYYY-MM`.
function monthNumber(text: string): number {
  return Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
}

/** The syncs of the run's sources whose folder is sound; a damaged one stops its sync and no other (contract 3). */
export function usableSyncs(ctx: RunContext, snapshot: LedgerSnapshot): readonly SyncSpec[] {
  stopDamaged(ctx, snapshot);
  const held = heldSources(ctx);
  return ctx.project.syncs.filter(
    (sync) => held.has(sync.source) && !ctx.progress.stopped.has(sync.id),
  );
}

function stopDamaged(ctx: RunContext, snapshot: LedgerSnapshot): void {
  for (const sync of ctx.project.syncs) {
    const [first] = ledgerOf(snapshot, sync.id).problems;
    if (first !== undefined) ctx.progress.stopped.set(sync.id, `${first.path}: ${first.reason}`);
  }
}

function mayServe(
  ctx: RunContext,
  snapshot: LedgerSnapshot,
  sync: SyncSpec,
  now: Instant,
): boolean {
  if (ctx.progress.stopped.has(sync.id) || !heldSources(ctx).has(sync.source)) return false;
  if (!isOpen(ctx, sync)) return false;
  const foreign = foreignClaim(ctx, snapshot, sync.source, now);
  if (foreign !== undefined) {
    note(ctx, `${sync.source} is in use by ${foreign.claim.holder} for ${foreign.runId}`);
    return false;
  }
  if (ctx.request.reruns !== undefined) return true;
  const until = recordsOfSource(snapshot, sync.source).reduce((latest, record) => {
    const held = holdsSourceUntil(record, now, ctx.progress.committedAt.get(record));
    return held !== undefined && held > latest ? held : latest;
  }, now);
  if (until > now) note(ctx, `${sync.source} is left alone until ${formatInstant(until)}`);
  return until <= now;
}

/** The sources of the syncs the run was started for. */
export function heldSources(ctx: RunContext): ReadonlySet<string> {
  const selected = selectedIds(ctx);
  return new Set(
    ctx.project.syncs.filter((sync) => selected.has(sync.id)).map((sync) => sync.source),
  );
}

/** Every record of a source that has a file, those of retired syncs too. */
export function recordsOfSource(snapshot: LedgerSnapshot, source: string): readonly RunRecord[] {
  return [...snapshot.syncs.values()].flatMap((ledger) =>
    ledger.records.filter((record) => record.source === source),
  );
}

/** A live claim of another run on a source, which this run then leaves alone (4.3). */
export function foreignClaim(
  ctx: RunContext,
  snapshot: LedgerSnapshot,
  source: string,
  now: Instant,
): RunningRecord | undefined {
  return recordsOfSource(snapshot, source)
    .filter((record) => record.status === "running")
    .filter((record) => record.claim.holder !== ctx.identity.holder)
    .find((record) => !isDead(record, "unknown", now, ctx.progress.committedAt.get(record)));
}

function namedWindows(
  states: readonly SyncState[],
  reruns: readonly RunId[],
): readonly PlannedWindow[] {
  const wanted = new Set(reruns);
  return states.flatMap((state) =>
    [...state.records, ...state.folded.filter((record) => !isOwn(state, record))]
      .filter((record) => wanted.has(record.runId) && record.status !== "running")
      .map((record) => ({
        syncId: state.spec.id,
        window: record.window,
        reason: "rerun" as const,
        lane: "ordered" as const,
        record,
      })),
  );
}

function isOwn(state: SyncState, record: RunRecord): boolean {
  return state.records.some((own) => own.runId === record.runId);
}
