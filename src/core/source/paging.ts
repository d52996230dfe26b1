// Fetch: where the next page of a query is, and what proves that there is none (S48 to S51, S56, S73). A short page
// proves nothing. Keysets and guards are walk.ts.

import { unreachable } from "../failure/assert.ts";
import { fail, type Failure } from "../failure/failure.ts";
import type { Locator, PagesSpec } from "../sync/sync-spec.ts";
import type { Instant } from "../time/instant.ts";
import type { ResponseHeaders } from "./answer.ts";
import { ExactNumber } from "./exact-number.ts";
import { nextInLinkHeader } from "./link-header.ts";
import { resolveLink } from "./origin.ts";
import { readPointer } from "./pointer.ts";
import { holds } from "./predicate.ts";
import type { PlaceholderValue } from "./template.ts";

/** An accepted page as far as the continuation looks at it. */
export interface PageFacts {
  /** `empty`: nothing follows (S25, S72). `skipped`: passed over by a rule (S73). */
  readonly kind: "read" | "empty" | "skipped";
  readonly items: readonly unknown[];
  readonly document: unknown;
  readonly headers: ResponseHeaders;
  /** The URL that was answered; next links are resolved against it (S4). */
  readonly url: string;
  /** The last item that can be a keyset position, with the key as the record has it (S18, S53). */
  readonly last:
    | {
        readonly key: string;
        readonly rawKey: PlaceholderValue;
        readonly watermark: Instant | undefined;
      }
    | undefined;
  /** The last readable watermark of the page (S54). */
  readonly lastWatermark: Instant | undefined;
  /** Every item lies beyond the range in reading order (S46). */
  readonly isBeyond: boolean;
}

/** What the next request of a query continues from. */
export type Position =
  | { readonly kind: "first" }
  | { readonly kind: "token"; readonly token: PlaceholderValue }
  | { readonly kind: "link"; readonly url: string }
  /** A page number or an offset. */
  | { readonly kind: "count"; readonly count: number };

/** What follows a page in its query. */
export type Following =
  | { readonly kind: "next"; readonly position: Position }
  | { readonly kind: "last" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Where a query begins. */
export function firstPosition(pages: PagesSpec): Position {
  const counts = pages.type === "page" || pages.type === "offset";
  return counts ? { kind: "count", count: pages.start } : { kind: "first" };
}

/** What follows a page (S48 to S51); `received` counts the items of the query, this page included. */
export function following(
  pages: PagesSpec,
  at: Position,
  page: PageFacts,
  received: number,
): Following {
  if (page.kind === "empty") return last;
  switch (pages.type) {
    case "token":
      return afterToken(pages, page);
    case "link":
      return afterLink(pages, page);
    case "page":
    case "offset":
      return afterCount(pages, at.kind === "count" ? at.count : pages.start, page, received);
    case "none":
      return pages.size === undefined || page.items.length < pages.size ? last : fullPage(pages);
    default:
      return unreachable(pages.type);
  }
}

/** The rows of the query as the server counts them; anything but a whole number from 0 is ignored (S50). */
export function readTotal(pages: PagesSpec, page: PageFacts): number | undefined {
  if (pages.total === undefined) return undefined;
  const value = locate(pages.total, page);
  if (pages.total.in === "header")
    return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

const last: Following = { kind: "last" };

function next(position: Position): Following {
  return { kind: "next", position };
}

function failed(code: "incomplete" | "malformed_response" | "cap", message: string): Following {
  return { kind: "failed", failure: fail(code, message).failure };
}

function fullPage(pages: PagesSpec): Following {
  return failed(
    "cap",
    `pages.type none: expected fewer than ${pages.size} items, found a full page, so more may be hidden; shorten window.step or declare a keyset`,
  );
}

function afterToken(pages: PagesSpec, page: PageFacts): Following {
  const promised = promiseOf(pages, page);
  if (promised === "broken") return brokenMore;
  if (promised === "last") return last;
  const token = pages.next === undefined ? undefined : locate(pages.next, page);
  if (token === undefined || token === null || token === "") {
    if (promised === "more") return withoutNext;
    // A last record always exists but on an empty page, so only that is proof (S49).
    if (pages.next?.in === "last_record" && page.items.length > 0) return withoutNext;
    return last;
  }
  if (typeof token === "string" || typeof token === "number" || token instanceof ExactNumber)
    return next({ kind: "token", token });
  return failed(
    "malformed_response",
    "pages.next: expected text or a number, found another value; check the pointer",
  );
}

function afterLink(pages: PagesSpec, page: PageFacts): Following {
  const promised = promiseOf(pages, page);
  if (promised === "broken") return brokenMore;
  const link = pages.next === undefined ? undefined : locateLink(pages.next, page);
  if (link === undefined || link === null || link === "")
    return promised === "more" ? withoutNext : last;
  if (typeof link !== "string")
    return failed(
      "malformed_response",
      "pages.next: expected a URL, found another value; check the pointer",
    );
  const target = resolveLink(link, page.url);
  if (target.ok) return next({ kind: "link", url: target.url });
  return failed(
    "malformed_response",
    `pages.next: expected a URL of the source's own origin, but ${target.reason}; it is not requested`,
  );
}

function afterCount(pages: PagesSpec, count: number, page: PageFacts, received: number): Following {
  if (page.kind === "skipped") return afterSkipped(pages, count);
  const promised = promiseOf(pages, page);
  if (promised === "broken") return brokenMore;
  if (promised === "last") return last;
  if (promised === "none") {
    const total = readTotal(pages, page);
    if (page.items.length === 0 || (total !== undefined && received >= total)) return last;
  }
  if (pages.type === "page") return next({ kind: "count", count: count + 1 });
  if (page.items.length === 0) return withoutNext;
  return next({ kind: "count", count: count + page.items.length });
}

function afterSkipped(pages: PagesSpec, count: number): Following {
  if (pages.type === "page") return next({ kind: "count", count: count + 1 });
  if (pages.size !== undefined) return next({ kind: "count", count: count + pages.size });
  return failed(
    "incomplete",
    "limits.responses, then: skip: expected pages.size to know the next offset, found none; declare it",
  );
}

const brokenMore = failed(
  "malformed_response",
  "pages.more: expected true or false, found another value; check the pointer",
);

const withoutNext = failed(
  "incomplete",
  "pages.next: expected the position of the page that the response promises, found none; the next run reads the window again",
);

// What `more` and `done` say where declared: `more` false or `done` true is proof.
function promiseOf(pages: PagesSpec, page: PageFacts): "more" | "last" | "none" | "broken" {
  if (pages.more === undefined && pages.done === undefined) return "none";
  if (pages.done !== undefined && holds(pages.done, page)) return "last";
  if (pages.more === undefined) return "more";
  const more = locate(pages.more, page);
  if (more === false || (pages.more.in === "header" && more === "false")) return "last";
  if (more === true || (pages.more.in === "header" && more === "true")) return "more";
  return "broken";
}

function locate(locator: Locator, page: PageFacts): unknown {
  switch (locator.in) {
    case "body":
      return readPointer(page.document, locator.pointer);
    case "header":
      return page.headers.get(locator.name.toLowerCase())?.[0];
    case "last_record":
      return readPointer(page.items.at(-1), locator.pointer);
    default:
      return unreachable(locator);
  }
}

function locateLink(locator: Locator, page: PageFacts): unknown {
  if (locator.in !== "header" || locator.name.toLowerCase() !== "link")
    return locate(locator, page);
  return nextInLinkHeader(page.headers.get("link") ?? []);
}
