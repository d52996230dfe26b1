// Builders name only what matters to a test; everything else is a plain, valid default.

import type {
  DestinationSpec,
  LimitsSpec,
  ProjectSpec,
  SourceSpec,
  SyncSpec,
} from "../../src/core/sync/sync-spec.ts";
import { elapsed } from "../../src/core/time/duration.ts";
import { type Instant, parseInstant } from "../../src/core/time/instant.ts";
import type { Window } from "../../src/core/window/window.ts";

/** An instant from text; a date alone is midnight UTC. */
export function at(text: string): Instant {
  const instant = parseInstant(text.includes("T") ? text : `${text}T00:00:00Z`);
  if (instant === undefined) throw new Error(`not an instant: ${text}`);
  return instant;
}

/** A window from two texts. */
export function windowOf(start: string, end: string): Window {
  return { start: at(start), end: at(end) };
}

export function limitsOf(overrides: Partial<LimitsSpec> = {}): LimitsSpec {
  return {
    pace: [],
    concurrency: 1,
    signals: { kind: "auto" },
    maxWaitMs: 600_000,
    tries: 5,
    backoff: { throttleMs: 1000, retryMs: 250, maxMs: 60_000 },
    timeoutMs: 60_000,
    maxBodyBytes: 32 * 1024 * 1024,
    maxDepth: 64,
    responses: [],
    ...overrides,
  };
}

export function sourceOf(overrides: Partial<SourceSpec> = {}): SourceSpec {
  return {
    name: "crm",
    type: "http",
    baseUrl: "http://127.0.0.1:1",
    allowHttp: false,
    vars: {},
    headers: {},
    auth: { type: "none" },
    limits: limitsOf(),
    ...overrides,
  };
}

export function destinationOf(): DestinationSpec {
  return { name: "local", type: "sqlite", path: ".tidemark/tidemark.db" };
}

export function syncOf(overrides: Partial<SyncSpec> = {}): SyncSpec {
  return {
    name: "contacts",
    id: "contacts",
    source: "crm",
    destination: "local",
    vars: {},
    request: {
      method: "GET",
      path: "/contacts",
      query: { from: "{{window.start}}", to: "{{window.end}}" },
      headers: {},
      body: undefined,
    },
    firstOnly: [],
    records: [],
    key: [["id"]],
    watermark: {
      pointer: ["updatedAt"],
      format: { kind: "rfc3339" },
      precisionMicros: 1000,
      timezone: undefined,
      missing: "fail",
      kind: "updated",
    },
    filter: {
      start: "inclusive",
      end: "exclusive",
      granularityMicros: 1000,
      format: { kind: "rfc3339" },
      timezone: "UTC",
      overshoot: "deliver",
    },
    readingOrder: { by: "none", dir: "asc", thenKey: false, compare: "bytes" },
    pages: {
      type: "none",
      size: undefined,
      start: 1,
      next: undefined,
      more: undefined,
      done: undefined,
      total: undefined,
      keyset: undefined,
      seed: undefined,
      positional: false,
      max: 100_000,
      unsafe: false,
    },
    deletes: { kind: "none" },
    window: {
      start: at("2026-01-01"),
      step: { months: 0, days: 1, micros: 0 },
      timezone: "UTC",
      delayMicros: 300_000_000,
      lookbackMicros: 900_000_000,
      retentionMicros: undefined,
    },
    run: {
      every: { months: 0, days: 1, micros: 0 },
      maxWindows: 5,
      catchUp: "oldest",
      concurrency: 1,
      maxAttempts: 5,
    },
    table: "contacts",
    keyColumn: "id",
    columns: undefined,
    onDelete: "soft",
    tolerate: { kind: "count", items: 0 },
    alerts: { zero: "confirm", issue: false },
    ...overrides,
  };
}

export function projectOf(overrides: Partial<ProjectSpec> = {}): ProjectSpec {
  return {
    ledger: {
      path: "ledger",
      branch: undefined,
      publish: "push",
      itemKeys: "plain",
      keepFiles: 120,
    },
    timeBudgetMs: 1_200_000,
    sources: new Map([["crm", sourceOf()]]),
    destinations: new Map([["local", destinationOf()]]),
    syncs: [syncOf()],
    warnings: [],
    ...overrides,
  };
}

/** A step of elapsed hours. */
export function hours(count: number): { months: number; days: number; micros: number } {
  return elapsed(count * 3_600_000_000);
}
