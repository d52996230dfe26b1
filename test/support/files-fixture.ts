// A files destination on a tip in memory, and how a reader of the files sees its rows.

import { createHash } from "node:crypto";

import { openFiles } from "../../src/adapters/files/files-destination.ts";
import { parseKeepingNumbers, canonicalJson } from "../../src/core/row/canonical-json.ts";
import { compareKeys } from "../../src/core/row/key-order.ts";
import { parseCsv } from "../../src/core/row/row-text.ts";
import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import type { Digest } from "../../src/ports/digest.ts";
import type { DestinationFixture, SeenRow } from "../contracts/destination.contract.ts";
import { memoryTip } from "./memory-tip.ts";

export const digest: Digest = {
  sha256: (text: string) => createHash("sha256").update(text).digest("hex"),
};

export function filesFixture(format: "ndjson" | "csv", buckets: number): DestinationFixture {
  const tip = memoryTip();
  const spec = {
    name: "repo",
    type: "files",
    path: "data",
    format,
    buckets,
    maxSizeBytes: 4e7,
  } as const;
  return {
    destination: openFiles(spec, { digest }),
    tip: () => tip.tip(),
    commit: (changes) => tip.commit(changes),
    rows: async (sync) =>
      [...tip.files]
        .filter(([path]) => !path.endsWith(".deleted.ndjson"))
        .flatMap(([, text]) => (format === "csv" ? csvRows(text) : jsonRows(text, sync)))
        .map((members) => seenRow(members, sync))
        .toSorted((a, b) => compareKeys(a.key, b.key)),
    bytes: async () => JSON.stringify([...tip.files].toSorted(([a], [b]) => compareKeys(a, b))),
    close: async () => {},
  };
}

type Members = Map<string, string | null>;

function jsonRows(text: string, sync: SyncSpec): Members[] {
  const json = new Set(
    (sync.columns ?? [{ name: "data", type: "jsonb" }])
      .filter((c) => c.type === "jsonb")
      .map((c) => c.name),
  );
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const object = parseKeepingNumbers(line)?.value as Record<string, unknown>;
      const members = Object.entries(object).map(([name, value]): [string, string | null] => {
        if (value === null) return [name, null];
        return [name, typeof value === "string" && !json.has(name) ? value : canonicalJson(value)];
      });
      return new Map(members);
    });
}

function csvRows(text: string): Members[] {
  const parsed = parseCsv(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}`);
  const [header, ...lines] = parsed.lines;
  return lines.map(
    ({ fields }) => new Map(header?.fields.map((name, at) => [name ?? "", fields[at] ?? null])),
  );
}

function seenRow(members: Members, sync: SyncSpec): SeenRow {
  const own = [sync.keyColumn, "_tidemark_watermark", "_tidemark_deleted_at"];
  return {
    key: members.get(sync.keyColumn) ?? "",
    watermark: members.get("_tidemark_watermark") ?? null,
    deleted: (members.get("_tidemark_deleted_at") ?? null) !== null,
    cells: Object.fromEntries([
      ...(sync.columns ?? []).map(({ name }) => [name, null] as const),
      ...[...members].filter(([name]) => !own.includes(name)),
    ]),
  };
}
