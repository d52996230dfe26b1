import { expect, test } from "vitest";

import { mappingText } from "../../../src/core/sync/mapping-digest.ts";
import type { DestinationSpec, SourceSpec, SyncSpec } from "../../../src/core/sync/sync-spec.ts";
import { at, destinationOf, limitsOf, sourceOf, syncOf } from "../../support/builders.ts";

interface Parts {
  readonly sync?: Partial<SyncSpec>;
  readonly source?: Partial<SourceSpec>;
  readonly destination?: DestinationSpec;
}

const columns = [
  { name: "email", pointer: ["email"], type: "text" },
  { name: "age", pointer: ["age"], type: "integer" },
] as const;

function textOf({ sync, source, destination }: Parts = {}): string {
  return mappingText(
    syncOf({ columns, ...sync }),
    sourceOf({ headers: { "X-A": "1" }, vars: { a: "1", b: "2" }, ...source }),
    destination ?? destinationOf(),
  );
}

const base = syncOf();
const flag = {
  at: { in: "body", pointer: ["gone"] },
  test: { kind: "present", present: true },
} as const;

test("S36: the text is canonical", () => {
  expect(textOf()).toBe(
    '{"columns":[{"name":"age","pointer":"/age","type":"integer"},{"name":"email","pointer":"/email","type":"text"}],' +
      '"destination":{"path":".tidemark/tidemark.db","type":"sqlite"},"firstOnly":[],"headers":{"X-A":"1"},' +
      '"key":["/id"],"keyColumn":"id","records":"","request":{"headers":{},"method":"GET","path":"/contacts",' +
      '"query":{"from":"{{window.start}}","to":"{{window.end}}"}},"table":"contacts","vars":{"a":"1","b":"2"},' +
      '"watermark":{"format":{"kind":"rfc3339"},"kind":"updated","missing":"fail","pointer":"/updatedAt","precisionMicros":1000}}',
  );
});

const shaping: readonly (readonly [string, Parts])[] = [
  ["the method", { sync: { request: { ...base.request, method: "POST" } } }],
  ["the path", { sync: { request: { ...base.request, path: "/people" } } }],
  ["the query", { sync: { request: { ...base.request, query: { all: true } } } }],
  ["headers of the request", { sync: { request: { ...base.request, headers: { "X-B": "1" } } } }],
  ["the body", { sync: { request: { ...base.request, body: { a: null } } } }],
  ["first_only", { sync: { firstOnly: ["from"] } }],
  ["vars of the sync", { sync: { vars: { a: "3" } } }],
  ["vars of the source", { source: { vars: { a: "1", b: "3" } } }],
  ["headers of the source", { source: { headers: { "X-A": "2" } } }],
  ["records", { sync: { records: ["items"] } }],
  ["the key", { sync: { key: [["uuid"]] } }],
  ["the order of a composite key", { sync: { key: [["id"], ["org"]] } }],
  ["the watermark's path", { sync: { watermark: { ...base.watermark, pointer: ["at"] } } }],
  ["the watermark's precision", { sync: { watermark: { ...base.watermark, precisionMicros: 1 } } }],
  ["the watermark's zone", { sync: { watermark: { ...base.watermark, timezone: "UTC" } } }],
  ["the delete flag", { sync: { deletes: { kind: "flag", predicate: flag } } }],
  ["a column's type", { sync: { columns: [{ ...columns[0], type: "jsonb" }, columns[1]] } }],
  ["no columns", { sync: { columns: undefined } }],
  ["the table", { sync: { table: "people" } }],
  ["the key column", { sync: { keyColumn: "uuid" } }],
  ["the destination's path", { destination: { name: "local", type: "sqlite", path: "other.db" } }],
  [
    "the destination's type",
    {
      destination: {
        name: "local",
        type: "files",
        path: ".tidemark/tidemark.db",
        format: "csv",
        buckets: 1,
        maxSizeBytes: 1,
      },
    },
  ],
];

test.each(shaping)("S36: %s changes the text", (_title, parts) => {
  expect(textOf(parts)).not.toBe(textOf());
});

test("S36: no two of these changes give one text", () => {
  expect(new Set(shaping.map(([, parts]) => textOf(parts))).size).toBe(shaping.length);
});

const finding: readonly (readonly [string, Parts])[] = [
  ["the name and the id", { sync: { name: "people", id: "people" } }],
  ["the base URL", { source: { baseUrl: "https://other.example.com" } }],
  ["auth", { source: { auth: { type: "bearer", env: "TIDEMARK_A", prefix: "Bearer" } } }],
  ["limits", { source: { limits: limitsOf({ tries: 1 }) } }],
  ["the filter", { sync: { filter: undefined } }],
  [
    "the order",
    { sync: { readingOrder: { by: "key", dir: "asc", thenKey: false, compare: "bytes" } } },
  ],
  ["pages", { sync: { pages: { ...base.pages, type: "page", size: 10 } } }],
  ["the window", { sync: { window: { ...base.window, start: at("2025-01-01") } } }],
  ["the run", { sync: { run: { ...base.run, maxWindows: 9 } } }],
  ["the destination's name", { destination: { ...destinationOf(), name: "other" } }],
  ["the order of columns", { sync: { columns: columns.toReversed() } }],
  ["the order of keys", { source: { vars: { b: "2", a: "1" } } }],
  [
    "the order of parameters",
    {
      sync: {
        request: { ...base.request, query: { to: "{{window.end}}", from: "{{window.start}}" } },
      },
    },
  ],
];

test.each(finding)("S36: %s leaves the text as it is", (_title, parts) => {
  expect(textOf(parts)).toBe(textOf());
});
