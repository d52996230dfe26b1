// What one answer of GitHub means, by status and type first and by its words second (tables of sections 7 and 12).
// Decides nothing about sending again.

import type { GithubAnswer, GithubError, RateLeft } from "./client.ts";

/** One HTTP answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** What an answer came to; `isGraphql` for answers of the GraphQL address, whose errors arrive with 200. */
export function judgeAnswer(
  raw: RawAnswer,
  call: { readonly isGraphql: boolean },
  redact: (text: string) => string,
): GithubAnswer<unknown> {
  const finding = raw.status < 300 ? judgeBody(raw, call) : judgeStatus(raw);
  if (finding === undefined)
    return { ok: true, data: call.isGraphql ? member(raw.data, "data") : raw.data };
  return {
    ok: false,
    error: { ...finding, status: raw.status, message: redact(finding.message) },
  };
}

type Finding = Pick<GithubError, "kind" | "type" | "message">;

// A body that was cut off is handed over as its text, or as nothing (octokit), so only its shape tells.
function judgeBody(raw: RawAnswer, call: { readonly isGraphql: boolean }): Finding | undefined {
  if (raw.status === 204 || raw.status === 205) return undefined;
  const cutOff = {
    kind: "unknown",
    type: undefined,
    message: "an answer without its end",
  } as const;
  if (typeof raw.data !== "object" || raw.data === null) return cutOff;
  if (!call.isGraphql) return undefined;
  const errors = member(raw.data, "errors");
  const data = member(raw.data, "data");
  if (Array.isArray(errors) && errors.length > 0) return judgeErrors(errors[0], data);
  return typeof data === "object" && data !== null ? undefined : cutOff;
}

function judgeErrors(error: unknown, data: unknown): Finding {
  const type = textOf(member(error, "type"));
  const message = textOf(member(error, "message")) ?? "an error without words";
  const finding = (kind: GithubError["kind"]): Finding => ({ kind, type, message });
  if (isRateLimit(type, message)) return finding("limited");
  if (type === "FORBIDDEN") return finding("forbidden");
  if (type === "NOT_FOUND") return finding("missing");
  if (type === undefined && /^Something went wrong/i.test(message)) return finding("unknown");
  // Half of an answer, or none since a cap was met: of a reading the next try finds warmer caches, and a change may have
  // been made all the same.
  if (type === "RESOURCE_LIMITS_EXCEEDED" || hasAny(data)) return finding("unknown");
  return finding("refused");
}

function judgeStatus(raw: RawAnswer): Finding {
  const message = wordsOf(raw);
  const finding = (kind: GithubError["kind"]): Finding => ({ kind, type: undefined, message });
  if (raw.status >= 500 || raw.status === 408) return finding("unknown");
  if (raw.status === 429) return finding("limited");
  if (raw.status === 401) return finding("unauthorized");
  if (raw.status === 403) return finding(isLimit(raw, message) ? "limited" : "forbidden");
  return finding(raw.status === 404 ? "missing" : "refused");
}

function isLimit(raw: RawAnswer, message: string): boolean {
  if (raw.headers["retry-after"] !== undefined) return true;
  return raw.headers["x-ratelimit-remaining"] === "0" || /rate limit/i.test(message);
}

// `RATE_LIMIT` is what GitHub answers since 2026 for a bucket that was empty before (githubkit#271).
function isRateLimit(type: string | undefined, message: string): boolean {
  return type === "RATE_LIMITED" || type === "RATE_LIMIT" || /secondary rate limit/i.test(message);
}

// `message`, and behind it what 422 says of single fields.
function wordsOf(raw: RawAnswer): string {
  const own = textOf(member(raw.data, "message")) ?? `status ${raw.status}`;
  const errors = member(raw.data, "errors");
  const details = (Array.isArray(errors) ? errors : [errors])
    .map((error) => textOf(error) ?? textOf(member(error, "message")))
    .filter((text) => text !== undefined);
  return [own, ...details].join(": ");
}

/** What an answer says of the graphql bucket; undefined when it says nothing, as on GHES without limits. */
export function rateLeftOf(raw: RawAnswer, isGraphql: boolean): RateLeft | undefined {
  const told = isGraphql ? member(member(raw.data, "data"), "rateLimit") : undefined;
  const points = member(told, "remaining");
  const at = Date.parse(textOf(member(told, "resetAt")) ?? "");
  if (typeof points === "number" && !Number.isNaN(at)) return { remaining: points, resetAt: at };
  const remaining = wholeNumber(raw.headers["x-ratelimit-remaining"]);
  const reset = wholeNumber(raw.headers["x-ratelimit-reset"]);
  const bucket = raw.headers["x-ratelimit-resource"] ?? (isGraphql ? "graphql" : "core");
  if (remaining === undefined || reset === undefined || bucket !== "graphql") return undefined;
  return { remaining, resetAt: reset * 1000 };
}

/** A header that is a whole number, or undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A member of what may be an object. */
export function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function hasAny(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((it) => it !== null);
}
