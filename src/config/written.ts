// The written form of the file and its syncs (contract 2, sources.md 1), key for key as a user types it. Absent
// keys stay absent here: defaults belong to normalize*.ts. Durations and pointers are still text, but checked.

import type { Template } from "../core/sync/sync-spec.ts";
import type {
  WrittenVars,
  WrittenScalar,
  WrittenPredicate,
  WrittenSource,
  WrittenDestination,
} from "./written-source.ts";

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
