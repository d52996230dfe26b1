// Fetch: one accepted page: its items counted and sorted out, its order verified, and what the walk must know about
// the page (S24, S26, S46, S47, S53). Sends nothing and decides nothing about the next page.

import { unreachable } from "../failure/assert.ts";
import { fail, type Outcome, succeed } from "../failure/failure.ts";
import { type FailedItem, failedItemsMax } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import type { Instant } from "../time/instant.ts";
import type { Admission, DeliveredItem, SeenOnWire } from "./admit.ts";
import type { ResponseHeaders } from "./answer.ts";
import type { ReadRange } from "./bounds.ts";
import { ExactNumber } from "./exact-number.ts";
import type { PageFacts } from "./paging.ts";
import { formatPointer, readPointer } from "./pointer.ts";
import type { OrderWatch } from "./reading-order.ts";
import type { PlaceholderValue } from "./template.ts";

/** What a page counts (S26). */
export interface PageCounts {
  readonly fetched: number;
  readonly skipped: number;
  readonly outOfWindow: number;
  readonly duplicate: number;
  readonly failed: readonly FailedItem[];
  /** Failed items beyond those named. */
  readonly failedOmitted: number;
  readonly delivered: readonly DeliveredItem[];
}

/** A page of a read. */
export interface ReadPage {
  readonly counts: PageCounts;
  readonly facts: PageFacts;
}

/** What pages of one read are judged by. */
export interface PageJudges {
  readonly sync: SyncSpec;
  readonly range: ReadRange;
  readonly admission: Admission;
  readonly watch: OrderWatch;
}

/** Reads a page; a failure when `records` leads to no array (S24), on a zoneless watermark (S33), or out of order (S47). */
export function readPage(
  judges: PageJudges,
  answer: {
    readonly document: unknown;
    readonly headers: ResponseHeaders;
    readonly url: string;
  },
): Outcome<ReadPage> {
  const { sync, admission, watch } = judges;
  const items = readPointer(answer.document, sync.records);
  if (!Array.isArray(items)) return noRecords(sync);
  const counts = noCounts();
  const sight = newSight();
  for (const item of items as readonly unknown[]) {
    const { admitted, seen } = admission.admit(item);
    if (admitted.kind === "zoneless") return zoneless;
    if (!isInOrder(watch, seen)) return unordered(sync);
    notice(sight, judges, item, seen);
    count(counts, admitted);
  }
  const { last, lastWatermark } = sight;
  const isBeyond = items.length > 0 && sight.isBeyond;
  return succeed({
    counts,
    facts: { kind: "read", items, ...answer, last, lastWatermark, isBeyond },
  });
}

/** A page without items, after which nothing follows (S25, S72). */
export function emptyPage(answer: {
  readonly headers: ResponseHeaders;
  readonly url: string;
}): ReadPage {
  return { counts: noCounts(), facts: factsWithout("empty", answer) };
}

/** A page that a rule passed over: one item that failed (S73). */
export function skippedPage(label: string): ReadPage {
  const failed: FailedItem[] = [
    {
      key: label,
      stage: "fetch",
      code: "skipped_page",
      message: "a rule of limits.responses passed this page over",
    },
  ];
  const facts = factsWithout("skipped", { headers: new Map(), url: "" });
  return { counts: { ...noCounts(), fetched: 1, failed }, facts };
}

function factsWithout(
  kind: "empty" | "skipped",
  answer: { readonly headers: ResponseHeaders; readonly url: string },
): PageFacts {
  const nothing = { document: undefined, last: undefined, lastWatermark: undefined };
  return { kind, items: [], ...answer, ...nothing, isBeyond: false };
}

interface Counting {
  fetched: number;
  skipped: number;
  outOfWindow: number;
  duplicate: number;
  readonly failed: FailedItem[];
  failedOmitted: number;
  readonly delivered: DeliveredItem[];
}

function noCounts(): Counting {
  return {
    fetched: 0,
    skipped: 0,
    outOfWindow: 0,
    duplicate: 0,
    failed: [],
    failedOmitted: 0,
    delivered: [],
  };
}

type Counted = Exclude<ReturnType<Admission["admit"]>["admitted"], { readonly kind: "zoneless" }>;

function count(counts: Counting, admitted: Counted): void {
  counts.fetched += 1;
  switch (admitted.kind) {
    case "failed":
      if (counts.failed.length < failedItemsMax) counts.failed.push(admitted.item);
      else counts.failedOmitted += 1;
      break;
    case "skipped":
      counts.skipped += 1;
      break;
    case "out_of_window":
      counts.outOfWindow += 1;
      break;
    case "duplicate":
      counts.duplicate += 1;
      break;
    case "delivered":
      counts.delivered.push(admitted.item);
      break;
    default:
      unreachable(admitted);
  }
}

// Duplicates and items without watermark are passed over (S47); so is a local time that occurs twice, of which
// nobody knows which reading the server sorted by.
function isInOrder(watch: OrderWatch, seen: SeenOnWire): boolean {
  if (seen.repeated || seen.watermark === undefined || seen.earlier !== undefined) return true;
  return watch.follows(seen.key, seen.watermark);
}

// What the continuation needs of the items seen so far.
interface Sight {
  last: PageFacts["last"];
  lastWatermark: Instant | undefined;
  isBeyond: boolean;
}

function newSight(): Sight {
  return { last: undefined, lastWatermark: undefined, isBeyond: true };
}

function notice(sight: Sight, judges: PageJudges, item: unknown, seen: SeenOnWire): void {
  const { sync, range } = judges;
  const { key, watermark } = seen;
  sight.isBeyond &&= liesBeyond(sync, range, seen);
  if (watermark !== undefined) sight.lastWatermark = watermark;
  if (sync.pages.keyset === undefined || key === undefined) return;
  if (sync.pages.keyset === "key" || watermark !== undefined)
    sight.last = { key, rawKey: rawKey(sync, item, key), watermark };
}

// Either reading counts, whichever keeps the read going (S46).
function liesBeyond(sync: SyncSpec, range: ReadRange, seen: SeenOnWire): boolean {
  if (sync.readingOrder.by !== "watermark" || seen.watermark === undefined) return false;
  if (sync.readingOrder.dir === "asc") return (seen.earlier ?? seen.watermark) >= range.to;
  return seen.watermark < range.from;
}

// A key keeps type and digits of the record (S18); a composite one has no other form than its text.
function rawKey(sync: SyncSpec, item: unknown, key: string): PlaceholderValue {
  const [pointer] = sync.key;
  if (sync.key.length !== 1 || pointer === undefined) return key;
  const value = readPointer(item, pointer);
  return typeof value === "number" || value instanceof ExactNumber ? value : key;
}

function noRecords(sync: SyncSpec): Outcome<never> {
  const where = formatPointer(sync.records);
  return fail(
    "malformed_response",
    `records: expected an array at ${where === "" ? "the top of the response" : where}, found none; check the pointer`,
  );
}

const zoneless: Outcome<never> = fail(
  "config",
  "watermark: expected an offset in each value or watermark.timezone, found a value without an offset; name the zone in watermark.timezone",
);

function unordered(sync: SyncSpec): Outcome<never> {
  const { by, dir, thenKey } = sync.readingOrder;
  return fail(
    "unordered",
    `order: expected items by ${by} ${dir}${thenKey ? ", then key" : ""}, found one out of order; check the request's sort order and order.compare`,
  );
}
