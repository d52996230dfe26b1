// 3 FETCH: the pages of one window, one after another, until its end is proven (sources.md sections 5 to 9). An
// async generator: the caller writes one page while the next is read. Retries are tries.ts, decisions core/source.

import { unreachable } from "../../core/failure/assert.ts";
import { fail, type Failure, type Outcome, succeed } from "../../core/failure/failure.ts";
import type { RecordError, Requests, Warning } from "../../core/record/run-record.ts";
import { type Admission, admission } from "../../core/source/admit.ts";
import { endBound, endBoundInstant, readRange, startBound } from "../../core/source/bounds.ts";
import {
  emptyPage,
  type PageCounts,
  type PageJudges,
  readPage,
  type ReadPage,
  skippedPage,
} from "../../core/source/read-page.ts";
import { orderWatch } from "../../core/source/reading-order.ts";
import { renderRequest } from "../../core/source/render-request.ts";
import { startWalk, type Walk, type WalkRequest, type WalkStep } from "../../core/source/walk.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import type { Instant } from "../../core/time/instant.ts";
import type { Window } from "../../core/window/window.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { SourceSession } from "../source-session.ts";
import { attemptTally } from "./attempt-tally.ts";
import { askWhenReadable } from "./server-clock.ts";
import { type Reply, sendRequest, type TryContext } from "./tries.ts";

/** What is read, and until when. */
export interface FetchInput {
  readonly sync: SyncSpec;
  readonly window: Window;
  /** No later window of the sync is due (S42). */
  readonly newest: boolean;
  readonly readAt: Instant;
  readonly retentionEdge: Instant | undefined;
  /** Its reason is a StopReason. */
  readonly stop: AbortSignal;
  /** Nothing is sent after this, in ms on `mono`. */
  readonly deadlineAt: number;
  /** Nothing is sent from then on (P13). */
  readonly leaseUntil: Instant;
}

/** An accepted page. A page whose `query` is not that of the page before says that the query before ended, proven. */
export interface FetchedPage extends PageCounts {
  /** Counts the queries of the read from 0. */
  readonly query: number;
  /**
   * The query that is abandoned, on a page of its own without items: what it counted becomes `duplicate`, its
   * receipt, failed items and late ones are dropped, rows already written stay (S55, S58).
   */
  readonly abandons: number | undefined;
  /** Tries so far. */
  readonly requests: Requests;
}

/** How the read ended. */
export interface FetchEnd {
  /** Ok: the read is complete (S59). */
  readonly outcome: Outcome<undefined>;
  /** The failure does not count towards `max_attempts`: a source fault, or one that waits (contract 3.2). */
  readonly uncounted: boolean;
  readonly acceptedPages: number;
  readonly requests: Requests;
  readonly mostCommon: RecordError["mostCommon"];
  readonly warnings: readonly Warning[];
}

/** Reads a window. Returns the end; throws nothing but a bug. */
export async function* fetchPages(
  session: SourceSession,
  input: FetchInput,
  deps: { readonly clock: Clock; readonly random: Random },
): AsyncGenerator<FetchedPage, FetchEnd, undefined> {
  const read = newRead(session, input, deps);
  if (input.retentionEdge !== undefined && input.window.start < input.retentionEdge)
    return endOf(read, beyondRetention, false);
  let request = read.walk.first();
  for (;;) {
    const answered = await askPage(read, request);
    if (answered.kind === "failed") return endOf(read, answered.failure, answered.isSourceFault);
    if (answered.kind === "page") yield pageOf(read, request.query, answered.page.counts);
    const step =
      answered.kind === "page" ? read.walk.after(answered.page.facts) : read.walk.restart();
    if (step.kind === "end") return endOf(read, undefined, false);
    if (step.abandons !== undefined) yield abandon(read, step);
    if (step.kind === "failed") return endOf(read, step.failure, false);
    if (step.request.query !== request.query) beginQuery(read);
    request = step.request;
  }
}

const beyondRetention = fail(
  "retention",
  "window.retention: expected a window that the source can still answer, found one that begins before the edge; raise retention if the source keeps more, or waive the window",
).failure;

// One read and what it gathers; private to a call of fetchPages.
interface Read {
  readonly input: FetchInput;
  readonly tries: TryContext;
  readonly walk: Walk;
  readonly judges: PageJudges;
  readonly admission: Admission;
  /** Where the memory of duplicates stood when the query began. */
  mark: number;
  acceptedPages: number;
  isClockChecked: boolean;
  skipped: number;
  protoDropped: number;
  isServerAstray: boolean;
}

function newRead(
  session: SourceSession,
  input: FetchInput,
  deps: { readonly clock: Clock; readonly random: Random },
): Read {
  const { sync, window, stop, deadlineAt, leaseUntil } = input;
  const { filter } = sync;
  const range = readRange(input);
  const admitting = admission(sync, range, window);
  const bounds = {
    start: filter === undefined ? undefined : startBound(filter, range.from),
    end: filter === undefined ? undefined : endBound(filter, endBoundInstant(sync, window, range)),
  };
  return {
    input,
    tries: {
      session,
      syncId: sync.id,
      clock: deps.clock,
      random: deps.random,
      stop,
      deadlineAt,
      leaseUntil,
      tally: attemptTally(),
    },
    walk: startWalk(sync, bounds),
    judges: { sync, range, admission: admitting, watch: orderWatch(sync.readingOrder) },
    admission: admitting,
    mark: 0,
    acceptedPages: 0,
    isClockChecked: false,
    skipped: 0,
    protoDropped: 0,
    isServerAstray: false,
  };
}

type Asked =
  | { readonly kind: "page"; readonly page: ReadPage }
  | { readonly kind: "restart" }
  | { readonly kind: "failed"; readonly failure: Failure; readonly isSourceFault: boolean };

async function askPage(read: Read, request: WalkRequest): Promise<Asked> {
  const { sync } = read.input;
  const rendered = renderRequest({
    source: read.tries.session.spec,
    sync,
    values: request.values,
    firstPage: request.firstPage,
    link: request.link,
  });
  if (!rendered.ok) return { ...rendered, kind: "failed", isSourceFault: false };
  const send = async (): Promise<Reply> => await sendRequest(read.tries, rendered.value);
  return accept(read, request, read.isClockChecked ? await send() : await sendFirst(read, send));
}

// S44: the server's clock is looked at once, on the first answer that shows it.
async function sendFirst(read: Read, send: () => Promise<Reply>): Promise<Reply> {
  const { sync, window } = read.input;
  const asked = await askWhenReadable(read.tries, { sync, window }, send);
  read.isServerAstray = asked.isAstray;
  read.isClockChecked = true;
  return asked.reply;
}

function accept(read: Read, request: WalkRequest, reply: Reply): Asked {
  const { session, syncId } = read.tries;
  switch (reply.kind) {
    case "page": {
      const page = readPage(read.judges, reply);
      if (!page.ok) {
        session.noteRefused(syncId, page.failure);
        return { ...page, kind: "failed", isSourceFault: false };
      }
      session.noteAccepted(syncId);
      read.protoDropped += reply.protoDropped ? 1 : 0;
      return { kind: "page", page: page.value };
    }
    case "empty":
      session.noteAccepted(syncId);
      return { kind: "page", page: emptyPage(reply) };
    case "skip":
      if (read.input.sync.pages.type === "page" || read.input.sync.pages.type === "offset")
        return { kind: "page", page: skippedPage(request.label) };
      return { ...reply, kind: "failed", isSourceFault: false };
    case "restart_pages":
      return { kind: "restart" };
    case "cap":
      return { ...reply, kind: "failed", isSourceFault: false };
    case "failed":
      return reply;
    default:
      return unreachable(reply);
  }
}

function pageOf(read: Read, query: number, counts: PageCounts): FetchedPage {
  read.acceptedPages += 1;
  read.skipped += counts.skipped;
  return { ...counts, query, abandons: undefined, requests: read.tries.tally.requests() };
}

// The items of an abandoned query leave the memory of duplicates, or the next query could not deliver them (S55).
function abandon(read: Read, step: Exclude<WalkStep, { readonly kind: "end" }>): FetchedPage {
  read.admission.forgetSince(read.mark);
  const { abandons } = step;
  const query = step.kind === "request" ? step.request.query : (abandons ?? 0) + 1;
  return { ...noItems, query, abandons, requests: read.tries.tally.requests() };
}

const noItems: PageCounts = {
  fetched: 0,
  skipped: 0,
  outOfWindow: 0,
  duplicate: 0,
  failed: [],
  failedOmitted: 0,
  delivered: [],
};

// With K1 and K2 the order is one over all queries of the read (S53).
function beginQuery(read: Read): void {
  const { keyset } = read.input.sync.pages;
  read.mark = read.admission.mark();
  if (keyset !== "key" && keyset !== "watermark_key") read.judges.watch.reset();
}

/** Codes that never count towards `max_attempts` (contract 3.2). */
const uncountedCodes: ReadonlySet<string> = new Set(["throttled", "quota", "cancelled"]);

function endOf(read: Read, failure: Failure | undefined, isSourceFault: boolean): FetchEnd {
  const { tally } = read.tries;
  const waits = failure?.resumeAt !== undefined || uncountedCodes.has(failure?.code ?? "");
  return {
    outcome: failure === undefined ? succeed(undefined) : { ok: false, failure },
    uncounted: isSourceFault || waits,
    acceptedPages: read.acceptedPages,
    requests: tally.requests(),
    mostCommon: tally.mostCommon(),
    warnings: warningsOf(read),
  };
}

function warningsOf(read: Read): readonly Warning[] {
  const found: readonly (Warning | false)[] = [
    read.input.sync.pages.unsafe && {
      code: "unsafe_paging",
      count: 1,
      message: "pages.unsafe: rows may be lost while others change",
    },
    read.skipped > 0 && {
      code: "no_watermark",
      count: read.skipped,
      message: "items without a value at watermark.path were passed over",
    },
    read.protoDropped > 0 && {
      code: "proto_dropped",
      count: read.protoDropped,
      message: "responses held a member __proto__, which was dropped",
    },
    read.isServerAstray && {
      code: "server_clock",
      count: 1,
      message: "the source's clock is more than an hour off; the runner's clock counted",
    },
  ];
  return found.filter((warning) => warning !== false);
}
