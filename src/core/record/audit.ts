// The audit of one sync's folder at one tip, as `verify` makes it: what the files say against the laws, and nothing
// else. Pure; reading files, their canonical form and git are not its business. Against an older tip: audit-base.ts.

import type { Order } from "../plan/order-record.ts";
import { isDead } from "../plan/recovery.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import { compareWindows, overlap } from "../window/window.ts";
import { auditSplits } from "./audit-splits.ts";
import {
  type AuditedSync,
  type Finding,
  monthPathOf,
  pathOf,
  sortFindings,
} from "./audited-sync.ts";
import { imbalance } from "./counts.ts";
import { proveFold } from "./fold.ts";
import type { RunId } from "./run-id.ts";
import type { RunRecord } from "./run-record.ts";

/** Windows that one order may ask for (L12). */
const orderWindowsMax = 10_000;

/** Every breach of L1, L2, L7, L8, L9, L11 and L12 that one tip shows, sorted by path; none in a sound folder. */
export function auditSync(sync: AuditedSync, now: Instant): readonly Finding[] {
  const findings = [
    ...sync.unread,
    ...auditFold(sync),
    ...auditOverlaps(sync),
    ...auditSplits(sync),
    ...sync.records.flatMap((record) => auditRecord(pathOf(sync, record), record)),
    ...sync.folded.flatMap((record) => auditRecord(monthPathOf(sync, record), record)),
    ...sync.records.flatMap((record) => auditClaim(pathOf(sync, record), record, now)),
    ...sync.orders.flatMap((order) => auditOrder(sync, order)),
  ];
  return sortFindings(findings);
}

// L2: what an ordinary run believes of folded windows is what their lines say. Without all lines nothing is proved,
// and why they cannot be read is a finding already.
function auditFold(sync: AuditedSync): readonly Finding[] {
  if (sync.unread.some(({ path }) => path.endsWith(".jsonl") || path.endsWith("/fold.json")))
    return [];
  const flaw = proveFold(sync.fold, sync.folded);
  if (flaw === undefined) return [];
  const message = `${flaw}; restore fold.json and the months from one commit`;
  return [{ path: `${sync.path}/fold.json`, runId: undefined, law: "L2", message }];
}

// L1 against the months: a window's own file replaces its line, and only that of the very same window. Overlaps among
// record files are found where they are read, since a run stops for them too.
function auditOverlaps(sync: AuditedSync): readonly Finding[] {
  const own = new Set(sync.records.map((record) => record.runId));
  const all = [...sync.records, ...sync.folded.filter((record) => !own.has(record.runId))];
  const sorted = all.toSorted((a, b) => compareWindows(a.window, b.window));
  const findings: Finding[] = [];
  let widest: RunRecord | undefined;
  for (const record of sorted) {
    const isFolded = widest !== undefined && !(own.has(record.runId) && own.has(widest.runId));
    if (widest !== undefined && isFolded && overlap(widest.window, record.window))
      findings.push(overlapping(sync, own, [widest, record]));
    if (widest === undefined || record.window.end > widest.window.end) widest = record;
  }
  return findings;
}

function overlapping(
  sync: AuditedSync,
  own: ReadonlySet<RunId>,
  [first, second]: readonly [RunRecord, RunRecord],
): Finding {
  const [shown, other] = own.has(first.runId) ? [first, second] : [second, first];
  const path = own.has(shown.runId) ? pathOf(sync, shown) : monthPathOf(sync, shown);
  const message = `window: expected none that overlaps, found ${other.runId} in ${monthPathOf(sync, other)}; restore the folder from a commit before the second one`;
  return { path, runId: shown.runId, law: "L1", message };
}

function auditRecord(path: string, record: RunRecord): readonly Finding[] {
  return flawsOfCounts(record).map((flaw) => ({
    path,
    runId: record.runId,
    law: "L9",
    message: `${flaw}; restore the file from git`,
  }));
}

// L9: counts balance in every record, failed ones included; failed items are named or counted; no receipt is larger
// than what was delivered.
function flawsOfCounts(record: RunRecord): readonly string[] {
  const { itemCounts, failedItems, failedItemsOmitted, receipt } = record;
  const unequal = imbalance(itemCounts);
  const flaws =
    unequal === undefined ? [] : [`item_counts: expected balanced counts, found ${unequal}`];
  const named = failedItems.length + failedItemsOmitted;
  if (named !== itemCounts.failed)
    flaws.push(
      `failed_items: expected ${itemCounts.failed} named or omitted, as item_counts.failed says, found ${named}`,
    );
  if (receipt.records > itemCounts.processed)
    flaws.push(
      `receipt.records: expected at most ${itemCounts.processed}, as item_counts.processed says, found ${receipt.records}`,
    );
  for (const [index, entry] of record.history.entries()) {
    const { fetched, processed, failed } = entry.itemCounts;
    if (processed + failed > fetched)
      flaws.push(
        `history.${index}.item_counts: expected at most ${fetched} processed and failed, found ${processed + failed}`,
      );
  }
  return flaws;
}

// L12: a claim is bounded by its lease; the next run recovers it, so one that stays means that nothing runs.
function auditClaim(path: string, record: RunRecord, now: Instant): readonly Finding[] {
  if (record.status !== "running" || !isDead(record, "unknown", now)) return [];
  const { holder, leaseUntil } = record.claim;
  const message = `claim: expected an outcome before the lease of ${holder} ended at ${formatInstant(leaseUntil)}, found it running; the next tidemark run recovers it`;
  return [{ path, runId: record.runId, law: "L12", message }];
}

function auditOrder(sync: AuditedSync, order: Order): readonly Finding[] {
  if (order.estimate.windows <= orderWindowsMax) return [];
  const message = `estimate.windows: expected at most ${orderWindowsMax}, found ${order.estimate.windows}; remove the file and order a shorter range`;
  return [{ path: `${sync.path}/orders/${order.id}.json`, runId: undefined, law: "L12", message }];
}
