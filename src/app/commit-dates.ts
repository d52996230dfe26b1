// When records that are dated in the future were really committed, so that a wrong clock or a stranger's edit holds up a
// source for 24 hours and no longer (G17). Serves the plan step; asks only about records that stand in the way.

import { holdsSourceUntil } from "../core/plan/standing.ts";
import type { RunRecord } from "../core/record/run-record.ts";
import type { Instant } from "../core/time/instant.ts";
import type { LedgerSnapshot } from "../ports/ledger.ts";
import { nowOf, type RunContext } from "./run-context.ts";

/** Notes the dates, each asked for once; by them `foreignClaim` and the plan judge leases and pauses. */
export async function noteCommitDates(
  ctx: RunContext,
  snapshot: LedgerSnapshot,
  records: readonly RunRecord[],
): Promise<void> {
  const { ports, progress } = ctx;
  for (const record of records) {
    if (progress.committedAt.has(record) || !isAhead(record, nowOf(ctx))) continue;
    const change = { kind: "put_record" as const, record };
    const paths = ports.ledger.filesOf([change]).map(({ path }) => path);
    const options = { paths, since: undefined, limit: 1 };
    const [commit] = await ports.store.history(snapshot.tip, options);
    if (commit !== undefined) progress.committedAt.set(record, commit.committedAt);
  }
}

// A record of our own clock's past is bounded by its own date.
function isAhead(record: RunRecord, now: Instant): boolean {
  if (record.status === "running")
    return (record.startedAt ?? record.plannedAt) > now && record.claim.leaseUntil > now;
  if (record.status !== "failed" || record.finishedAt <= now) return false;
  return holdsSourceUntil(record, now) !== undefined;
}
