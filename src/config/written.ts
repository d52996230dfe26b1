// The written configuration, key for key as a user types it (contract 2 and 5, sources.md 1). Absent keys stay
// absent here: defaults belong to normalize.ts. Durations, pointers and locators are still text, but checked.

import type { Template } from "../core/sync/sync-spec.ts";

export type WrittenVars = Readonly<Record<string, string>>;
export type WrittenScalar = string | number | boolean | null;

export interface WrittenPredicate {
  readonly path?: string;
  readonly name?: string;
  readonly equals?: WrittenScalar | readonly WrittenScalar[];
  readonly contains?: string;
  readonly present?: boolean;
}

export type WrittenAuth =
  | { readonly type: "none" | "github_token" }
  | { readonly type: "bearer"; readonly env: string; readonly prefix?: string }
  | {
      readonly type: "basic";
      readonly user?: string;
      readonly user_env?: string;
      readonly env?: string;
    }
  | {
      readonly type: "header";
      readonly name: string;
      readonly env: string;
      readonly prefix?: string;
    }
  | { readonly type: "query"; readonly name: string; readonly env: string }
  | {
      readonly type: "oauth2";
      readonly grant: "client_credentials" | "refresh_token";
      readonly token_url: string;
      readonly client_id?: string;
      readonly client_id_env?: string;
      readonly env?: string;
      readonly refresh_env?: string;
      readonly scope?: string;
      readonly client_auth?: "body" | "basic";
      readonly params?: WrittenVars;
      readonly prefix?: string;
      readonly base_url_from?: string;
      readonly base_url_hosts?: readonly string[];
    };

export type WrittenAction =
  | "throttle"
  | "retry"
  | "fail"
  | "stop"
  | "refresh_auth"
  | "empty"
  | "skip"
  | "restart_pages"
  | "cap";

type WrittenStatus = number | "4xx" | "5xx";

export interface WrittenResponseRule {
  readonly when: {
    readonly status?: WrittenStatus | readonly WrittenStatus[];
    readonly header?: WrittenPredicate;
    readonly body?: WrittenPredicate;
  };
  readonly then: WrittenAction;
  readonly wait?: string;
}

export interface WrittenSignal {
  readonly remaining?: string;
  readonly reset?: string;
  readonly unit?:
    | "epoch_s"
    | "epoch_ms"
    | "delta_s"
    | "delta_ms"
    | "http_date"
    | "iso8601"
    | "duration";
  readonly available?: string | number;
  readonly restore_per_s?: string | number;
  readonly cost?: string | number;
}

export interface WrittenPace {
  readonly requests: number;
  readonly per: string;
  readonly mode?: "safe" | "fast";
  readonly burst?: number;
}

export interface WrittenLimits {
  readonly pace?: readonly WrittenPace[];
  readonly concurrency?: number;
  readonly quota?: { readonly requests: number; readonly per: string };
  readonly signals?: "auto" | "none" | readonly WrittenSignal[];
  readonly max_wait?: string;
  readonly tries?: number;
  readonly backoff?: { readonly throttle?: string; readonly retry?: string; readonly max?: string };
  readonly timeout?: string;
  readonly max_body?: string;
  readonly max_depth?: number;
  readonly responses?: readonly WrittenResponseRule[];
}

export interface WrittenHttpSource {
  readonly type: "http";
  readonly base_url?: string;
  readonly allow_http?: boolean;
  readonly vars?: WrittenVars;
  readonly headers?: WrittenVars;
  readonly auth: WrittenAuth;
  readonly limits?: WrittenLimits;
}

export interface WrittenModuleSource {
  readonly type: "module";
  readonly path: string;
  readonly options?: Readonly<Record<string, Template>>;
  readonly vars?: WrittenVars;
  readonly limits?: WrittenLimits;
}

export type WrittenSource = WrittenHttpSource | WrittenModuleSource;

interface WrittenEffect {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: Template;
}

export type WrittenDestination =
  | { readonly type: "sqlite"; readonly path: string }
  | {
      readonly type: "files";
      readonly path: string;
      readonly format?: "ndjson" | "csv";
      readonly buckets?: number;
      readonly max_size?: string;
    }
  | {
      readonly type: "postgres";
      readonly env: string;
      readonly schema?: string;
      readonly batch?: number;
      readonly statement_timeout?: string;
    }
  | {
      readonly type: "http";
      readonly base_url?: string;
      readonly allow_http?: boolean;
      readonly vars?: WrittenVars;
      readonly headers?: WrittenVars;
      readonly auth: WrittenAuth;
      readonly limits?: WrittenLimits;
      readonly batch?: number;
      readonly upsert: WrittenEffect;
      readonly results?: {
        readonly at: string;
        readonly key: string;
        readonly ok: WrittenPredicate;
        readonly error?: string;
      };
      readonly delete?: WrittenEffect;
      readonly idempotency_header?: string;
    }
  | {
      readonly type: "module";
      readonly path: string;
      readonly options?: Readonly<Record<string, Template>>;
    };

export interface WrittenRequest {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, WrittenScalar | readonly WrittenScalar[]>>;
  readonly headers?: WrittenVars;
  readonly body?: Template;
}

export interface WrittenWatermark {
  readonly path: string;
  readonly format: string;
  readonly precision: string;
  readonly timezone?: string;
  readonly missing?: "fail" | "skip";
  readonly kind?: "updated" | "created";
}

export type WrittenBound = "inclusive" | "exclusive" | "unknown";

export interface WrittenFilter {
  readonly start: WrittenBound;
  readonly end?: WrittenBound;
  readonly granularity?: string;
  readonly format?: string;
  readonly timezone?: string;
  readonly overshoot?: "deliver" | "drop";
}

export interface WrittenOrder {
  readonly by?: "watermark" | "key" | "created" | "none";
  readonly dir?: "asc" | "desc";
  readonly then?: "key" | "none";
  readonly compare?: "bytes" | "numeric";
}

export interface WrittenPages {
  readonly type?: "token" | "link" | "page" | "offset" | "none";
  readonly size?: number;
  readonly start?: number;
  readonly next?: string;
  readonly more?: string;
  readonly done?: WrittenPredicate;
  readonly total?: string;
  readonly keyset?: "key" | "watermark" | readonly string[];
  readonly seed?: string | number;
  readonly cap?: number;
  readonly incomplete_when?: WrittenPredicate;
  readonly positional?: boolean;
  readonly max?: number;
  readonly unsafe?: boolean;
}

export interface WrittenSnapshot {
  readonly every: string;
  readonly guard?: { readonly items?: number; readonly percent?: number };
  readonly request?: WrittenRequest;
  readonly first_only?: readonly string[];
  readonly records?: string;
  readonly key?: string | readonly string[];
  readonly order?: WrittenOrder;
  readonly pages?: WrittenPages;
}

export interface WrittenDeletes {
  readonly flag?: WrittenPredicate;
  readonly sync?: string;
  readonly snapshot?: WrittenSnapshot;
}

export interface WrittenWindow {
  readonly start: string;
  readonly step: string;
  readonly timezone?: string;
  readonly delay?: string;
  readonly lookback?: string;
  readonly retention?: string;
}

export interface WrittenSyncRun {
  readonly every?: string;
  readonly max_windows?: number;
  readonly catch_up?: "oldest" | "newest";
  readonly max_attempts?: number;
  readonly concurrency?: number;
  readonly reread?: { readonly every: string; readonly last: string };
}

export interface WrittenColumn {
  readonly path: string;
  readonly type:
    | "text"
    | "integer"
    | "bigint"
    | "numeric"
    | "boolean"
    | "date"
    | "timestamptz"
    | "jsonb";
}

export interface WrittenAlerts {
  readonly zero?: "confirm" | "fail" | "allow";
  readonly anomaly?: "warn" | "fail" | "off";
  readonly issue?: boolean;
  readonly heartbeat?: { readonly env: string };
}

export interface WrittenSync {
  readonly id?: string;
  readonly source: string;
  readonly vars?: WrittenVars;
  readonly request: WrittenRequest;
  readonly first_only?: readonly string[];
  readonly records?: string;
  readonly key: string | readonly string[];
  readonly emit?: string;
  readonly watermark: WrittenWatermark;
  readonly filter: "none" | WrittenFilter;
  readonly order?: WrittenOrder;
  readonly pages?: WrittenPages;
  readonly deletes?: "none" | WrittenDeletes;
  readonly window: WrittenWindow;
  readonly run?: WrittenSyncRun;
  readonly destination?: string;
  readonly table?: string;
  readonly key_column?: string;
  readonly columns?: Readonly<Record<string, WrittenColumn>>;
  readonly transform?: string;
  readonly on_delete?: "soft" | "hard";
  readonly approve?: "none" | "pull_request";
  readonly tolerate?: { readonly failed_items?: number | string };
  readonly alerts?: WrittenAlerts;
}

export interface WrittenLedger {
  readonly path?: string;
  readonly branch?: string;
  readonly publish?: "push" | "pull_request";
  readonly item_keys?: "plain" | "hashed" | "none";
  readonly keep_files?: number | "all";
}

export interface WrittenProject {
  readonly version: 1;
  readonly ledger?: WrittenLedger;
  readonly run?: { readonly time_budget?: string };
  readonly sources: Readonly<Record<string, WrittenSource>>;
  readonly destinations: Readonly<Record<string, WrittenDestination>>;
  readonly syncs: Readonly<Record<string, WrittenSync>>;
}
