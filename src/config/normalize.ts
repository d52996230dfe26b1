// Written to resolved: the one place where defaults live. Nothing is checked here; the schema has seen every leaf
// and the rules see the result. Sources are normalize-source.ts, syncs normalize-sync.ts.

import type { DestinationSpec, LedgerSpec } from "../core/sync/sync-spec.ts";
import { bytesOf, msOfText } from "./normalize-values.ts";
import type { WrittenDestination } from "./written-source.ts";
import type { WrittenLedger } from "./written.ts";

/** The ledger with its defaults. */
export function resolveLedger(written: WrittenLedger = {}): LedgerSpec {
  const { keep_files = 120, publish = "push" } = written;
  return {
    path: written.path ?? "ledger",
    branch: written.branch ?? (publish === "pull_request" ? "tidemark-ledger" : undefined),
    publish,
    itemKeys: written.item_keys ?? "plain",
    keepFiles: keep_files === "all" ? undefined : keep_files,
  };
}

/** The budget of a run in milliseconds. */
export function resolveTimeBudget(written: { readonly time_budget?: string } = {}): number {
  return msOfText(written.time_budget ?? "20m");
}

/** A destination with its defaults; undefined for types whose engine is still to come. */
export function resolveDestination(
  name: string,
  written: WrittenDestination,
): DestinationSpec | undefined {
  if (written.type === "sqlite") return { name, type: "sqlite", path: written.path };
  if (written.type !== "files") return undefined;
  return {
    name,
    type: "files",
    path: written.path,
    format: written.format ?? "ndjson",
    buckets: written.buckets ?? 1,
    maxSizeBytes: bytesOf(written.max_size ?? "10MB"),
  };
}
