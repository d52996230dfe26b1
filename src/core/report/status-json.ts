// `tidemark status --json`: the shape that ledger/README.md documents, with its version. snake_case stands here because
// programs read it.

import type { FailedRecord, RunningRecord } from "../record/run-record.ts";
import { formatDuration } from "../time/duration.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import { gapJson } from "./gap.ts";
import { mayHelpToRerun, waiveCommand } from "./remedies.ts";
import type { RetiredFolder, StatusView, SyncEntry } from "./status-view.ts";
import type { SyncStatus } from "./sync-status.ts";

/** Raised when a program that reads the shape would have to change; additions do not raise it. */
const shapeVersion = 1;

/** The whole view. */
export function statusJson(view: StatusView): Readonly<Record<string, unknown>> {
  return {
    version: shapeVersion,
    now: formatInstant(view.now),
    commit: view.commit,
    syncs: view.syncs.map((entry) => entryJson(entry, view.now)),
    retired: view.retired.map((folder) => retiredJson(folder)),
  };
}

function entryJson(entry: SyncEntry, now: Instant): Readonly<Record<string, unknown>> {
  if (entry.kind === "stopped")
    return {
      sync: entry.spec.name,
      id: entry.spec.id,
      state: "stopped",
      problems: entry.problems,
    };
  const { status, heldUntil } = entry;
  const { spec } = status;
  return {
    sync: spec.name,
    id: spec.id,
    state: status.isStalled ? "stalled" : "ok",
    problems: [],
    source: spec.source,
    destination: spec.destination,
    table: spec.table,
    step: formatDuration(spec.window.step),
    timezone: spec.window.timezone,
    every: formatDuration(spec.run.every),
    horizon: formatInstant(status.horizon),
    newest_covered: orNull(status.newestCovered),
    age_s:
      status.newestCovered === undefined
        ? null
        : Math.max(0, Math.floor((now - status.newestCovered) / 1_000_000)),
    source_held_until: orNull(heldUntil),
    strip:
      status.strip === undefined
        ? null
        : { ...rangeJson(status.strip.range), cells: status.strip.cells },
    gaps: status.gaps.map((gap) => gapJson(gap)),
    open: {
      due: status.open.due,
      retry: status.open.retries,
      catch_up: status.open.catchUp,
      ordered: status.open.ordered,
    },
    ...listsJson(status),
    typical_ms: status.typicalMs ?? null,
  };
}

function listsJson(status: SyncStatus): Readonly<Record<string, unknown>> {
  return {
    running: status.running.map(({ record, isDead }) => runningJson(record, isDead)),
    parked: status.parked.map((record) => ({
      ...failedJson(record),
      remedy: mayHelpToRerun(record)
        ? `tidemark rerun ${record.runId}`
        : waiveCommand(record.runId),
    })),
    waived: status.waived.map((record) => ({
      ...failedJson(record),
      waived_at: orNull(record.waived?.at),
      waived_reason: record.waived?.reason ?? null,
      remedy: mayHelpToRerun(record) ? `tidemark rerun ${record.runId}` : null,
    })),
    failures: status.failures.map(({ record, isDue }) => ({
      ...failedJson(record),
      is_due: isDue,
    })),
    stale: status.stale.map((range) => rangeJson(range)),
    orders: status.orders.map((order) => ({
      id: order.id,
      ...rangeJson(order.window),
      reprocess: order.reprocess,
      ordered_at: formatInstant(order.orderedAt),
      reason: order.reason ?? null,
      left: order.left,
      beyond_retention: order.beyondRetention,
    })),
  };
}

function runningJson(record: RunningRecord, isDead: boolean): Readonly<Record<string, unknown>> {
  return {
    run_id: record.runId,
    attempt: record.attempt,
    holder: record.claim.holder,
    started_at: orNull(record.startedAt),
    lease_until: formatInstant(record.claim.leaseUntil),
    lease_over: isDead,
  };
}

function failedJson(record: FailedRecord): Readonly<Record<string, unknown>> {
  return {
    run_id: record.runId,
    attempt: record.attempt,
    failures: record.failures,
    finished_at: formatInstant(record.finishedAt),
    code: record.error.code,
    message: record.error.message,
  };
}

function retiredJson(folder: RetiredFolder): Readonly<Record<string, unknown>> {
  const { id, records, folded, newestCovered, problems } = folder;
  return { id, records, folded, newest_covered: orNull(newestCovered), problems };
}

function rangeJson({ start, end }: Window): { readonly start: string; readonly end: string } {
  return { start: formatInstant(start), end: formatInstant(end) };
}

function orNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}
