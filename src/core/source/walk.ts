// Fetch: the requests of one read, one after another, until its end is proven (S51 to S54, S58 to S62). A read is a
// row of queries; a query is a first page and the pages that continue it. Decides only; sending is app's.

import { fail, type Failure } from "../failure/failure.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import { type SentBound, startBound } from "./bounds.ts";
import { firstPosition, following, type PageFacts, type Position } from "./paging.ts";
import type { PlaceholderValue, PlaceholderValues } from "./template.ts";
import { type QueryGuard, queryGuard } from "./walk-guards.ts";
import { firstKeyset, type KeysetPosition, nextKeyset } from "./walk-keyset.ts";

/** What is asked next. */
export interface WalkRequest {
  /** Counts the queries of the read from 0. */
  readonly query: number;
  readonly firstPage: boolean;
  readonly values: PlaceholderValues;
  /** The URL of a link page (S51). */
  readonly link: string | undefined;
  /** `page:<number>`, how a skipped page is named (S73). */
  readonly label: string;
}

/** What follows an answer. */
export type WalkStep =
  /** A `query` other than the one before means that the one before ended, proven, unless `abandons` names it (S58). */
  | {
      readonly kind: "request";
      readonly request: WalkRequest;
      readonly abandons: number | undefined;
    }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly failure: Failure; readonly abandons: number | undefined };

/** The course of one read. */
export interface Walk {
  first(): WalkRequest;
  /** What follows an accepted page. */
  after(page: PageFacts): WalkStep;
  /** The query is abandoned and starts again, at most three times per read (S58). */
  restart(): WalkStep;
}

/** The bounds of the read as they are sent. */
export interface WalkBounds {
  readonly start: SentBound | undefined;
  readonly end: SentBound | undefined;
}

/** How often a read starts a query again (S58). */
const restartsMax = 3;

/** Begins a read. */
export function startWalk(sync: SyncSpec, bounds: WalkBounds): Walk {
  const state: WalkState = {
    sync,
    bounds,
    requests: 1,
    restarts: 0,
    ...newQuery(sync, 0, firstKeyset(sync.pages, bounds.start)),
  };
  const ownsPosition = sync.pages.keyset === "key" || sync.pages.keyset === "watermark_key";
  return {
    first: () => requestOf(state),
    restart: () => restart(state),
    after(page) {
      if (page.kind === "empty" || page.isBeyond) return { kind: "end" };
      return ownsPosition ? afterByKeyset(state, page) : afterInQuery(state, page);
    },
  };
}

// Private to a walk, changed in place between its requests.
interface WalkState extends QueryState {
  readonly sync: SyncSpec;
  readonly bounds: WalkBounds;
  requests: number;
  restarts: number;
}

interface QueryState {
  query: number;
  keyset: KeysetPosition;
  position: Position;
  isFirst: boolean;
  /** Items of the query so far. */
  received: number;
  guard: QueryGuard;
}

function newQuery(sync: SyncSpec, query: number, keyset: KeysetPosition): QueryState {
  const position = firstPosition(sync.pages);
  return { query, keyset, position, isFirst: true, received: 0, guard: queryGuard(sync.pages) };
}

function requestOf(state: WalkState): WalkRequest {
  const { position } = state;
  return {
    query: state.query,
    firstPage: state.isFirst,
    values: valuesOf(state.sync, state.bounds, state.keyset, position),
    link: position.kind === "link" ? position.url : undefined,
    label: `page:${position.kind === "count" ? position.count : state.requests}`,
  };
}

function ask(state: WalkState, abandons?: number): WalkStep {
  const { max } = state.sync.pages;
  if (state.requests >= max) return { kind: "failed", failure: tooManyPages(max), abandons };
  state.requests += 1;
  return { kind: "request", request: requestOf(state), abandons };
}

function askNewQuery(state: WalkState, keyset: KeysetPosition, abandons?: number): WalkStep {
  Object.assign(state, newQuery(state.sync, state.query + 1, keyset));
  return ask(state, abandons);
}

function restart(state: WalkState): WalkStep {
  const abandons = state.query;
  if (state.restarts >= restartsMax) return { kind: "failed", failure: restartedOften, abandons };
  state.restarts += 1;
  return askNewQuery(state, state.keyset, abandons);
}

function afterByKeyset(state: WalkState, page: PageFacts): WalkStep {
  const step = nextKeyset(state.sync, state.keyset, page);
  if (step.kind === "last") return { kind: "end" };
  return step.kind === "failed" ? failed(step.failure) : askNewQuery(state, step.keyset);
}

function afterInQuery(state: WalkState, page: PageFacts): WalkStep {
  const { sync, guard } = state;
  const judged = guard.page(page);
  if (judged === "shrunk") return restart(state);
  if (judged !== "fine") return failed(judged);
  state.received += page.items.length;
  const follows = following(sync.pages, state.position, page, state.received);
  if (follows.kind === "last") return { kind: "end" };
  const advanced = advancedStart(sync, state.keyset, page);
  if (advanced !== undefined && !isMalformed(follows)) return askNewQuery(state, advanced);
  if (follows.kind === "failed") return failed(follows.failure);
  const repeated = guard.position(follows.position);
  if (repeated !== undefined) return failed(repeated);
  state.position = follows.position;
  state.isFirst = false;
  return ask(state);
}

function failed(failure: Failure): WalkStep {
  return { kind: "failed", failure, abandons: undefined };
}

function isMalformed(follows: ReturnType<typeof following>): boolean {
  return follows.kind === "failed" && follows.failure.code === "malformed_response";
}

// K3 (S54): the start bound that the page's last watermark gives, if it is past the one that was sent.
function advancedStart(
  sync: SyncSpec,
  keyset: KeysetPosition,
  page: PageFacts,
): KeysetPosition | undefined {
  if (sync.pages.keyset !== "watermark" || sync.filter === undefined) return undefined;
  if (page.lastWatermark === undefined || keyset.start === undefined) return undefined;
  const start = startBound(sync.filter, page.lastWatermark);
  return start.at > keyset.start.at ? { ...keyset, start } : undefined;
}

function valuesOf(
  sync: SyncSpec,
  bounds: WalkBounds,
  keyset: KeysetPosition,
  position: Position,
): PlaceholderValues {
  const values = new Map<string, PlaceholderValue>();
  const set = (name: string, value: PlaceholderValue | undefined): void => {
    if (value !== undefined) values.set(name, value);
  };
  set("window.start", bounds.start?.value);
  set("window.end", bounds.end?.value);
  set("page.size", sync.pages.size);
  if (position.kind === "token") set("page.token", position.token);
  if (position.kind === "count")
    set(sync.pages.type === "page" ? "page.number" : "page.offset", position.count);
  set("keyset.key", keyset.rawKey);
  set("keyset.watermark", keyset.start?.value);
  return values;
}

function tooManyPages(max: number): Failure {
  return fail(
    "cap",
    `the read: expected at most ${max} requests (pages.max), found more to ask for; shorten window.step, or raise pages.max`,
  ).failure;
}

const restartedOften = fail(
  "incomplete",
  `the read: expected its pages to hold still, found the query to be started again more than ${restartsMax} times; the next run reads the window again`,
).failure;
