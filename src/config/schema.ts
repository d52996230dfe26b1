// The written shape of the whole file (contract 2). parse.ts reads the shell first and every entry by itself, so
// that one broken sync does not hide the problems of another; the JSON Schema is made from the whole.

import * as v from "valibot";

import { destinationSchema } from "./schema-destination.ts";
import { sourceSchema } from "./schema-source.ts";
import { syncSchema } from "./schema-sync.ts";
import {
  mapping,
  mappingOf,
  may,
  must,
  noList,
  type SchemaOf,
  textThat,
  wait,
  whole,
} from "./schema-values.ts";
import type { WrittenLedger, WrittenProject } from "./written.ts";

/** A folder inside the repository, written plainly. Workflows are never written (proof.md section 14). */
export function isRepositoryPath(path: string): boolean {
  const segments = path.split("/");
  if (segments[0]?.toLowerCase() === ".git" || /^\.github\/workflows(\/|$)/i.test(path))
    return false;
  return segments.every((segment) => /^(?!\.{1,2}$)[^\\:*?"<>|\p{Cc}]+$/u.test(segment));
}

/** Such a path that commits may write: nothing below `.github/`, where GitHub takes files for settings (G8). */
export function isWritablePath(path: string): boolean {
  return isRepositoryPath(path) && !/^\.github(\/|$)/i.test(path);
}

/** What git's check-ref-format allows, without its rarer letters. */
export function isBranch(written: string): boolean {
  return (
    /^[A-Za-z0-9_][A-Za-z0-9_.@+#-]*(\/[A-Za-z0-9_][A-Za-z0-9_.@+#-]*)*$/.test(written) &&
    !/\.\.|\.lock(\/|$)|\.(\/|$)/.test(written)
  );
}

const keepWords = "a whole number of at least 2, or all; write one of these";

const ledger: SchemaOf<WrittenLedger> = noList(
  mapping({
    path: may(
      "Folder of the ledger in the repository.",
      textThat("a relative path inside the repository; write for example ledger", isWritablePath),
    ),
    branch: may(
      "Branch of the ledger; default: the default branch.",
      textThat("the name of a branch; write for example main", isBranch),
    ),
    publish: may("Direct commits or a pull request.", v.picklist(["push", "pull_request"])),
    item_keys: may("How keys appear in git.", v.picklist(["plain", "hashed", "none"])),
    keep_files: may(
      "Settled windows of a sync that keep a file of their own.",
      v.union([whole(2, Number.MAX_SAFE_INTEGER, keepWords), v.literal("all")], keepWords),
    ),
  }),
);

const run = noList(
  mapping({ time_budget: may("Of the whole run, its last commit included.", wait) }),
);

/** A file whose three big mappings are not looked into yet. */
export interface WrittenShell {
  readonly version: 1;
  readonly ledger?: WrittenLedger;
  readonly run?: { readonly time_budget?: string };
  readonly sources: Readonly<Record<string, unknown>>;
  readonly destinations: Readonly<Record<string, unknown>>;
  readonly syncs: Readonly<Record<string, unknown>>;
}

function fileOf<A, B, C>(entries: {
  readonly source: SchemaOf<A>;
  readonly destination: SchemaOf<B>;
  readonly sync: SchemaOf<C>;
}): SchemaOf<
  Omit<WrittenShell, "sources" | "destinations" | "syncs"> & {
    readonly sources: Record<string, A>;
    readonly destinations: Record<string, B>;
    readonly syncs: Record<string, C>;
  }
> {
  return noList(
    mapping({
      version: must("Version of this file's shape.", v.literal(1)),
      ledger: may("Where run records live.", ledger),
      run: may("Bounds of a run.", run),
      sources: must("Where records come from, by name.", mappingOf(entries.source)),
      destinations: must("Where records go, by name.", mappingOf(entries.destination)),
      syncs: must("What is copied, by name.", mappingOf(entries.sync)),
    }),
  );
}

/** The shell of the file. */
export const shellSchema: SchemaOf<WrittenShell> = fileOf({
  source: v.unknown(),
  destination: v.unknown(),
  sync: v.unknown(),
});

/** The whole file. */
export const projectSchema: SchemaOf<WrittenProject> = fileOf({
  source: sourceSchema,
  destination: destinationSchema,
  sync: syncSchema,
});
