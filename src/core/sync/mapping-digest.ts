// What shapes delivered rows, and where they go, as one canonical text (S36). Serves 5 SETTLE; whoever has the
// port `digest` hashes it. What only says how records are found (filter, order, pages, window) stays out.

import { formatPointer } from "../source/pointer.ts";
import type { DestinationSpec, Predicate, SourceSpec, SyncSpec } from "./sync-spec.ts";

/** The text whose sha256 is `mapping_digest`; the order of keys in the configuration does not matter (S36). */
export function mappingText(
  sync: SyncSpec,
  source: SourceSpec,
  destination: DestinationSpec,
): string {
  return canonical({
    request: sync.request,
    firstOnly: sync.firstOnly.toSorted(),
    vars: { ...source.vars, ...sync.vars },
    headers: source.headers,
    records: formatPointer(sync.records),
    key: sync.key.map(formatPointer),
    watermark: { ...sync.watermark, pointer: formatPointer(sync.watermark.pointer) },
    flag: sync.deletes.kind === "flag" ? flagOf(sync.deletes.predicate) : undefined,
    columns: sync.columns
      ?.map(({ name, pointer, type }) => ({ name, pointer: formatPointer(pointer), type }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    destination: { type: destination.type, path: destination.path },
    table: sync.table,
    keyColumn: sync.keyColumn,
  });
}

function flagOf({ at, test }: Predicate): unknown {
  return { at: at.in === "body" ? formatPointer(at.pointer) : at.name, test };
}

// JSON with sorted keys; what is undefined is left out.
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
