// Part of 3 FETCH: one request, from its first try to its end. The one owner of retries of source requests (P17 to
// P21): each try takes a permit, waits are never cut short, and nothing is sent after the deadline.

import { unreachable } from "../../core/failure/assert.ts";
import { fail, type Failure } from "../../core/failure/failure.ts";
import { type Hint, readHint } from "../../core/pace/rate-headers.ts";
import { backoffMs, mayRetry } from "../../core/pace/retry.ts";
import type { ResponseHeaders, Verdict } from "../../core/source/answer.ts";
import { classify } from "../../core/source/classify.ts";
import { dayMicros } from "../../core/time/duration.ts";
import { formatInstant, type Instant, instantOf, instantOfMs } from "../../core/time/instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Permit } from "../../ports/pacer.ts";
import type { Random } from "../../ports/random.ts";
import type { SourceRequest } from "../../ports/source.ts";
import { stopReason } from "../deadline.ts";
import type { SourceSession } from "../source-session.ts";
import type { AttemptTally } from "./attempt-tally.ts";

/** Where a request stands: its source, its sync, its limits in time, and what counts its tries. */
export interface TryContext {
  readonly session: SourceSession;
  readonly syncId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: AbortSignal;
  /** Nothing is sent after this, in ms on `mono`. */
  readonly deadlineAt: number;
  /** The end of the lease, on `wall`: from then on another run may hold the window and its source (P13). */
  readonly leaseUntil: Instant;
  readonly tally: AttemptTally;
}

/** How a request ended. */
export type Reply =
  | {
      readonly kind: "page";
      readonly document: unknown;
      readonly protoDropped: boolean;
      readonly headers: ResponseHeaders;
      /** After redirects. */
      readonly url: string;
    }
  | { readonly kind: "empty"; readonly headers: ResponseHeaders; readonly url: string }
  /** Actions of `limits.responses`; the failure is for where they are not possible. */
  | { readonly kind: "skip" | "restart_pages" | "cap"; readonly failure: Failure }
  /** `isSourceFault`: the source's failure, not the window's (contract 3.2), also when another window met it. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly isSourceFault: boolean };

/** Sends a request until it is answered for good; at most `limits.tries` times, redirects apart (S5, S67 to S71). */
export async function sendRequest(ctx: TryContext, request: SourceRequest): Promise<Reply> {
  let { url } = request;
  let count: TryCount = { tries: 0, redirects: 0, isRedirected: false };
  for (;;) {
    const permit = await takePermit(ctx);
    if ("code" in permit) return failedWith(permit, permit === ctx.session.closed);
    if (!count.isRedirected) count = { ...count, tries: count.tries + 1 };
    const tried = await sendOnce(ctx, permit, { ...request, url }, count);
    const { verdict } = tried;
    if (verdict.action === "redirect") {
      url = verdict.url;
      count = { ...count, redirects: count.redirects + 1, isRedirected: true };
    } else if (isRetryable(verdict)) {
      const wait = retryWait(ctx, verdict, tried, count.tries);
      if (wait.kind === "failed") return wait;
      await waitUntil(ctx, wait.until);
      count = { ...count, isRedirected: false };
    } else {
      return conclude(ctx, verdict, tried, url);
    }
  }
}

/** Waits on the clock until then, or until stopped; asks again after each wake-up (P3). */
export async function waitUntil(
  ctx: Pick<TryContext, "clock" | "stop">,
  until: number,
): Promise<void> {
  while (!ctx.stop.aborted && ctx.clock.mono() < until) await ctx.clock.wake(until, ctx.stop);
}

/** Tries and redirects of one request; a followed redirect is no try of its own, but takes a permit (S5). */
interface TryCount {
  readonly tries: number;
  readonly redirects: number;
  readonly isRedirected: boolean;
}

/** What one try came to. */
interface Tried {
  readonly verdict: Verdict;
  readonly headers: ResponseHeaders;
  /** What the server or the rule asked for, in ms from the answer. */
  readonly pauseMs: number | undefined;
  readonly answeredAt: number;
}

async function takePermit(ctx: TryContext): Promise<Permit | Failure> {
  const refused = mayNotSend(ctx, ctx.session.pacer.nextAt());
  if (refused !== undefined) return refused;
  let permit: Permit;
  try {
    permit = await ctx.session.pacer.take(ctx.stop);
  } catch (error) {
    if (ctx.stop.aborted) return stopFailure(ctx.stop);
    throw error;
  }
  // What was true before the wait may not be any more.
  const changed = mayNotSend(ctx, ctx.clock.mono());
  if (changed === undefined) return permit;
  permit.release();
  return changed;
}

function mayNotSend(ctx: TryContext, sendAt: number): Failure | undefined {
  const { session, clock, deadlineAt } = ctx;
  if (ctx.stop.aborted) return stopFailure(ctx.stop);
  const closed = session.closed ?? session.closedSync(ctx.syncId);
  if (closed !== undefined) return closed;
  if (instantOfMs(clock.wall()) >= ctx.leaseUntil) return leasePassed;
  const now = clock.mono();
  const { pausedUntil } = session;
  // Only a pause says when it pays to come again (P21, S76); a slow pace is the budget's affair.
  if (pausedUntil > now && (pausedUntil > deadlineAt || pausedUntil - now > maxWaitOf(ctx)))
    return notWaited(ctx, pausedUntil, undefined);
  return now > deadlineAt || sendAt > deadlineAt ? outOfTime : undefined;
}

function maxWaitOf(ctx: TryContext): number {
  return ctx.session.spec.limits.maxWaitMs;
}

const outOfTime = fail(
  "deadline",
  "the read: expected time for its next request, found the time budget used up; the next run goes on, or raise run.time_budget",
).failure;

// A machine that slept: `mono` may have stood still meanwhile, so that the deadline tells nothing.
const leasePassed = fail(
  "deadline",
  "the read: expected to hold its lease, found it passed, so that another run may hold the window; nothing more is sent; run again",
).failure;

function stopFailure(stop: AbortSignal): Failure {
  const { code, message } = stopReason(stop);
  return fail(code, message).failure;
}

function notWaited(ctx: TryContext, until: number, status: number | undefined): Failure {
  const resumeAt = wallAt(ctx, until);
  return fail(
    "throttled",
    `source ${ctx.session.spec.name}: expected to ask again within limits.max_wait and the time budget, found a wait until ${formatInstant(resumeAt)}; a later run goes on`,
    { status, resumeAt },
  ).failure;
}

async function sendOnce(
  ctx: TryContext,
  permit: Permit,
  request: SourceRequest,
  count: TryCount,
): Promise<Tried> {
  const { session, clock, tally } = ctx;
  const { limits, name } = session.spec;
  const isRetry = count.tries > 1 && !count.isRedirected;
  if (!count.isRedirected) session.noteTry(isRetry);
  tally.sent(isRetry);
  permit.sent();
  const sentAt = clock.mono();
  const answer = await session.source.send(request, ctx.stop);
  const answeredAt = clock.mono();
  const wallMs = clock.wall();
  tally.answered(answer, { ms: answeredAt - sentAt, wallMs });
  const { method, url } = request;
  const { redirects } = count;
  const verdict = classify(answer, { source: name, method, url, redirects, limits });
  if (verdict.pace === "throttle") tally.throttled();
  if (answer.kind === "no_response") {
    // A body that was cut off had begun, so the server has counted the try; else it may do so late (P8).
    permit.answered(answer.cause === "cut_off" ? "fault" : "no_response", undefined);
    return { verdict, headers: noHeaders, pauseMs: undefined, answeredAt };
  }
  const { headers, status } = answer;
  const hint = readHint({ headers, signals: limits.signals.kind, wallMs, status });
  const pauseMs = longer(hint?.pauseMs, "waitMs" in verdict ? verdict.waitMs : undefined);
  // The `wait` of a throttle stops the whole pacer, that of a retry only its own request (P20, S67).
  const told = verdict.pace === "throttle" ? withPause(hint, pauseMs) : hint;
  if (told?.pauseMs !== undefined) session.notePause(answeredAt + told.pauseMs);
  permit.answered(verdict.pace, told);
  return { verdict, headers, pauseMs, answeredAt };
}

const noHeaders: ResponseHeaders = new Map();

function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function withPause(hint: Hint | undefined, pauseMs: number | undefined): Hint | undefined {
  return pauseMs === undefined ? hint : { pauseMs, atMost: hint?.atMost };
}

type Retryable = Extract<Verdict, { readonly action: "throttle" | "retry" }>;

function isRetryable(verdict: Verdict): verdict is Retryable {
  return verdict.action === "throttle" || verdict.action === "retry";
}

type Failed = Extract<Reply, { readonly kind: "failed" }>;

// P18, P19, P21, S76: when the request may be sent again, or how it ends.
function retryWait(
  ctx: TryContext,
  verdict: Retryable,
  tried: Tried,
  tries: number,
): Failed | { readonly kind: "wait"; readonly until: number } {
  const { session, clock, deadlineAt } = ctx;
  const { limits } = session.spec;
  if (tries >= limits.tries || !mayRetry(session))
    return giveUp(ctx, exhausted(ctx, verdict, tried));
  const isThrottle = verdict.action === "throttle";
  const backoff = backoffMs({
    retry: tries,
    baseMs: isThrottle ? limits.backoff.throttleMs : limits.backoff.retryMs,
    maxMs: limits.backoff.maxMs,
    random: ctx.random.next(),
  });
  const askedUntil = tried.answeredAt + (tried.pauseMs ?? 0);
  const until = Math.max(clock.mono() + backoff, askedUntil);
  if (until > deadlineAt || askedUntil - clock.mono() > limits.maxWaitMs)
    return giveUp(ctx, notWaited(ctx, until, verdict.failure.status));
  return { kind: "wait", until };
}

// After a throttle `resume_after` is `max(end of pause, now + longest W)` (P19).
function exhausted(ctx: TryContext, verdict: Retryable, tried: Tried): Failure {
  if (verdict.action === "retry") return verdict.failure;
  const longestMs = Math.max(0, ...ctx.session.spec.limits.pace.map((entry) => entry.perMs));
  const pauseEnd = Math.max(tried.answeredAt + (tried.pauseMs ?? 0), ctx.session.pausedUntil);
  const until = Math.max(pauseEnd, ctx.clock.mono() + longestMs);
  return { ...verdict.failure, resumeAt: wallAt(ctx, until) };
}

function giveUp(ctx: TryContext, failure: Failure): Failed {
  return failedWith(failure, ctx.session.noteFailed(failure));
}

function failedWith(failure: Failure, isSourceFault: boolean): Failed {
  return { kind: "failed", failure, isSourceFault };
}

function wallAt(ctx: TryContext, mono: number): Instant {
  return instantOfMs(ctx.clock.wall() + Math.ceil(mono - ctx.clock.mono()));
}

type Final = Exclude<Verdict, Retryable | { readonly action: "redirect" }>;

function conclude(ctx: TryContext, verdict: Final, tried: Tried, url: string): Reply {
  const { session, syncId } = ctx;
  const { headers } = tried;
  switch (verdict.action) {
    case "read":
      return {
        kind: "page",
        document: verdict.document,
        protoDropped: verdict.protoDropped,
        headers,
        url,
      };
    case "empty":
      return { kind: "empty", headers, url };
    case "skip":
    case "restart_pages":
    case "cap":
      return { kind: verdict.action, failure: verdict.failure };
    case "stop": {
      const failure = { ...verdict.failure, resumeAt: stoppedUntil(ctx, tried) };
      session.close(failure, false);
      return failedWith(failure, false);
    }
    case "fail":
      if (verdict.failure.code === "auth") session.close(verdict.failure, true);
      else session.noteRefused(syncId, verdict.failure);
      return failedWith(verdict.failure, verdict.failure.code === "auth");
    case "aborted":
      return failedWith(stopFailure(ctx.stop), false);
    default:
      return unreachable(verdict);
  }
}

// S70: what the headers or the rule say, else the next UTC midnight.
function stoppedUntil(ctx: TryContext, tried: Tried): Instant {
  if (tried.pauseMs !== undefined) return wallAt(ctx, tried.answeredAt + tried.pauseMs);
  const now = instantOfMs(ctx.clock.wall());
  return instantOf((Math.floor(now / dayMicros) + 1) * dayMicros);
}
