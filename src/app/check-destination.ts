// Does the destination hold what the ledger calls succeeded, and can it take the sync's rows? Asked before the first
// claim of a sync, so that a new, restored or wrong database is never taken for a full one (contract 5), and so that
// no attempt is spent on a table that cannot be written.

import type { Order } from "../core/plan/order-record.ts";
import { retentionEdge } from "../core/plan/sync-state.ts";
import { hasSucceeded, type RunRecord } from "../core/record/run-record.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import type { Instant } from "../core/time/instant.ts";
import { overlap, type Window } from "../core/window/window.ts";
import type { WindowRow } from "../ports/destination.ts";
import type { LedgerSnapshot } from "../ports/ledger.ts";
import { destinationOf, nowOf, type RunContext } from "./run-context.ts";
import { ledgerOf } from "./steps/plan.ts";

/** How many of the newest covered windows are asked for. */
const askedMax = 20;

/** A sentence that stops the sync, or undefined when the destination may be trusted. Asked once per run and sync. */
export async function checkDestination(
  ctx: RunContext,
  sync: SyncSpec,
  snapshot: LedgerSnapshot,
): Promise<string | undefined> {
  if (ctx.progress.checked.has(sync.id)) return undefined;
  const destination = destinationOf(ctx, sync);
  const asked = destination.keepsWindowRows ? newestCovered(snapshot, sync, nowOf(ctx)) : [];
  if (asked.length > 0) {
    const rows = await destination.windowRows(
      sync,
      asked.map((record) => record.window),
    );
    if (!rows.ok) return rows.failure.message;
    const missing = asked.filter((record) => !isHeld(record, rows.value)).length;
    if (missing > 0) return missingMessage(sync, missing);
  }
  const prepared = await destination.prepare(sync);
  if (!prepared.ok) return prepared.failure.message;
  ctx.progress.checked.add(sync.id);
  return undefined;
}

function missingMessage(sync: SyncSpec, missing: number): string {
  const windows = missing === 1 ? "1 window" : `${missing} windows`;
  return (
    `destination ${sync.destination} does not hold ${windows} that the ledger calls succeeded for ${sync.id}; ` +
    `check that it is the right one; remedy: backfill ${sync.name} --reprocess all over the range`
  );
}

function newestCovered(
  snapshot: LedgerSnapshot,
  sync: SyncSpec,
  now: Instant,
): readonly RunRecord[] {
  const { records, orders } = ledgerOf(snapshot, sync.id);
  const edge = retentionEdge(sync, now);
  return records
    .filter((record) => hasSucceeded(record))
    .filter((record) => edge === undefined || record.window.start >= edge)
    .filter((record) => !orders.some((order) => willWriteAgain(order, record)))
    .slice(-askedMax);
}

function willWriteAgain(order: Order, record: RunRecord): boolean {
  if (order.reprocess !== "all" && order.reprocess !== "stale") return false;
  return overlap({ start: order.from, end: order.to }, record.window);
}

function isHeld(record: RunRecord, rows: readonly WindowRow[]): boolean {
  const row = rows.find((held) => isSame(held.window, record.window));
  return row !== undefined && row.epoch >= lastSuccessEpoch(record);
}

function isSame(a: Window, b: Window): boolean {
  return a.start === b.start && a.end === b.end;
}

function lastSuccessEpoch(record: RunRecord): number {
  if (record.status === "succeeded") return record.attempt;
  return record.history.findLast((entry) => entry.status === "succeeded")?.attempt ?? 0;
}
