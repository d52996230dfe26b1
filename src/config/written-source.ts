// The written form of sources and destinations (contract 5, sources.md 1 and 2), key for key as a user types it.
// Absent keys stay absent; durations, pointers and locators are still text, but checked.

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
