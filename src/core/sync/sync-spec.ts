// The resolved configuration: what config/normalize.ts makes of the written file. All defaults are already in.
// A pure description; nothing here knows YAML, snake_case or the environment's values.

import type { Duration } from "../time/duration.ts";
import type { Instant } from "../time/instant.ts";

/** A JSON Pointer (RFC 6901), parsed to its reference tokens; `[]` is the whole document. */
export type Pointer = readonly string[];

/** Where a value is found in a response (sources.md section 1). */
export type Locator =
  | { readonly in: "body"; readonly pointer: Pointer }
  | { readonly in: "header"; readonly name: string }
  | { readonly in: "last_record"; readonly pointer: Pointer };

/** A test on one value: of the parsed body at a pointer, or of a response header. */
export interface Predicate {
  readonly at:
    | { readonly in: "body"; readonly pointer: Pointer }
    | { readonly in: "header"; readonly name: string };
  readonly test:
    | { readonly kind: "equals"; readonly values: readonly (string | number | boolean | null)[] }
    | { readonly kind: "contains"; readonly text: string }
    | { readonly kind: "present"; readonly present: boolean };
}

/** JSON as written in the configuration, placeholders still inside its strings. */
export type Template =
  | string
  | number
  | boolean
  | null
  | readonly Template[]
  | { readonly [name: string]: Template };

/** How a timestamp is written (S31, S37). */
export type TimeFormat =
  | { readonly kind: "rfc3339" | "epoch_s" | "epoch_ms" | "date" | "http_date" }
  | { readonly kind: "epoch_s_string" | "epoch_ms_string" }
  | { readonly kind: "pattern"; readonly pattern: string };

/** What the server does with one bound of the filter. */
export type BoundKind = "inclusive" | "exclusive" | "unknown";

/** Secrets by the name of their variable only; the value is read by adapters at the last moment. */
export type AuthSpec =
  | { readonly type: "none" }
  /** The token that the ledger is written with; for the origin of the GitHub API only (S10). */
  | { readonly type: "github_token" }
  | { readonly type: "bearer"; readonly env: string; readonly prefix: string }
  | {
      readonly type: "header";
      readonly name: string;
      readonly env: string;
      readonly prefix: string;
    };

/** One entry of `limits.pace`: at most `requests` in any half-open period of `perMs` (pacing.md). */
export interface PaceEntry {
  readonly requests: number;
  readonly perMs: number;
  readonly mode: "safe" | "fast";
  readonly burst: number;
}

/** What a response rule or the built-in table decides (sources.md section 10). */
export type ResponseAction =
  | "throttle"
  | "retry"
  | "fail"
  | "stop"
  | "refresh_auth"
  | "empty"
  | "skip"
  | "restart_pages"
  | "cap";

/** A rule of `limits.responses`; all given conditions must hold, the first match wins. */
export interface ResponseRule {
  readonly statuses: readonly (number | "4xx" | "5xx")[] | undefined;
  readonly header: Predicate | undefined;
  readonly body: Predicate | undefined;
  readonly action: ResponseAction;
  readonly waitMs: number | undefined;
}

/** Which rate headers are heeded (S77). */
export type SignalsSpec = { readonly kind: "auto" | "none" };

export interface LimitsSpec {
  readonly pace: readonly PaceEntry[];
  readonly concurrency: number;
  readonly signals: SignalsSpec;
  readonly maxWaitMs: number;
  /** Tries of one request, the first included. */
  readonly tries: number;
  readonly backoff: {
    readonly throttleMs: number;
    readonly retryMs: number;
    readonly maxMs: number;
  };
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxDepth: number;
  readonly responses: readonly ResponseRule[];
}

/** A source of type `http`. */
export interface SourceSpec {
  readonly name: string;
  readonly type: "http";
  /** Absolute, without user info, query or fragment (S1); no trailing slash. */
  readonly baseUrl: string;
  readonly allowHttp: boolean;
  readonly vars: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: AuthSpec;
  readonly limits: LimitsSpec;
}

export type DestinationSpec =
  | { readonly name: string; readonly type: "sqlite"; readonly path: string }
  | {
      readonly name: string;
      readonly type: "files";
      readonly path: string;
      readonly format: "ndjson" | "csv";
      readonly buckets: number;
      readonly maxSizeBytes: number;
    };

export interface RequestSpec {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query: Readonly<Record<string, Template>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Template | undefined;
}

export interface WatermarkSpec {
  readonly pointer: Pointer;
  readonly format: TimeFormat;
  /** The unit the API really keeps, in microseconds: 1, 1000, 1e6, 6e7 or 8.64e10. */
  readonly precisionMicros: number;
  readonly timezone: string | undefined;
  readonly missing: "fail" | "skip";
  readonly kind: "updated" | "created";
}

/** What the server does with bounds; undefined in SyncSpec when it has no time filter. */
export interface FilterSpec {
  readonly start: BoundKind;
  readonly end: BoundKind | undefined;
  readonly granularityMicros: number;
  readonly format: TimeFormat;
  /** An IANA name, or `account`: a zone we do not know (S39). */
  readonly timezone: string;
  readonly overshoot: "deliver" | "drop";
}

/** The order of the response (sources.md section 7); `readingOrder` to keep it apart from ledger orders. */
export interface ReadingOrder {
  readonly by: "watermark" | "key" | "created" | "none";
  readonly dir: "asc" | "desc";
  readonly thenKey: boolean;
  readonly compare: "bytes" | "numeric";
}

export interface PagesSpec {
  readonly type: "token" | "link" | "page" | "offset" | "none";
  readonly size: number | undefined;
  /** First number or offset. */
  readonly start: number;
  readonly next: Locator | undefined;
  readonly more: Locator | undefined;
  readonly done: Predicate | undefined;
  readonly total: Locator | undefined;
  readonly keyset: "key" | "watermark_key" | "watermark" | undefined;
  /** A value below every key, for the first request of K1 and K2. */
  readonly seed: string | number | undefined;
  readonly positional: boolean;
  /** Requests of one read (L12). */
  readonly max: number;
  readonly unsafe: boolean;
}

export type DeletesSpec =
  | { readonly kind: "none" }
  | { readonly kind: "flag"; readonly predicate: Predicate };

export type ColumnType =
  | "text"
  | "integer"
  | "bigint"
  | "numeric"
  | "boolean"
  | "date"
  | "timestamptz"
  | "jsonb";

export interface ColumnSpec {
  readonly name: string;
  readonly pointer: Pointer;
  readonly type: ColumnType;
}

export interface WindowSpec {
  readonly start: Instant;
  readonly step: Duration;
  readonly timezone: string;
  readonly delayMicros: number;
  readonly lookbackMicros: number;
  readonly retentionMicros: number | undefined;
}

export interface SyncRunSpec {
  readonly every: Duration;
  readonly maxWindows: number;
  readonly catchUp: "oldest" | "newest";
  readonly maxAttempts: number;
  /** Windows in flight at once. */
  readonly concurrency: number;
}

/** Failed items that a window may have and still succeed: a count or a share of `fetched` (0 to 1). */
export type Tolerance =
  | { readonly kind: "count"; readonly items: number }
  | { readonly kind: "share"; readonly share: number };

export interface AlertsSpec {
  readonly zero: "confirm" | "fail" | "allow";
  /** Whether one issue stays open while the sync ails. */
  readonly issue: boolean;
}

/** One sync, resolved. Times are instants and microseconds, names are checked, defaults are in. */
export interface SyncSpec {
  readonly name: string;
  /** Names the ledger folder and the run ids. */
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly request: RequestSpec;
  readonly firstOnly: readonly string[];
  readonly records: Pointer;
  /** One pointer, or several for a composite key (S29). */
  readonly key: readonly Pointer[];
  readonly watermark: WatermarkSpec;
  readonly filter: FilterSpec | undefined;
  readonly readingOrder: ReadingOrder;
  readonly pages: PagesSpec;
  readonly deletes: DeletesSpec;
  readonly window: WindowSpec;
  readonly run: SyncRunSpec;
  readonly table: string;
  readonly keyColumn: string;
  readonly columns: readonly ColumnSpec[] | undefined;
  readonly onDelete: "soft" | "hard";
  readonly tolerate: Tolerance;
  readonly alerts: AlertsSpec;
}

/** How the ledger reaches the base branch: it lies there, or people merge a copy of it (contract 6.1). */
export type Publish = "push" | "pull_request";

export interface LedgerSpec {
  readonly path: string;
  /** undefined: the default branch (command line: the branch checked out). */
  readonly branch: string | undefined;
  /** Whether a copy of the ledger is held open as a pull request (contract 6.1). */
  readonly publish: Publish;
  readonly itemKeys: "plain" | "hashed" | "none";
  /** Settled windows of a sync that keep a file of their own; undefined: all of them (`all`). */
  readonly keepFiles: number | undefined;
}

/** The whole configuration, resolved. Syncs keep the order of the file. */
export interface ProjectSpec {
  readonly ledger: LedgerSpec;
  readonly timeBudgetMs: number;
  readonly sources: ReadonlyMap<string, SourceSpec>;
  readonly destinations: ReadonlyMap<string, DestinationSpec>;
  readonly syncs: readonly SyncSpec[];
  /** What deserves a word at every start, e.g. a window that must read everything (S41). */
  readonly warnings: readonly string[];
}
