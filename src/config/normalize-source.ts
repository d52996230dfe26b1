// A written source, resolved (sources.md 1): credentials stay names, waits become milliseconds, `vars` enter
// base_url. All defaults of `limits` are here.

import type {
  AuthSpec,
  LimitsSpec,
  PaceEntry,
  ResponseRule,
  SourceSpec,
} from "../core/sync/sync-spec.ts";
import { bytesOf, msOfText, predicateOf } from "./normalize-values.ts";
import { fillVars } from "./placeholders.ts";
import type {
  WrittenAuth,
  WrittenHttpSource,
  WrittenLimits,
  WrittenResponseRule,
} from "./written-source.ts";

/** A source with its defaults; undefined when its credentials are of a kind that is still to come. */
export function resolveSource(name: string, written: WrittenHttpSource): SourceSpec | undefined {
  const auth = resolveAuth(written.auth);
  if (auth === undefined) return undefined;
  const vars = written.vars ?? {};
  return {
    name,
    type: "http",
    baseUrl: fillVars(written.base_url ?? "", vars).replace(/\/+$/, ""),
    allowHttp: written.allow_http ?? false,
    vars,
    headers: written.headers ?? {},
    auth,
    limits: resolveLimits(written.limits),
  };
}

function resolveAuth(written: WrittenAuth): AuthSpec | undefined {
  if (written.type === "none" || written.type === "github_token") return { type: written.type };
  if (written.type === "bearer")
    return { type: "bearer", env: written.env, prefix: written.prefix ?? "Bearer" };
  if (written.type !== "header") return undefined;
  const { name, env, prefix = "" } = written;
  return { type: "header", name, env, prefix };
}

function resolveLimits(written: WrittenLimits = {}): LimitsSpec {
  const pace = (written.pace ?? []).map((entry) => ({
    requests: entry.requests,
    perMs: msOfText(entry.per),
    mode: entry.mode ?? ("safe" as const),
    burst: entry.burst ?? 1,
  }));
  const { backoff = {} } = written;
  return {
    pace,
    concurrency: written.concurrency ?? defaultConcurrency(pace),
    signals: { kind: written.signals === "none" ? "none" : "auto" },
    maxWaitMs: msOfText(written.max_wait ?? "10m"),
    tries: written.tries ?? 5,
    backoff: {
      throttleMs: msOfText(backoff.throttle ?? "1s"),
      retryMs: msOfText(backoff.retry ?? "250ms"),
      maxMs: msOfText(backoff.max ?? "60s"),
    },
    timeoutMs: msOfText(written.timeout ?? "60s"),
    maxBodyBytes: bytesOf(written.max_body ?? "32MiB"),
    maxDepth: written.max_depth ?? 64,
    responses: (written.responses ?? []).map(resolveRule),
  };
}

const concurrencyMax = 8;

// P9: what the fastest entry sends in a second, 1 to 8.
function defaultConcurrency(pace: readonly PaceEntry[]): number {
  const fastest = Math.max(0, ...pace.map((entry) => (entry.requests * 1000) / entry.perMs));
  return Math.min(concurrencyMax, Math.max(1, Math.floor(fastest)));
}

function resolveRule(written: WrittenResponseRule): ResponseRule {
  const { status, header, body } = written.when;
  return {
    statuses: status === undefined || typeof status === "object" ? status : [status],
    header: header === undefined ? undefined : predicateOf(header),
    body: body === undefined ? undefined : predicateOf(body),
    action: written.then,
    waitMs: written.wait === undefined ? undefined : msOfText(written.wait),
  };
}
