// What every destination that can compare must do, in groups by capability (contract 5).

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { mapRow } from "../../src/core/row/map-row.ts";
import type { RowChange, UpsertResult } from "../../src/core/row/row.ts";
import type { ColumnSpec, SyncSpec } from "../../src/core/sync/sync-spec.ts";
import { formatInstant } from "../../src/core/time/instant.ts";
import type { Window } from "../../src/core/window/window.ts";
import type { Destination, WindowWriter } from "../../src/ports/destination.ts";
import type { FileChange, TipFiles } from "../../src/ports/ledger-store.ts";
import { at, syncOf, windowOf } from "../support/builders.ts";

/** A row as a reader sees it: every cell as text. */
export interface SeenRow {
  readonly key: string;
  readonly watermark: string | null;
  readonly deleted: boolean;
  readonly cells: Readonly<Record<string, string | null>>;
}

export interface DestinationFixture {
  readonly destination: Destination;
  tip(): TipFiles;
  commit(changes: readonly FileChange[]): void;
  /** Rows sorted by key, deleted ones included. */
  rows(sync: SyncSpec): Promise<readonly SeenRow[]>;
  /** Everything a table consists of, tombstones included, to compare byte by byte. */
  bytes(sync: SyncSpec): Promise<string>;
  close(): Promise<void>;
}

export interface Capabilities {
  readonly windowRows: boolean;
}

const day = windowOf("2026-01-01", "2026-01-02");
const nameColumn: ColumnSpec = { name: "name", pointer: ["name"], type: "text" };
const columns: readonly ColumnSpec[] = [
  nameColumn,
  { name: "amount", pointer: ["amount"], type: "numeric" },
];

function put(key: string, second: number, cells: readonly (string | null)[]): RowChange {
  return { kind: "upsert", key, watermark: instant(second), cells };
}

function drop(key: string, second: number): RowChange {
  return { kind: "delete", key, watermark: instant(second) };
}

function instant(second: number): ReturnType<typeof at> {
  return at(`2026-01-01T00:00:${String(second).padStart(2, "0")}Z`);
}

function kinds(results: readonly UpsertResult[]): string[] {
  return results.map((result) =>
    result.kind === "refused" ? `refused ${result.code}` : result.kind,
  );
}

function mapped(record: unknown, sync: SyncSpec): RowChange {
  const mappedRow = mapRow(record, sync);
  if (!mappedRow.ok) throw new Error(mappedRow.message);
  return { kind: "upsert", key: "k", watermark: instant(1), cells: mappedRow.cells };
}

/** The suite; `open` gives a fresh destination each time. */
export function destinationContract(
  name: string,
  open: () => Promise<DestinationFixture>,
  capabilities: Capabilities,
): void {
  describe(`${name} destination`, () => {
    let fixture: DestinationFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.close());
    const use: Use = {
      fixture: () => fixture,
      sync: (overrides) => syncOf({ columns, ...overrides }),
    };
    common(use);
    comparing(use);
    deletes(use);
    hostile(use);
    if (capabilities.windowRows) {
      windowRows(use);
      adoption(use);
    } else noWindowRows(use);
  });
}

interface Use {
  fixture(): DestinationFixture;
  sync(overrides?: Partial<SyncSpec>): SyncSpec;
}

async function writer(
  use: Use,
  sync: SyncSpec,
  options: { readonly window?: Window; readonly epoch?: number } = {},
): Promise<WindowWriter> {
  const { destination } = use.fixture();
  const prepared = await destination.prepare(sync);
  if (!prepared.ok) throw new Error(prepared.failure.message);
  const opening = {
    sync,
    window: options.window ?? day,
    epoch: options.epoch ?? 1,
    runId: "contacts/run",
    now: () => at("2026-01-03"),
  };
  const opened = await destination.openWindow(opening, use.fixture().tip());
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

/** Writes one window to its end, page by page, and answers the final results. */
async function deliver(
  use: Use,
  sync: SyncSpec,
  pages: readonly (readonly RowChange[])[],
  options: { readonly window?: Window; readonly epoch?: number } = {},
): Promise<string[]> {
  const window = await writer(use, sync, options);
  const results: UpsertResult[] = [];
  for (const page of pages) {
    const written = await window.write(page, () => "{}");
    if (!written.ok) throw new Error(written.failure.message);
    results.push(...written.value.results);
  }
  const finished = await window.finish(use.fixture().tip(), () => "{}");
  if (!finished.ok) throw new Error(finished.failure.message);
  use.fixture().commit(finished.value.changes);
  return kinds(finished.value.recounted?.results ?? results);
}

function row(key: string, second: number, cells: Record<string, string | null>): SeenRow {
  return { key, watermark: formatInstant(instant(second)), deleted: false, cells };
}

function common(use: Use): void {
  test("stores the record as canonical JSON in data when the sync has no columns", async () => {
    const sync = use.sync({ columns: undefined });
    await deliver(use, sync, [[mapped({ b: 1, a: "x" }, sync)]]);
    expect(await use.fixture().rows(sync)).toEqual([row("k", 1, { data: '{"a":"x","b":1}' })]);
  });

  test("stores one cell per column, null where nothing was found", async () => {
    const sync = use.sync();
    await deliver(use, sync, [[put("a", 1, ["Ann", "1.50"]), put("b", 2, [null, null])]]);
    expect(await use.fixture().rows(sync)).toEqual([
      row("a", 1, { name: "Ann", amount: "1.50" }),
      row("b", 2, { name: null, amount: null }),
    ]);
  });

  test("keeps every column type as it was converted, and finds it unchanged again", async () => {
    const types = [
      "text",
      "integer",
      "bigint",
      "numeric",
      "boolean",
      "date",
      "timestamptz",
      "jsonb",
    ];
    const sync = use.sync({
      columns: types.map((type) => ({ name: `c_${type}`, pointer: [type], type: type as "text" })),
    });
    const change = mapped(
      {
        text: "",
        integer: -2_147_483_648,
        bigint: "-9223372036854775808",
        numeric: "1234567890123456789012345678901234567890.50",
        boolean: false,
        date: "0001-01-01",
        timestamptz: "9999-12-31T23:59:59.999999Z",
        jsonb: { z: [1, null], a: "é" },
      },
      sync,
    );
    expect(await deliver(use, sync, [[change], [change]])).toEqual(["inserted", "unchanged"]);
    const seen = await use.fixture().rows(sync);
    expect(seen[0]?.cells).toEqual({
      c_text: "",
      c_integer: "-2147483648",
      c_bigint: "-9223372036854775808",
      c_numeric: "1234567890123456789012345678901234567890.50",
      c_boolean: "false",
      c_date: "0001-01-01",
      c_timestamptz: "9999-12-31T23:59:59.999999Z",
      c_jsonb: '{"a":"é","z":[1,null]}',
    });
    expect(await deliver(use, sync, [[change]], { epoch: 2 })).toEqual(["unchanged"]);
  });

  test("widens a table and keeps the columns that the sync no longer has", async () => {
    const before = use.sync({ columns: [nameColumn] });
    await deliver(use, before, [[put("a", 1, ["Ann"]), put("b", 1, ["Bob"])]]);
    const after = use.sync({ columns: columns.slice(1) });
    await deliver(use, after, [[put("a", 2, ["7"])]], { epoch: 2 });
    expect(await use.fixture().rows(after)).toEqual([
      row("a", 2, { name: "Ann", amount: "7" }),
      row("b", 1, { name: "Bob", amount: null }),
    ]);
  });

  test("two syncs with one table see each other's rows", async () => {
    const first = use.sync();
    const second = use.sync({ name: "events", id: "events" });
    await deliver(use, first, [[put("a", 5, ["Ann", null])]]);
    expect(await deliver(use, second, [[put("a", 4, ["old", null])]])).toEqual(["older"]);
  });

  test("a window without records can be finished", async () => {
    expect(await deliver(use, use.sync(), [])).toEqual([]);
  });
}

function comparing(use: Use): void {
  test("the newest watermark wins whatever order changes come in", async () => {
    const sync = use.sync();
    const results = await deliver(use, sync, [
      [put("a", 2, ["two", null]), put("a", 1, ["one", null]), put("a", 3, ["three", null])],
    ]);
    expect(results).toEqual(["inserted", "older", "updated"]);
    expect(await use.fixture().rows(sync)).toEqual([row("a", 3, { name: "three", amount: null })]);
  });

  test("of equal watermarks the later read wins, and equal content is unchanged", async () => {
    const sync = use.sync();
    const results = await deliver(use, sync, [
      [put("a", 1, ["x", null])],
      [put("a", 1, ["x", null]), put("a", 1, ["y", null])],
    ]);
    expect(results).toEqual(["inserted", "unchanged", "updated"]);
    expect(await use.fixture().rows(sync)).toEqual([row("a", 1, { name: "y", amount: null })]);
  });

  test("watermarks are compared as instants, not as text", async () => {
    const sync = use.sync();
    const whole: RowChange = {
      ...put("a", 1, ["whole", null]),
      watermark: at("2026-01-01T00:00:01Z"),
    };
    const fine: RowChange = {
      ...put("a", 1, ["fine", null]),
      watermark: at("2026-01-01T00:00:01.500Z"),
    };
    expect(await deliver(use, sync, [[fine, whole]])).toEqual(["inserted", "older"]);
  });

  test("re-running any windows in any order leaves the bytes alone and counts nothing new", async () => {
    const sync = use.sync({ onDelete: "hard" });
    const windows = [
      [put("a", 1, ["a1", null]), put("b", 1, ["b1", "2"])],
      [put("a", 2, ["a2", null]), drop("b", 2), drop("x", 2)],
      [put("c", 3, ["c3", null]), put("a", 3, ["a3", "-1"])],
    ];
    for (const [index, changes] of windows.entries())
      await deliver(use, sync, [changes], { window: dayOf(index), epoch: 1 });
    const before = await use.fixture().bytes(sync);
    const again: string[] = [];
    for (const [round, index] of [2, 0, 1, 1, 0, 2].entries()) {
      const options = { window: dayOf(index), epoch: round + 2 };
      again.push(...(await deliver(use, sync, [windows[index] ?? []], options)));
    }
    expect(await use.fixture().bytes(sync)).toBe(before);
    expect(new Set(again)).toEqual(new Set(["unchanged", "older"]));
  });
}

function dayOf(index: number): Window {
  return windowOf(`2026-01-0${index + 1}`, `2026-01-0${index + 2}`);
}

function deletes(use: Use): void {
  for (const onDelete of ["soft", "hard"] as const) {
    test(`${onDelete}: a delete of an absent key keeps an older row out`, async () => {
      const sync = use.sync({ onDelete });
      const results = await deliver(use, sync, [[drop("a", 2)], [put("a", 1, ["old", null])]]);
      expect(results).toEqual(["deleted", "older"]);
      const seen = await use.fixture().rows(sync);
      expect(seen).toEqual(
        onDelete === "hard"
          ? []
          : [{ ...row("a", 2, { name: null, amount: null }), deleted: true }],
      );
    });

    test(`${onDelete}: the tombstone is still there for the next window`, async () => {
      const sync = use.sync({ onDelete });
      await deliver(use, sync, [[drop("a", 2)]]);
      const options = { window: dayOf(1) };
      const changes = [put("a", 1, ["old", null]), put("a", 2, ["same", null]), drop("a", 2)];
      expect(await deliver(use, sync, [changes], options)).toEqual(["older", "older", "unchanged"]);
    });

    test(`${onDelete}: a delete beats an upsert of the same watermark in both orders`, async () => {
      const sync = use.sync({ onDelete });
      const results = await deliver(use, sync, [
        [put("a", 1, ["x", null]), drop("a", 1), drop("b", 1), put("b", 1, ["x", null])],
      ]);
      expect(results).toEqual(["inserted", "deleted", "deleted", "older"]);
      const live = (await use.fixture().rows(sync)).filter((each) => !each.deleted);
      expect(live).toEqual([]);
    });

    test(`${onDelete}: an older delete does nothing, a newer row comes back`, async () => {
      const sync = use.sync({ onDelete });
      const results = await deliver(use, sync, [
        [put("a", 2, ["x", null]), drop("a", 1), drop("a", 3), put("a", 4, ["back", "1"])],
      ]);
      expect(results).toEqual(["inserted", "older", "deleted", "inserted"]);
      expect(await use.fixture().rows(sync)).toEqual([row("a", 4, { name: "back", amount: "1" })]);
      expect(await deliver(use, sync, [[put("a", 3, ["x", null])]], { epoch: 2 })).toEqual([
        "older",
      ]);
    });
  }

  test("soft: a deleted row keeps its values and is marked", async () => {
    const sync = use.sync({ onDelete: "soft" });
    await deliver(use, sync, [[put("a", 1, ["Ann", "1"]), drop("a", 2)]]);
    expect(await use.fixture().rows(sync)).toEqual([
      { ...row("a", 2, { name: "Ann", amount: "1" }), deleted: true },
    ]);
  });

  test("hard: a row that comes back leaves no tombstone behind", async () => {
    const sync = use.sync({ onDelete: "hard" });
    await deliver(use, sync, [[drop("a", 1)], [put("a", 2, ["back", null])]]);
    expect(await use.fixture().bytes(sync)).not.toContain(formatInstant(instant(1)));
  });

  test("tombstones of hard deletes hold after a change to soft", async () => {
    await deliver(use, use.sync({ onDelete: "hard" }), [[drop("a", 3)]]);
    const sync = use.sync({ onDelete: "soft" });
    const changes = [put("a", 2, ["x", null]), put("a", 4, ["y", null])];
    expect(await deliver(use, sync, [changes], { epoch: 2 })).toEqual(["older", "inserted"]);
  });
}

function hostile(use: Use): void {
  test("names what it refuses while the good ones land", async () => {
    const sync = use.sync();
    const window = await writer(use, sync);
    const written = await window.write(
      [
        put("good", 1, ["x", null]),
        put("n\0ul", 1, ["x", null]),
        put("half\uD800", 1, ["x", null]),
        put("cell", 1, ["n\0ul", null]),
        put("cell", 1, ["half\uDC00", null]),
        put("also good", 1, ["y", null]),
      ],
      () => "{}",
    );
    const refused = (code: string, message: string): UpsertResult => ({
      kind: "refused",
      code,
      message,
    });
    expect(written).toEqual({
      ok: true,
      value: {
        results: [
          { kind: "inserted" },
          refused("nul", "key: expected text without NUL characters, found one"),
          refused("encoding", "key: expected well-formed text, found a lone surrogate"),
          refused("nul", "column name: expected text without NUL characters, found one"),
          refused("encoding", "column name: expected well-formed text, found a lone surrogate"),
          { kind: "inserted" },
        ],
      },
    });
    const finished = await window.finish(use.fixture().tip(), () => "{}");
    if (finished.ok) use.fixture().commit(finished.value.changes);
    expect((await use.fixture().rows(sync)).map((each) => each.key)).toEqual(["also good", "good"]);
  });

  test("keeps keys apart that differ only in case, form or a blank, in code point order", async () => {
    const sync = use.sync();
    const keys = [
      "__proto__",
      "a",
      "A",
      "a ",
      " a",
      "é",
      "e\u0301",
      "\uFFFD",
      "😀",
      "1",
      "01",
      "=1+1",
      "'=1",
      "\n",
      '"',
      ",",
      "constructor",
    ];
    await deliver(use, sync, [keys.map((key) => put(key, 1, [key, null]))]);
    const seen = await use.fixture().rows(sync);
    const bytes = (text: string): string => Buffer.from(text).toString("hex");
    const sorted = keys.toSorted((a, b) => (bytes(a) < bytes(b) ? -1 : 1));
    expect(seen.map((each) => [each.key, each.cells["name"]])).toEqual(
      sorted.map((key) => [key, key]),
    );
    const again = await deliver(use, sync, [keys.map((key) => put(key, 1, [key, null]))], {
      epoch: 2,
    });
    expect(new Set(again)).toEqual(new Set(["unchanged"]));
  });

  test("takes reserved words, quotes, blanks and 63 bytes as names", async () => {
    const names = [
      "select",
      'quo"te',
      "with blank",
      "ü".repeat(31),
      "a".repeat(63),
      "semi;--",
      "emoji 😀",
      "[x]",
    ];
    const sync = use.sync({
      table: "order",
      keyColumn: "group",
      columns: names.map((name) => ({ name, pointer: [name], type: "text" as const })),
    });
    await deliver(use, sync, [[put("a", 1, names)], [drop("b", 1)], [put("a", 2, names)]]);
    const seen = await use.fixture().rows(sync);
    expect(seen[0]?.cells).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });

  test("takes a text of 10 MB", async () => {
    const sync = use.sync();
    const text = "x€".repeat(2_500_000);
    await deliver(use, sync, [[put("a", 1, [text, null])]]);
    const seen = await use.fixture().rows(sync);
    expect(seen[0]?.cells["name"] === text).toBe(true);
  });

  test("keeps exact numbers, escapes and a __proto__ member of a whole record", async () => {
    const sync = use.sync({ columns: undefined });
    const text =
      '{"__proto__":{"x":1},"n":1234567890123456789012345678901234567890.10,"t":"\\u0000\\ud800"}';
    const change: RowChange = { ...put("a", 1, [text]) };
    expect(await deliver(use, sync, [[change], [change]])).toEqual(["inserted", "unchanged"]);
    expect((await use.fixture().rows(sync))[0]?.cells).toEqual({ data: text });
    expect(await deliver(use, sync, [[change]], { epoch: 2 })).toEqual(["unchanged"]);
  });

  test("refuses a watermark whose year has five digits", async () => {
    const change: RowChange = {
      ...put("a", 1, ["x", null]),
      watermark: 253_402_300_800_000_000 as never,
    };
    expect(await deliver(use, use.sync(), [[change]])).toEqual(["refused range"]);
  });
}

function windowRows(use: Use): void {
  test("knows no window before the first is written", async () => {
    const { destination } = use.fixture();
    expect(await destination.windowRows(use.sync(), [day])).toEqual({ ok: true, value: [] });
  });

  test("raises the chunk with each transaction, stores the record, completes last", async () => {
    const sync = use.sync();
    const window = await writer(use, sync, { epoch: 3 });
    const { destination } = use.fixture();
    const seen = async (): Promise<unknown> => destination.windowRows(sync, [day]);
    const rowOf = (chunk: number, complete: boolean, record: string): unknown => ({
      ok: true,
      value: [{ window: day, epoch: 3, chunk, complete, record, committedAt: at("2026-01-03") }],
    });
    await window.write([put("a", 1, ["x", null])], ({ results }) => kinds(results).join());
    expect(await seen()).toEqual(rowOf(1, false, "inserted"));
    await window.write([put("a", 1, ["x", null])], ({ results }) => kinds(results).join());
    expect(await seen()).toEqual(rowOf(2, false, "unchanged"));
    await window.finish(use.fixture().tip(), () => "done");
    expect(await seen()).toEqual(rowOf(3, true, "done"));
  });

  test("L7 an overlapping window of a higher epoch fences write, finish and opening", async () => {
    const sync = use.sync();
    const old = await writer(use, sync, { epoch: 1 });
    await old.write([put("a", 1, ["mine", null])], () => "{}");
    const half = windowOf("2026-01-01T12:00:00Z", "2026-01-03");
    await deliver(use, sync, [[put("b", 1, ["theirs", null])]], { window: half, epoch: 2 });
    const before = await use.fixture().bytes(sync);
    const fenced = { ok: false, failure: expect.objectContaining({ code: "fenced" }) };
    expect(await old.write([put("a", 2, ["late", null])], () => "{}")).toEqual(fenced);
    expect(await old.finish(use.fixture().tip(), () => "{}")).toEqual(fenced);
    await expect(writer(use, sync, { epoch: 1 })).rejects.toThrow("epoch 1");
    expect(await use.fixture().bytes(sync)).toBe(before);
  });

  test("neither a touching window nor another sync fences, to the microsecond", async () => {
    const sync = use.sync();
    const fine = windowOf("2026-01-02T00:00:00.500Z", "2026-01-03");
    await deliver(use, sync, [], { window: fine, epoch: 9 });
    await deliver(use, use.sync({ id: "other" }), [], { epoch: 9 });
    const touching = windowOf("2026-01-01", "2026-01-02T00:00:00.500Z");
    expect(await deliver(use, sync, [[put("a", 1, ["x", null])]], { window: touching })).toEqual([
      "inserted",
    ]);
    const into = windowOf("2026-01-01", "2026-01-02T00:00:00.500001Z");
    await expect(writer(use, sync, { window: into })).rejects.toThrow("found 9");
  });

  test("an attempt of a higher epoch begins the window's row again", async () => {
    const sync = use.sync();
    await deliver(use, sync, [[put("a", 1, ["x", null])]], { epoch: 1 });
    const window = await writer(use, sync, { epoch: 2 });
    await window.write([put("a", 1, ["x", null])], () => "two");
    expect(await use.fixture().destination.windowRows(sync, [day])).toEqual({
      ok: true,
      value: [
        {
          window: day,
          epoch: 2,
          chunk: 1,
          complete: false,
          record: "two",
          committedAt: at("2026-01-03"),
        },
      ],
    });
  });

  test("nothing of a page stays when its description throws", async () => {
    const sync = use.sync();
    const window = await writer(use, sync);
    const boom = (): string => {
      throw new Error("boom");
    };
    await expect(window.write([put("a", 1, ["x", null])], boom)).rejects.toThrow("boom");
    expect(await use.fixture().rows(sync)).toEqual([]);
    expect(await use.fixture().destination.windowRows(sync, [day])).toEqual({
      ok: true,
      value: [],
    });
  });
}

function adoption(use: Use): void {
  test("answers the rows of exactly the windows asked for, unfinished ones too", async () => {
    const sync = use.sync();
    await deliver(use, sync, [], { window: dayOf(0) });
    const abandoned = await writer(use, sync, { window: dayOf(1), epoch: 4 });
    await abandoned.write([put("a", 1, ["x", null])], () => "record");
    await abandoned.abandon();
    const answer = await use.fixture().destination.windowRows(sync, [dayOf(2), dayOf(1), dayOf(0)]);
    const found = answer.ok
      ? answer.value.map(({ epoch, complete, record }) => [epoch, complete, record])
      : [];
    expect(found).toEqual([
      [4, false, "record"],
      [1, true, "{}"],
    ]);
  });

  test("answers for a sync whatever table it wrote then, so that a renamed table is stale and not missing (T15)", async () => {
    const sync = use.sync();
    await deliver(use, sync, []);
    const { destination } = use.fixture();
    const moved = use.sync({ table: "people" });
    const held = await destination.windowRows(sync, [day]);
    expect(held.ok && held.value.length).toBe(1);
    expect(await destination.windowRows(moved, [day])).toEqual(held);
  });
}

function noWindowRows(use: Use): void {
  test("keeps no window rows and says so", async () => {
    const sync = use.sync();
    await deliver(use, sync, [[put("a", 1, ["x", null])]]);
    const { destination } = use.fixture();
    expect(destination.keepsWindowRows).toBe(false);
    expect(await destination.windowRows(sync, [day])).toEqual({ ok: true, value: [] });
  });
}
