// Fetch: continuation by key, or by watermark and key (K1, K2 of S52, S53): every request is a query of its own,
// from the last item that has a key. Whatever `next` the API offers is ignored.

import { fail, type Failure } from "../failure/failure.ts";
import type { PagesSpec, SyncSpec } from "../sync/sync-spec.ts";
import { exactBound, type SentBound } from "./bounds.ts";
import { type PageFacts, readTotal } from "./paging.ts";
import { compareAs } from "./reading-order.ts";
import type { PlaceholderValue } from "./template.ts";

/** Where a keyset stands: the key as text and as the record has it (S18), and `{{keyset.watermark}}`. */
export interface KeysetPosition {
  readonly key: string | undefined;
  readonly rawKey: PlaceholderValue | undefined;
  readonly start: SentBound | undefined;
}

/** The position before the first record: the seed, and the start bound as sent. */
export function firstKeyset(pages: PagesSpec, start: SentBound | undefined): KeysetPosition {
  const key = pages.seed === undefined ? undefined : String(pages.seed);
  return { key, rawKey: pages.seed, start };
}

/** The position after a page; `last` at an empty page or when the page holds all that the server counts (S52, S61). */
export function nextKeyset(
  sync: SyncSpec,
  from: KeysetPosition,
  page: PageFacts,
):
  | { readonly kind: "next"; readonly keyset: KeysetPosition }
  | { readonly kind: "last" }
  | { readonly kind: "failed"; readonly failure: Failure } {
  const total = readTotal(sync.pages, page);
  if (page.items.length === 0 || (total !== undefined && page.items.length >= total))
    return { kind: "last" };
  const keyset = positionOf(sync, page);
  if (keyset === undefined || !increases(sync, from, keyset))
    return { kind: "failed", failure: standsStill };
  return { kind: "next", keyset };
}

function positionOf(sync: SyncSpec, page: PageFacts): KeysetPosition | undefined {
  if (page.last === undefined) return undefined;
  const { key, rawKey, watermark } = page.last;
  if (sync.pages.keyset === "key") return { key, rawKey, start: undefined };
  if (watermark === undefined || sync.filter === undefined) return undefined;
  return { key, rawKey, start: exactBound(sync.filter, watermark) };
}

function increases(sync: SyncSpec, from: KeysetPosition, to: KeysetPosition): boolean {
  if (from.start !== undefined && to.start !== undefined && from.start.at !== to.start.at)
    return to.start.at > from.start.at;
  if (from.key === undefined || to.key === undefined) return from.key === undefined;
  return (compareAs(to.key, from.key, sync.readingOrder.compare) ?? 0) > 0;
}

const standsStill = fail(
  "unordered",
  "pages.keyset: expected each page to end at a higher position than the one before, found one that does not; check the request's condition and sort order",
).failure;
