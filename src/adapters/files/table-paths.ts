// Where the rows of a table lie in the repository (contract 5). Serves upsert and commit; a table that was spread over
// more or fewer buckets before is still found whole.

import type { DestinationSpec, SyncSpec } from "../../core/sync/sync-spec.ts";
import type { Digest } from "../../ports/digest.ts";

export type FilesSpec = Extract<DestinationSpec, { type: "files" }>;

/** The paths of one table, relative to the repository. */
export interface TablePaths {
  /** The folder that holds all of them; empty for the root. */
  readonly folder: string;
  /** Tombstones of hard deletes. */
  readonly deleted: string;
  /** The file in which a key's row belongs. */
  home(key: string): string;
  /** Whether a path holds rows of the table, in this or an earlier number of buckets. */
  holdsRows(path: string): boolean;
  /** Whether a path holds rows in the format that is not configured. */
  isOtherFormat(path: string): boolean;
  /** All files that may be written. */
  readonly all: readonly string[];
}

/** The paths of the sync's table. */
export function tablePaths(
  spec: FilesSpec,
  sync: Pick<SyncSpec, "table">,
  digest: Digest,
): TablePaths {
  const folder = spec.path.replace(/^(?:\.(?:\/|$))+/, "").replace(/\/+$/, "");
  const stem = folder === "" ? sync.table : `${folder}/${sync.table}`;
  const single = `${stem}.${spec.format}`;
  const bucket = (index: number): string =>
    `${stem}/${String(index).padStart(2, "0")}.${spec.format}`;
  const buckets = Array.from({ length: spec.buckets }, (_, index) => bucket(index));
  const deleted = `${stem}.deleted.ndjson`;
  const other = spec.format === "ndjson" ? "csv" : "ndjson";
  return {
    folder,
    deleted,
    home: (key) => (spec.buckets === 1 ? single : bucket(bucketOf(key, spec.buckets, digest))),
    holdsRows: (path) => isRowFile(path, stem, spec.format),
    isOtherFormat: (path) => isRowFile(path, stem, other),
    all: spec.buckets === 1 ? [single, deleted] : [single, deleted, ...buckets],
  };
}

// The first 48 bits of the digest are exact in a double and even enough for a hundred buckets.
function bucketOf(key: string, buckets: number, digest: Digest): number {
  return Number.parseInt(digest.sha256(key).slice(0, 12), 16) % buckets;
}

function isRowFile(path: string, stem: string, format: string): boolean {
  if (path === `${stem}.${format}`) return true;
  if (!path.startsWith(`${stem}/`)) return false;
  const name = path.slice(stem.length + 1);
  return name.endsWith(`.${format}`) && /^\d{2}$/.test(name.slice(0, -format.length - 1));
}
