// Ended attempts of a window: what a new attempt keeps of the ones before it (L8, contract 3.1 `history`).

import type { Instant } from "../time/instant.ts";
import { type HistoryEntry, type HistoryFolded, historyMax, type RunRecord } from "./run-record.ts";

/** The two fields of a record that remember. */
export interface History {
  readonly history: readonly HistoryEntry[];
  readonly historyFolded: HistoryFolded | undefined;
}

/** A window without a past. */
export const noHistory: History = { history: [], historyFolded: undefined };

/** The history with the record's own final outcome added, as the next attempt keeps it (L8). */
export function endedAttempts(record: RunRecord): History {
  if (record.status === "pending" || record.status === "running")
    return { history: record.history, historyFolded: record.historyFolded };
  const succeeded = record.status === "succeeded";
  const { fetched, processed, failed } = record.itemCounts;
  return remember(record, {
    attempt: record.attempt,
    status: record.status,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    code: succeeded ? undefined : record.error.code,
    itemCounts: { fetched, processed, failed },
    requests: { sent: record.requests.sent, lastAt: record.requests.lastAt },
    receipt: succeeded ? record.receipt : undefined,
    mappingDigest: succeeded ? record.mappingDigest : undefined,
  });
}

/** One more entry; beyond 20 the oldest are summed up, the last success apart, since coverage and stale look at it. */
export function remember(record: RunRecord, entry: HistoryEntry): History {
  const all = [...record.history, entry];
  const lastSuccess = all.findLast((past) => past.status === "succeeded");
  let folded: HistoryFolded | undefined = record.historyFolded;
  while (all.length > historyMax) {
    const index = all.findIndex((past) => past !== lastSuccess);
    const [oldest] = all.splice(index, 1);
    if (oldest !== undefined) folded = foldEntry(folded, oldest);
  }
  return { history: all, historyFolded: folded };
}

function foldEntry(folded: HistoryFolded | undefined, entry: HistoryEntry): HistoryFolded {
  const last = folded?.lastAt;
  const at: Instant | undefined = entry.requests.lastAt;
  return {
    attempts: (folded?.attempts ?? 0) + 1,
    requests: (folded?.requests ?? 0) + entry.requests.sent,
    lastAt: last === undefined || (at !== undefined && at > last) ? at : last,
  };
}
