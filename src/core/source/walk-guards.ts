// Fetch: signs that a query does not advance or that rows left it while it was read (S60, S62).

import { fail, type Failure } from "../failure/failure.ts";
import type { PagesSpec } from "../sync/sync-spec.ts";
import { ExactNumber } from "./exact-number.ts";
import { type PageFacts, type Position, readTotal } from "./paging.ts";

/** Watches the pages of one query. */
export interface QueryGuard {
  /** Judges a page: fine, a page seen before (S60), or a total that fell although position counts rows (S62). */
  page(page: PageFacts): "fine" | "shrunk" | Failure;
  /** Judges the next position; a failure when a token or link comes again (S60). */
  position(position: Position): Failure | undefined;
}

/** A guard for a new query. */
export function queryGuard(pages: PagesSpec): QueryGuard {
  const positions = new Set<string>();
  let before: readonly unknown[] = [];
  let total: number | undefined;
  return {
    page(page) {
      if (page.items.length > 0 && isSame(page.items, before)) return repeatedPage;
      before = page.items;
      const now = readTotal(pages, page);
      const fell = now !== undefined && total !== undefined && now < total;
      total = now ?? total;
      return fell && pages.positional ? "shrunk" : "fine";
    },
    position(position) {
      const text = textOf(position);
      if (text === undefined) return undefined;
      if (positions.has(text)) return repeatedPosition;
      positions.add(text);
      return undefined;
    },
  };
}

const repeatedPage = fail(
  "incomplete",
  "pages: expected each page to differ from the one before, found the same items in the same order; check which placeholder the API pages by",
).failure;

const repeatedPosition = fail(
  "incomplete",
  "pages.next: expected a new token or link, found one that was followed before; check pages.next",
).failure;

function textOf(position: Position): string | undefined {
  if (position.kind === "link") return position.url;
  if (position.kind !== "token") return undefined;
  return position.token instanceof ExactNumber ? position.token.text : String(position.token);
}

// Leaves at the first difference, which is nearly always in the first item.
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof ExactNumber || b instanceof ExactNumber)
    return a instanceof ExactNumber && b instanceof ExactNumber && a.text === b.text;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = b as Readonly<Record<string, unknown>>;
  if (left.length !== Object.keys(right).length) return false;
  return left.every(([name, value]) => Object.hasOwn(right, name) && isSame(value, right[name]));
}
