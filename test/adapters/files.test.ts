// What only files in the repository must do: stay as people left them, move with the tip, stay small.

import { expect, test } from "vitest";

import { openFiles } from "../../src/adapters/files/files-destination.ts";
import type { FilesSpec } from "../../src/adapters/files/table-paths.ts";
import type { RowChange } from "../../src/core/row/row.ts";
import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import type { WindowWriter } from "../../src/ports/destination.ts";
import { at, syncOf, windowOf } from "../support/builders.ts";
import { digest } from "../support/files-fixture.ts";
import { type MemoryTip, memoryTip } from "../support/memory-tip.ts";

const columns = [{ name: "name", pointer: ["name"], type: "text" as const }];
const sync = syncOf({ columns });

function specOf(overrides: Partial<FilesSpec> = {}): FilesSpec {
  return {
    name: "repo",
    type: "files",
    path: "data",
    format: "ndjson",
    buckets: 1,
    maxSizeBytes: 10_000_000,
    ...overrides,
  };
}

function put(key: string, second: number, name: string | null): RowChange {
  return { kind: "upsert", key, watermark: at(`2026-01-01T00:00:0${second}Z`), cells: [name] };
}

function drop(key: string, second: number): RowChange {
  return { kind: "delete", key, watermark: at(`2026-01-01T00:00:0${second}Z`) };
}

async function open(tip: MemoryTip, options: { spec?: FilesSpec; sync?: SyncSpec } = {}) {
  const opening = {
    sync: options.sync ?? sync,
    window: windowOf("2026-01-01", "2026-01-02"),
    epoch: 1,
    runId: "contacts/run",
    now: () => at("2026-01-03"),
  };
  return openFiles(options.spec ?? specOf(), { digest }).openWindow(opening, tip.tip());
}

async function deliver(
  tip: MemoryTip,
  changes: readonly RowChange[],
  options: { spec?: FilesSpec; sync?: SyncSpec } = {},
): Promise<unknown> {
  const opened = await open(tip, options);
  if (!opened.ok) return opened.failure.message;
  const written = await opened.value.write(changes, () => "{}");
  const finished = await opened.value.finish(tip.tip(), () => "{}");
  if (!finished.ok) return finished.failure.message;
  tip.commit(finished.value.changes);
  return written.ok ? written.value.results.map((result) => result.kind) : written;
}

async function writer(tip: MemoryTip): Promise<WindowWriter> {
  const opened = await open(tip);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

test("writes NDJSON sorted by key, cells before what is Tidemark's", async () => {
  const tip = memoryTip();
  await deliver(tip, [put("b", 1, "Bob"), put("a", 2, "Ann"), drop("b", 3)]);
  expect(tip.files).toEqual(
    new Map([
      [
        "data/contacts.ndjson",
        `{"id":"a","name":"Ann","_tidemark_watermark":"2026-01-01T00:00:02Z","_tidemark_deleted_at":null}
{"id":"b","name":"Bob","_tidemark_watermark":"2026-01-01T00:00:03Z","_tidemark_deleted_at":"2026-01-01T00:00:03Z"}
`,
      ],
    ]),
  );
});

test("writes CSV in which a formula is text and null is not an empty text", async () => {
  const tip = memoryTip();
  const spec = specOf({ format: "csv" });
  await deliver(
    tip,
    [put("a", 1, "=1+1"), put("b", 1, ""), put("c", 1, null), put("d", 1, 'x,"\n')],
    {
      spec,
    },
  );
  expect(tip.files).toEqual(
    new Map([
      [
        "data/contacts.csv",
        `id,name,_tidemark_watermark,_tidemark_deleted_at
a,'=1+1,2026-01-01T00:00:01Z,
b,"",2026-01-01T00:00:01Z,
c,,2026-01-01T00:00:01Z,
d,"x,""
",2026-01-01T00:00:01Z,
`,
      ],
    ]),
  );
});

test("keeps tombstones of hard deletes in a file of their own", async () => {
  const tip = memoryTip();
  const hard = syncOf({ columns, onDelete: "hard" });
  await deliver(tip, [put("a", 1, "x"), drop("a", 2), drop("Z", 1)], { sync: hard });
  expect(tip.files).toEqual(
    new Map([
      [
        "data/contacts.deleted.ndjson",
        `{"key":"Z","watermark":"2026-01-01T00:00:01Z"}
{"key":"a","watermark":"2026-01-01T00:00:02Z"}
`,
      ],
    ]),
  );
});

test("a window that changes nothing leaves the bytes that a person left", async () => {
  const tip = memoryTip();
  const text = `{ "id": "b", "name": "Bob", "_tidemark_watermark": "2026-01-01T00:00:01Z" }\r\n\r\n{"note":[1.0],"id":"a"}`;
  tip.files.set("data/contacts.ndjson", text);
  expect(await deliver(tip, [put("b", 1, "Bob")])).toEqual(["unchanged"]);
  expect(tip.files.get("data/contacts.ndjson")).toBe(text);
});

test("keeps a person's rows and columns when it writes beside them", async () => {
  const tip = memoryTip();
  tip.files.set("data/contacts.ndjson", '{"note":[1.0],"id":"b"}\n');
  expect(await deliver(tip, [put("a", 1, "Ann")])).toEqual(["inserted"]);
  expect(tip.files.get("data/contacts.ndjson")).toBe(
    `{"id":"a","name":"Ann","_tidemark_watermark":"2026-01-01T00:00:01Z","_tidemark_deleted_at":null}
{"id":"b","name":null,"note":[1.0],"_tidemark_watermark":null,"_tidemark_deleted_at":null}
`,
  );
  expect(await deliver(tip, [put("b", 1, "Bob")])).toEqual(["updated"]);
});

test("applies the window again when the file moved, and counts anew", async () => {
  const tip = memoryTip();
  const mine = await writer(tip);
  expect(await mine.write([put("a", 2, "mine"), put("b", 2, "mine")], () => "{}")).toEqual({
    ok: true,
    value: { results: [{ kind: "inserted" }, { kind: "inserted" }] },
  });
  await deliver(tip, [put("a", 3, "theirs"), put("b", 1, "theirs")]);
  const finished = await mine.finish(tip.tip(), () => "{}");
  expect(finished).toEqual({
    ok: true,
    value: {
      changes: [
        {
          path: "data/contacts.ndjson",
          content: `{"id":"a","name":"theirs","_tidemark_watermark":"2026-01-01T00:00:03Z","_tidemark_deleted_at":null}
{"id":"b","name":"mine","_tidemark_watermark":"2026-01-01T00:00:02Z","_tidemark_deleted_at":null}
`,
        },
      ],
      recounted: { results: [{ kind: "older" }, { kind: "updated" }] },
    },
  });
});

test("does not recount when the tip moved elsewhere", async () => {
  const tip = memoryTip();
  const mine = await writer(tip);
  await mine.write([put("a", 2, "mine")], () => "{}");
  const first = await mine.finish(tip.tip(), () => "{}");
  tip.commit([{ path: "README.md", content: "x" }]);
  const second = await mine.finish(tip.tip(), () => "{}");
  expect(second).toEqual(first);
  expect(second).toMatchObject({ ok: true, value: { recounted: undefined } });
});

const malformed: readonly [name: string, format: "ndjson" | "csv", text: string, found: string][] =
  [
    ["conflict markers", "ndjson", '{"id":"a"}\n<<<<<<< HEAD\n', "line 2: expected a JSON object"],
    ["a list", "ndjson", '["a"]\n', "line 1: expected a JSON object"],
    ["a row without key", "ndjson", '{"id":"a"}\n\n{"name":"x"}\n', "line 3: expected text in id"],
    ["a number as key", "ndjson", '{"id":1}\n', "line 1: expected text in id"],
    [
      "a repeated key",
      "ndjson",
      '{"id":"a"}\n{"id":"a"}\n',
      "line 2: expected a key that no line above has",
    ],
    [
      "a watermark in another form",
      "ndjson",
      '{"id":"a","_tidemark_watermark":"yesterday"}\n',
      "line 1: expected a UTC time or nothing in _tidemark_watermark",
    ],
    [
      "a mark that is no text",
      "ndjson",
      '{"id":"a","_tidemark_deleted_at":true}\n',
      "line 1: expected text or nothing in _tidemark_deleted_at",
    ],
    ["an open quote", "csv", 'id,name\na,"x\n', "line 2: expected fields quoted as in RFC 4180"],
    ["a short line", "csv", "id,name\na\n", "line 2: expected 2 fields as in the header"],
    ["a repeated header", "csv", "id,id\na,b\n", "line 1: expected a header with different names"],
  ];

for (const [name, format, text, found] of malformed) {
  test(`refuses a ${format} file with ${name} and leaves it as it is`, async () => {
    const tip = memoryTip();
    const path = `data/contacts.${format}`;
    tip.files.set(path, text);
    expect(await deliver(tip, [put("z", 1, "x")], { spec: specOf({ format }) })).toBe(
      `destination repo, ${path}, ${found}, found something else; remedy: correct it by hand or restore the file from git`,
    );
    expect(tip.files.get(path)).toBe(text);
  });
}

test("refuses a table above max_size and names ways out", async () => {
  const tip = memoryTip();
  const spec = specOf({ maxSizeBytes: 10_000 });
  await deliver(tip, [put("a", 1, "x".repeat(5000))], { spec });
  const before = new Map(tip.files);
  expect(await deliver(tip, [put("b", 1, "é".repeat(5000))], { spec })).toBe(
    "destination repo, table contacts: expected at most 0.01 MB, found 0.02 MB; remedy: fewer columns, max_size up to 40MB, or a database as destination",
  );
  expect(tip.files).toEqual(before);
});

test("refuses to begin a second format beside the first", async () => {
  const tip = memoryTip();
  await deliver(tip, [put("a", 1, "x")]);
  expect(await deliver(tip, [put("a", 1, "x")], { spec: specOf({ format: "csv" }) })).toBe(
    "destination repo, data/contacts.ndjson: expected csv only, found it; remedy: remove the file, then backfill --reprocess all",
  );
});

test("moves every row to its bucket when the number of buckets changes", async () => {
  const tip = memoryTip();
  const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
  await deliver(
    tip,
    keys.map((key) => put(key, 1, "x")),
  );
  const single = new Map(tip.files);
  for (const buckets of [8, 3]) {
    await deliver(tip, [], { spec: specOf({ buckets }) });
    const names = Array.from({ length: buckets }, (_, index) => `data/contacts/0${index}.ndjson`);
    expect([...tip.files.keys()].toSorted()).toEqual(names);
  }
  await deliver(tip, []);
  expect(tip.files).toEqual(single);
});

test("names every path that a commit may write", () => {
  const paths = (spec: FilesSpec): readonly string[] => openFiles(spec, { digest }).dataPaths(sync);
  expect(paths(specOf({ path: "./data/" }))).toEqual([
    "data/contacts.ndjson",
    "data/contacts.deleted.ndjson",
  ]);
  expect(paths(specOf({ path: ".", format: "csv", buckets: 2 }))).toEqual([
    "contacts.csv",
    "contacts.deleted.ndjson",
    "contacts/00.csv",
    "contacts/01.csv",
  ]);
});
