// What dead runs left behind (contract 4.5), before anything is planned: adopted from the destination's window row,
// released, or lost. One commit for all of it.

import { type Outcome, succeed } from "../core/failure/failure.ts";
import { isDead, presumedSends, recoveryStep } from "../core/plan/recovery.ts";
import { baselineOf, judgeZero } from "../core/record/anomaly.ts";
import type { LedgerEvent } from "../core/record/commit-message.ts";
import { noRequests, type RunningRecord, type RunRecord } from "../core/record/run-record.ts";
import { lose, release, settle } from "../core/record/transitions.ts";
import { judgeRead } from "../core/record/verdict.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import type { WindowRow } from "../ports/destination.ts";
import type { LedgerSnapshot } from "../ports/ledger.ts";
import { noteCommitDates } from "./commit-dates.ts";
import { destinationOf, nowOf, type RunContext, sourceSpecOf } from "./run-context.ts";
import type { Draft } from "./steps/commit.ts";
import { ledgerOf } from "./steps/plan.ts";

/** The commit that recovers every dead claim of the syncs, or undefined when there is none. */
export async function recoverDead(
  ctx: RunContext,
  syncs: readonly SyncSpec[],
  snapshot: LedgerSnapshot,
): Promise<Draft | undefined> {
  const records: RunRecord[] = [];
  const events: LedgerEvent[] = [];
  const all = syncs.flatMap(({ id }) => ledgerOf(snapshot, id).records);
  await noteCommitDates(ctx, snapshot, all);
  for (const sync of syncs) {
    for (const record of ledgerOf(snapshot, sync.id).records) {
      if (record.status !== "running" || ctx.progress.stopped.has(sync.id)) continue;
      const recovered = await recoverOne(ctx, sync, record, snapshot);
      if (recovered === undefined) continue;
      records.push(recovered.record);
      events.push(recovered.event);
    }
  }
  if (records.length === 0) return undefined;
  const changes = records.map((record) => ({ kind: "put_record" as const, record }));
  return { changes, files: [], events };
}

async function recoverOne(
  ctx: RunContext,
  sync: SyncSpec,
  record: RunningRecord,
  snapshot: LedgerSnapshot,
): Promise<{ readonly record: RunRecord; readonly event: LedgerEvent } | undefined> {
  const now = nowOf(ctx);
  const own = record.claim.holder === ctx.identity.holder;
  const holder = own ? "own" : await ctx.ports.liveness.of(record.claim.holder);
  const committedAt = ctx.progress.committedAt.get(record);
  if (own || !isDead(record, holder, now, committedAt)) return undefined;
  const held = await completeRow(ctx, sync, record);
  if (!held.ok) {
    // What the dead run left there decides between adopting and losing; without an answer the claim stays as it is.
    ctx.progress.stopped.set(sync.id, held.failure.message);
    return undefined;
  }
  const row = held.value;
  switch (recoveryStep(record, { holder, now, committedAt, isComplete: row !== undefined })) {
    case "keep":
      return undefined;
    case "release": {
      const pending = release(record, { requests: noRequests, now, code: undefined });
      return { record: pending, event: { kind: "released", record: pending } };
    }
    case "adopt": {
      const adopted = row === undefined ? undefined : adopt(ctx, sync, record, row, snapshot);
      if (adopted !== undefined)
        return { record: adopted, event: { kind: "adopted", record: adopted } };
      break;
    }
    case "lose":
      break;
  }
  const lost = lose(record, estimate(ctx, sync, record, snapshot), now);
  return { record: lost, event: { kind: "lost", record: lost } };
}

async function completeRow(
  ctx: RunContext,
  sync: SyncSpec,
  record: RunningRecord,
): Promise<Outcome<WindowRow | undefined>> {
  const destination = destinationOf(ctx, sync);
  if (!destination.keepsWindowRows || record.startedAt === undefined) return succeed(undefined);
  const rows = await destination.windowRows(sync, [record.window]);
  if (!rows.ok) return rows;
  return succeed(rows.value.find((row) => row.epoch === record.claim.epoch && row.complete));
}

// The verdict is taken now, on what the destination stored with the last chunk.
function adopt(
  ctx: RunContext,
  sync: SyncSpec,
  record: RunningRecord,
  row: WindowRow,
  snapshot: LedgerSnapshot,
): RunRecord | undefined {
  const stored = ctx.ports.ledger.parseRecord(row.record);
  if (stored === undefined || stored.runId !== record.runId) return undefined;
  const { records, fold } = ledgerOf(snapshot, sync.id);
  const zero = judgeZero({
    records: stored.receipt.records,
    mode: sync.alerts.zero,
    baseline: baselineOf(record.window, records, fold.baselines),
    control: undefined,
  });
  return settle(record, stored, judgeRead(stored, zero, sync), row.committedAt);
}

function estimate(
  ctx: RunContext,
  sync: SyncSpec,
  record: RunningRecord,
  snapshot: LedgerSnapshot,
): typeof noRequests {
  const { pace } = sourceSpecOf(ctx, sync).limits;
  const rates = pace.map(({ requests, perMs }) => requests / (perMs * 1000));
  const recent = ledgerOf(snapshot, sync.id)
    .records.filter((past) => past.status === "succeeded")
    .slice(-10)
    .map((past) => past.requests.sent);
  const { sent, lastAt } = presumedSends(record, {
    now: nowOf(ctx),
    pacePerMicro: rates.length === 0 ? undefined : Math.min(...rates),
    largestRecent: Math.max(0, ...recent),
  });
  return { ...noRequests, sent, lastAt };
}
