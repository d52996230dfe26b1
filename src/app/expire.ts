// What `retention` has taken (edges *expire* and *unexpire*, S45): without claim, outside of `max_windows`, in one
// commit. A pending window that straddles the edge is cut there.

import { openWindows } from "../core/plan/open-windows.ts";
import { retentionEdge, type SyncState } from "../core/plan/sync-state.ts";
import type { LedgerEvent } from "../core/record/commit-message.ts";
import { hasSucceeded, type PendingRecord } from "../core/record/run-record.ts";
import {
  expire,
  isExpiredUntouched,
  type RecordIdentity,
  split,
} from "../core/record/transitions.ts";
import { dayMicros } from "../core/time/duration.ts";
import type { Instant } from "../core/time/instant.ts";
import type { LedgerChange } from "../ports/ledger.ts";
import type { Draft } from "./steps/commit.ts";

/** The changes of one sync; empty when retention has taken nothing new and given nothing back. */
export function expireWindows(state: SyncState, identity: RecordIdentity, now: Instant): Draft {
  const { id } = state.spec;
  const edge = retentionEdge(state.spec, now);
  const changes: LedgerChange[] = [];
  const events: LedgerEvent[] = [];
  const back = state.records.filter(
    (record) =>
      isExpiredUntouched(record) && (edge === undefined || record.window.end > edge + dayMicros),
  );
  for (const record of back) {
    changes.push({ kind: "remove_record", runId: record.runId });
    events.push({ kind: "unexpired", record });
  }
  const records = state.records.filter((record) => !back.includes(record));
  const open = openWindows({ ...state, records }, now);
  for (const window of open.expired) {
    const record = expire(id, window, identity, undefined, now);
    changes.push({ kind: "put_record", record });
    events.push({ kind: "expired", record });
  }
  for (const record of open.expiring) {
    if (record.status !== "pending" || edge === undefined) continue;
    const cut = cutPending(record, edge, identity, now);
    changes.push(...cut.changes);
    events.push(...cut.events);
  }
  return { changes, files: [], events };
}

function cutPending(
  pending: PendingRecord,
  edge: Instant,
  identity: RecordIdentity,
  now: Instant,
): Pick<Draft, "changes" | "events"> {
  const { window, sync } = pending;
  // A window that was covered once is not cut: it expires whole, and its coverage stays in its history (L2).
  if (window.end <= edge || hasSucceeded(pending)) {
    const record = expire(sync, window, identity, pending, now);
    return { changes: [{ kind: "put_record", record }], events: [{ kind: "expired", record }] };
  }
  const [before, after] = split(
    pending,
    [
      { start: window.start, end: edge },
      { start: edge, end: window.end },
    ],
    now,
  );
  if (before === undefined || after === undefined) return { changes: [], events: [] };
  const record = expire(sync, before.window, identity, before, now);
  return {
    changes: [
      { kind: "remove_record", runId: pending.runId },
      { kind: "put_record", record },
      { kind: "put_record", record: after },
    ],
    events: [
      { kind: "expired", record },
      { kind: "split", record: after },
    ],
  };
}
