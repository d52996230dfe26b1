// Counts of one attempt, kept per query so that what an abandoned query counted can be taken back (S55, S58).
// Part of 4 UPSERT and 5 SETTLE: the only place where item_counts, receipt, late and failed items are added up.

import { addCounts, type ItemCounts, noCounts } from "../core/record/counts.ts";
import {
  addPair,
  addReceipts,
  emptyReceipt,
  type Receipt,
  receiptText,
} from "../core/record/receipt.ts";
import {
  type FailedItem,
  failedItemsMax,
  type Late,
  type Requests,
  type SeenItem,
  type Warning,
} from "../core/record/run-record.ts";
import type { Measured } from "../core/record/transitions.ts";
import type { UpsertResult } from "../core/row/row.ts";
import { formatInstant, type Instant } from "../core/time/instant.ts";
import type { Digest } from "../ports/digest.ts";

/** One delivered item as the tally needs it. */
export interface TalliedItem {
  readonly key: string;
  readonly watermark: Instant;
  readonly place: "late" | "inside" | "beyond";
}

/** What one page adds besides its delivered items. */
export interface TalliedPage {
  readonly query: number;
  readonly fetched: number;
  readonly skipped: number;
  readonly outOfWindow: number;
  readonly duplicate: number;
  readonly failed: readonly FailedItem[];
  readonly failedOmitted: number;
  readonly items: readonly TalliedItem[];
  /** One per item. */
  readonly results: readonly UpsertResult[];
}

/** How keys may appear in the ledger (`ledger.item_keys`). */
export type ShowKey = (key: string) => string;

/** What an attempt has counted; a value, so that a page that did not become durable is simply not added. */
export interface WindowTally {
  readonly windowStart: Instant;
  readonly queries: ReadonlyMap<number, QueryTally>;
  /** Items of queries that were given up. */
  readonly abandoned: number;
}

/** Nothing counted yet, of a window that begins at `windowStart`. */
export function newTally(windowStart: Instant): WindowTally {
  return { windowStart, queries: new Map(), abandoned: 0 };
}

/** The tally with one page more. */
export function addPage(tally: WindowTally, page: TalliedPage, digest: Digest): WindowTally {
  const before = tally.queries.get(page.query) ?? nothing;
  const queries = new Map(tally.queries);
  queries.set(page.query, addToQuery(before, page, tally.windowStart, digest));
  return { ...tally, queries };
}

/** What the query had counted becomes `duplicate`; its rows stay written (S55). */
export function abandonQuery(tally: WindowTally, query: number): WindowTally {
  const queries = new Map(tally.queries);
  queries.delete(query);
  const abandoned = tally.abandoned + (tally.queries.get(query)?.counts.fetched ?? 0);
  return { ...tally, queries, abandoned };
}

/** The record's fields, keys shown as the ledger may show them. */
export function measure(
  tally: WindowTally,
  more: {
    readonly requests: Requests;
    readonly warnings: readonly Warning[];
    readonly showKey: ShowKey;
  },
): Measured {
  const total = [...tally.queries.values()].reduce(join, nothing);
  const { abandoned } = tally;
  return {
    itemCounts: addCounts(total.counts, { ...noCounts, fetched: abandoned, duplicate: abandoned }),
    requests: more.requests,
    firstSeen: shown(total.firstSeen, more.showKey),
    lastSeen: shown(total.lastSeen, more.showKey),
    receipt: total.receipt,
    late: total.late,
    snapshot: undefined,
    failedItems: total.failed.map((item) =>
      keyless.has(item.code) ? item : { ...item, key: more.showKey(item.key) },
    ),
    failedItemsOmitted: total.omitted,
    warnings: more.warnings,
  };
}

/** What one query has counted. */
export interface QueryTally {
  readonly counts: ItemCounts;
  readonly receipt: Receipt;
  readonly late: Late;
  readonly firstSeen: SeenItem | undefined;
  readonly lastSeen: SeenItem | undefined;
  readonly failed: readonly FailedItem[];
  readonly omitted: number;
}

const nothing: QueryTally = {
  counts: noCounts,
  receipt: emptyReceipt,
  late: { seen: 0, records: 0, maxDelayS: 0 },
  firstSeen: undefined,
  lastSeen: undefined,
  failed: [],
  omitted: 0,
};

function shown(item: SeenItem | undefined, showKey: ShowKey): SeenItem | undefined {
  return item === undefined ? undefined : { ...item, key: showKey(item.key) };
}

// Items of these codes have no key of the source; what stands there says which item was meant.
const keyless: ReadonlySet<string> = new Set(["no_key", "not_object", "skipped_page"]);

function addToQuery(
  before: QueryTally,
  page: TalliedPage,
  windowStart: Instant,
  digest: Digest,
): QueryTally {
  const counts = { ...noCounts };
  let { receipt, late, firstSeen, lastSeen } = before;
  const refused: FailedItem[] = [];
  page.items.forEach((item, index) => {
    const result = page.results[index];
    if (result === undefined) return;
    if (result.kind === "refused") {
      const { code, message } = result;
      refused.push({ key: item.key, stage: "upsert", code, message });
      return;
    }
    counts[result.kind] += 1;
    lastSeen = { watermark: item.watermark, key: item.key };
    firstSeen ??= lastSeen;
    if (item.place === "inside") {
      const text = receiptText(item.key, formatInstant(item.watermark));
      receipt = addPair(receipt, digest.sha256(text));
    }
    if (item.place === "late") late = addLate(late, item, result, windowStart);
  });
  const processed =
    counts.inserted + counts.updated + counts.unchanged + counts.older + counts.deleted;
  const failed = page.failed.length + page.failedOmitted + refused.length;
  const { fetched, skipped, outOfWindow, duplicate } = page;
  const added = { ...counts, fetched, skipped, outOfWindow, duplicate, processed, failed };
  return {
    counts: addCounts(before.counts, added),
    receipt,
    late,
    firstSeen,
    lastSeen,
    ...nameFailed(before, [...page.failed, ...refused], page.failedOmitted),
  };
}

function addLate(late: Late, item: TalliedItem, result: UpsertResult, start: Instant): Late {
  const isNew = result.kind !== "unchanged" && result.kind !== "older";
  const delay = Math.floor((start - item.watermark) / 1_000_000);
  return {
    seen: late.seen + 1,
    records: late.records + (isNew ? 1 : 0),
    maxDelayS: Math.max(late.maxDelayS, delay),
  };
}

function join(a: QueryTally, b: QueryTally): QueryTally {
  return {
    counts: addCounts(a.counts, b.counts),
    receipt: addReceipts(a.receipt, b.receipt),
    late: {
      seen: a.late.seen + b.late.seen,
      records: a.late.records + b.late.records,
      maxDelayS: Math.max(a.late.maxDelayS, b.late.maxDelayS),
    },
    firstSeen: a.firstSeen ?? b.firstSeen,
    lastSeen: b.lastSeen ?? a.lastSeen,
    ...nameFailed(a, b.failed, b.omitted),
  };
}

function nameFailed(
  before: QueryTally,
  failed: readonly FailedItem[],
  omitted: number,
): Pick<QueryTally, "failed" | "omitted"> {
  const all = [...before.failed, ...failed];
  const named = all.slice(0, failedItemsMax);
  return { failed: named, omitted: before.omitted + omitted + all.length - named.length };
}
