// Reads one answer: status, headers and body together (P17, P30; S67 to S75). Serves 3 FETCH. The rules of the
// configuration go first, then the built-in table. Decides only; waiting, counting and sending are the walk's.

import { unreachable } from "../failure/assert.ts";
import type { Failure, FailureCode } from "../failure/failure.ts";
import { parseStructuredList } from "../pace/structured-list.ts";
import type { ResponseRule } from "../sync/sync-spec.ts";
import {
  type Answer,
  type Asked,
  type ResponseHeaders,
  type Verdict,
  failureOf,
} from "./answer.ts";
import { type ExactJson, parseExactJson } from "./exact-json.ts";
import { resolveLink } from "./origin.ts";
import { holds } from "./predicate.ts";

/** The most redirects one request follows (S5). */
const redirectsMax = 3;

type Response = Extract<Answer, { kind: "response" }>;
type NoResponse = Extract<Answer, { kind: "no_response" }>;

/** What the walk does with an answer; the first rule that matches decides (S67 to S75). */
export function classify(answer: Answer, asked: Asked): Verdict {
  if (answer.kind === "no_response") return withoutResponse(answer, asked);
  const { status, headers, body } = answer;
  // What could not be read safely is not worth looking at, and no rule may say otherwise (S20, S21, S75). An error
  // page that cannot be read is still an error page, so there the status decides.
  if (!body.ok && isSuccess(status)) return malformed(asked, status, body.reason);
  const parsed = readBody(answer, asked);
  if (isSuccess(status) && !parsed.ok && !parsed.retryable) {
    return malformed(asked, status, parsed.reason);
  }
  const document = parsed.ok ? parsed.value : undefined;
  const matching = asked.limits.responses.find((rule) => matches(rule, status, headers, document));
  if (matching !== undefined) return byRule(matching, status, asked);
  return isSuccess(status) ? page(parsed, status, asked) : byTable(answer, asked);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function withoutResponse(answer: NoResponse, asked: Asked): Verdict {
  if (answer.cause === "aborted") return { action: "aborted", pace: "fault" };
  const failure = failureOf(asked, answer.cause === "timeout" ? "timeout" : "network", {
    expected: "a whole answer",
    found: answer.message,
    remedy:
      answer.cause === "timeout"
        ? `raise limits.timeout (${asked.limits.timeoutMs} ms) if the API is slow`
        : "see whether the API can be reached from here",
  });
  return { action: "retry", pace: "fault", waitMs: undefined, failure };
}

/** A body without content has no document; that of an unreadable answer neither. */
function readBody(answer: Response, asked: Asked): ExactJson {
  if (!answer.body.ok || isEmptyPage(answer.status)) {
    return { ok: false, retryable: true, reason: "no body" };
  }
  return parseExactJson(answer.body.text, { maxDepth: asked.limits.maxDepth });
}

function matches(
  rule: ResponseRule,
  status: number,
  headers: ResponseHeaders,
  document: unknown,
): boolean {
  const { statuses, header, body } = rule;
  if (statuses !== undefined && !statuses.some((wanted) => isStatus(wanted, status))) return false;
  if (header !== undefined && !holds(header, { headers, document })) return false;
  // Without JSON there is nothing a body predicate could hold of, not even `present: false`.
  return body === undefined || (document !== undefined && holds(body, { headers, document }));
}

function isStatus(wanted: number | "4xx" | "5xx", status: number): boolean {
  if (typeof wanted === "number") return wanted === status;
  return Math.floor(status / 100) === (wanted === "4xx" ? 4 : 5);
}

function byRule(rule: ResponseRule, status: number, asked: Asked): Verdict {
  const { action, waitMs } = rule;
  const because = (code: FailureCode, remedy: string): Failure =>
    failureOf(asked, code, {
      expected: "a page",
      found: `status ${status}, for which a rule of limits.responses says ${action}`,
      remedy,
      status,
    });
  switch (action) {
    case "throttle":
      return { action, pace: "throttle", waitMs, failure: because("throttled", slowDown) };
    case "stop":
      return { action, pace: "throttle", waitMs, failure: because("throttled", slowDown) };
    case "retry":
      return { action, pace: "fault", waitMs, failure: because("source_rejected", askLater) };
    case "fail":
      return refused(status, asked, `which a rule of limits.responses makes final`);
    case "refresh_auth":
      // A new token needs oauth2; all other secrets stay what they are (S71).
      return { action: "fail", pace: "fault", failure: because("auth", checkSecret) };
    case "empty":
      return { action, pace: "ok" };
    case "skip":
      return { action, pace: "ok", failure: because("source_rejected", checkRequest) };
    case "restart_pages":
      return { action, pace: "ok", failure: because("incomplete", askLater) };
    case "cap":
      return { action, pace: "ok", failure: because("cap", "shorten window.step") };
    default:
      return unreachable(action);
  }
}

/** A 2xx that no rule matched. */
function page(parsed: ExactJson, status: number, asked: Asked): Verdict {
  if (isEmptyPage(status)) return { action: "empty", pace: "ok" };
  if (parsed.ok) {
    const { value: document, protoDropped } = parsed;
    return { action: "read", pace: "ok", document, protoDropped };
  }
  // A proxy's page comes with 200 as well, and is gone a moment later (S24).
  const failure = failureOf(asked, "malformed_response", {
    expected: "JSON",
    found: `status ${status} with ${parsed.reason}`,
    remedy: "see what the API answers to this request",
    status,
  });
  return { action: "retry", pace: "fault", waitMs: undefined, failure };
}

/** The built-in table for everything but 2xx. */
function byTable(answer: Response, asked: Asked): Verdict {
  const { status, headers } = answer;
  if (isEmptyPage(status)) return { action: "empty", pace: "ok" };
  if (status >= 300 && status < 400) return redirect(answer, asked);
  if (isThrottle(status, headers)) {
    const failure = tableFailure(asked, "throttled", status, slowDown);
    return { action: "throttle", pace: "throttle", waitMs: undefined, failure };
  }
  if (faultStatuses.has(status)) {
    const failure = tableFailure(asked, "source_rejected", status, askLater);
    return { action: "retry", pace: "fault", waitMs: undefined, failure };
  }
  return refused(status, asked, undefined);
}

function isEmptyPage(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

function redirect(answer: Response, asked: Asked): Verdict {
  const { status, headers } = answer;
  const followed = asked.method === "GET" ? [301, 302, 307, 308] : [307, 308];
  const [location] = headers.get("location") ?? [];
  if (!followed.includes(status)) return misdirected(asked, status, "which is not followed");
  if (location === undefined) return misdirected(asked, status, "without a Location");
  if (asked.redirects >= redirectsMax) {
    return misdirected(asked, status, `after ${redirectsMax} redirects`);
  }
  const target = resolveLink(location, asked.url);
  if (!target.ok) return misdirected(asked, status, `whose Location is refused: ${target.reason}`);
  return { action: "redirect", pace: "ok", url: target.url };
}

function misdirected(asked: Asked, status: number, why: string): Verdict {
  const failure = failureOf(asked, "source_rejected", {
    expected: "a page, or a redirect inside the origin",
    found: `status ${status} ${why}`,
    remedy: "write the final address into base_url or request.path",
    status,
  });
  return { action: "fail", pace: "fault", failure };
}

const faultStatuses: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);

function isThrottle(status: number, headers: ResponseHeaders): boolean {
  if (status === 429 || status === 529) return true;
  if (status !== 403 && status < 500) return false;
  return headers.has("retry-after") || (status === 403 && saysNoneLeft(headers));
}

/** Remaining 0 in the older trio or the structured field; only whether, the times are rate-headers.ts. */
function saysNoneLeft(headers: ResponseHeaders): boolean {
  const older = ["ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining"];
  const zero = older.some((name) => headers.get(name)?.some((value) => /^0+$/.test(value.trim())));
  const structured = parseStructuredList((headers.get("ratelimit") ?? []).join(", ")) ?? [];
  return zero || structured.some((member) => member.get("r") === 0);
}

/** A final refusal: `auth` for 401, 403 and 407, else `source_rejected` (S69). */
function refused(status: number, asked: Asked, why: string | undefined): Verdict {
  const isAuth = status === 401 || status === 403 || status === 407;
  const failure = failureOf(asked, isAuth ? "auth" : "source_rejected", {
    expected: "a page",
    found: why === undefined ? `status ${status}` : `status ${status}, ${why}`,
    remedy: isAuth ? checkSecret : checkRequest,
    status,
  });
  return { action: "fail", pace: isSuccess(status) ? "ok" : "fault", failure };
}

function malformed(asked: Asked, status: number, reason: string): Verdict {
  const failure = failureOf(asked, "malformed_response", {
    expected: "JSON within limits.max_body and limits.max_depth",
    found: reason,
    remedy: "ask for smaller pages, or raise the limit if the API is trusted",
    status,
  });
  return { action: "fail", pace: "ok", failure };
}

function tableFailure(asked: Asked, code: FailureCode, status: number, remedy: string): Failure {
  return failureOf(asked, code, { expected: "a page", found: `status ${status}`, remedy, status });
}

const slowDown = "lower limits.pace if this happens often";
const askLater = "nothing to do if it passes, else ask the provider of the API";
const checkSecret = "check the secret named in auth and what it may read";
const checkRequest = "check request.path and request.query against the API's documentation";
