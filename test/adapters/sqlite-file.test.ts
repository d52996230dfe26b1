// What only a SQLite file must do: not appear by being asked, say what is wrong with it, share itself with others.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterEach, beforeEach, expect, test } from "vitest";

import { openSqlite } from "../../src/adapters/sqlite/sqlite-destination.ts";
import type { RowChange } from "../../src/core/row/row.ts";
import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import type { Destination, WindowWriter } from "../../src/ports/destination.ts";
import { at, syncOf, windowOf } from "../support/builders.ts";
import { memoryTip } from "../support/memory-tip.ts";

const path = ".tidemark/tidemark.db";
const day = windowOf("2026-01-01", "2026-01-02");
const sync = syncOf({ columns: [{ name: "email", pointer: ["email"], type: "text" }] });

let root: string;
let opened: Destination[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidemark-sqlite-"));
  opened = [];
});

afterEach(async () => {
  for (const destination of opened) await destination.close();
  rmSync(root, { recursive: true });
});

function open(written = path): Destination {
  const destination = openSqlite({ name: "local", type: "sqlite", path: written }, { root });
  opened.push(destination);
  return destination;
}

function put(key: string, email: string | null): RowChange {
  return { kind: "upsert", key, watermark: at("2026-01-01T00:00:01Z"), cells: [email] };
}

async function writer(destination: Destination, of: SyncSpec = sync): Promise<WindowWriter> {
  const prepared = await destination.prepare(of);
  if (!prepared.ok) throw new Error(prepared.failure.message);
  const window = await destination.openWindow(
    { sync: of, window: day, epoch: 1, runId: "contacts/run", now: () => at("2026-01-03") },
    memoryTip().tip(),
  );
  if (!window.ok) throw new Error(window.failure.message);
  return window.value;
}

/** A file made by somebody else. */
function make(sql: string, file = join(root, path)): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function read(sql: string): unknown[] {
  const database = new DatabaseSync(join(root, path));
  const rows = database
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
  database.close();
  return rows;
}

function failed(code: string, message: string): unknown {
  return { ok: false, failure: { code, message, status: undefined, resumeAt: undefined } };
}

test("a question about a missing file creates neither file nor folder", async () => {
  expect(await open().windowRows(sync, [day])).toEqual({ ok: true, value: [] });
  expect(existsSync(join(root, ".tidemark"))).toBe(false);
});

test("a question about an emptied or a foreign file finds no windows and changes nothing", async () => {
  mkdirSync(join(root, ".tidemark"));
  writeFileSync(join(root, path), "");
  expect(await open().windowRows(sync, [day])).toEqual({ ok: true, value: [] });
  expect(readFileSync(join(root, path), "utf8")).toBe("");
  make("CREATE TABLE contacts (id TEXT PRIMARY KEY)");
  expect(await open().windowRows(sync, [day])).toEqual({ ok: true, value: [] });
  expect(read("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([
    { name: "contacts" },
  ]);
});

test("window rows do not vouch for a table that was dropped", async () => {
  const destination = open();
  await (await writer(destination)).finish(memoryTip().tip(), () => "{}");
  make("DROP TABLE contacts");
  expect(await destination.windowRows(sync, [day])).toEqual({ ok: true, value: [] });
});

test("an absolute path is taken as it is and shown by its last part only", async () => {
  const file = join(root, "elsewhere", "x.db");
  mkdirSync(join(root, "elsewhere"));
  writeFileSync(file, "this is not a database, however long the text is".repeat(100));
  expect(await open(file).prepare(sync)).toEqual(
    failed(
      "destination",
      "destination local (x.db): expected a database that can be used, found a file that is no SQLite database; remedy: another path, or remove the file",
    ),
  );
  expect(existsSync(join(root, "elsewhere", ".gitignore"))).toBe(false);
});

test("only the folder .tidemark gets a .gitignore, and keeps one that is there", async () => {
  await open().prepare(sync);
  expect(readFileSync(join(root, ".tidemark/.gitignore"), "utf8")).toBe("*\n");
  writeFileSync(join(root, ".tidemark/.gitignore"), "mine\n");
  await open().prepare(sync);
  expect(readFileSync(join(root, ".tidemark/.gitignore"), "utf8")).toBe("mine\n");
  await open("data/x.db").prepare(sync);
  expect(existsSync(join(root, "data/.gitignore"))).toBe(false);
});

test("a folder in the place of the file is a failure", async () => {
  mkdirSync(join(root, path), { recursive: true });
  expect(await open().prepare(sync)).toEqual(
    failed(
      "destination",
      `destination local (${path}): expected a file, found a folder; remedy: another path`,
    ),
  );
});

test("a file in the place of the folder is a failure", async () => {
  writeFileSync(join(root, ".tidemark"), "");
  expect(await open().prepare(sync)).toEqual(
    failed(
      "destination",
      `destination local (${path}): expected a folder to write to, found none; remedy: allow writing there, or another path`,
    ),
  );
});

test("a damaged file is a failure that shows none of its content", async () => {
  const destination = open();
  const window = await writer(destination);
  await window.write(
    Array.from({ length: 500 }, (_, i) => put(`k${i}`, "secret")),
    () => "{}",
  );
  await destination.close();
  const bytes = readFileSync(join(root, path));
  bytes.fill(0x58, 4096);
  writeFileSync(join(root, path), bytes);
  expect(await open().windowRows(sync, [day])).toEqual(
    failed(
      "destination",
      `destination local (${path}): expected a database that can be used, found a damaged database; remedy: restore the file or remove it, then backfill --reprocess all`,
    ),
  );
});

test("a file of a later layout is refused by question and write", async () => {
  await open().prepare(sync);
  make("UPDATE _tidemark_meta SET value = '2' WHERE name = 'layout'");
  const newer = failed(
    "destination",
    `destination local (${path}): expected layout 1, found another; remedy: use the version of Tidemark that wrote it, or a newer one`,
  );
  expect(await open().windowRows(sync, [day])).toEqual(newer);
  expect(await open().prepare(sync)).toEqual(newer);
});

test("an item beyond what SQLite takes is refused alone", async () => {
  const destination = open();
  const window = await writer(destination);
  await window.write([put("a", "x")], () => "{}");
  make(`CREATE TRIGGER huge BEFORE INSERT ON contacts WHEN new.id = 'big'
        BEGIN INSERT INTO contacts (id) VALUES (zeroblob(2000000000)); END`);
  const written = await window.write([put("b", "y"), put("big", "z")], () => "{}");
  expect(written).toEqual({
    ok: true,
    value: {
      results: [
        { kind: "inserted" },
        {
          kind: "refused",
          code: "too_long",
          message: "row: found a value longer than SQLite takes",
        },
      ],
    },
  });
  expect(read("SELECT id FROM contacts ORDER BY id")).toEqual([{ id: "a" }, { id: "b" }]);
});

test("constraints of a table that was there refuse one item each, without its values", async () => {
  make(`CREATE TABLE owners (id TEXT PRIMARY KEY);
        CREATE TABLE contacts (
          id TEXT PRIMARY KEY NOT NULL CHECK (id <> 'checked'), email TEXT NOT NULL UNIQUE,
          owner TEXT REFERENCES owners (id), _tidemark_watermark TEXT)`);
  const owned = syncOf({
    columns: [
      { name: "email", pointer: ["email"], type: "text" },
      { name: "owner", pointer: ["owner"], type: "text" },
    ],
  });
  const window = await writer(open(), owned);
  const row = (key: string, email: string | null, owner: string | null): RowChange => ({
    kind: "upsert",
    key,
    watermark: at("2026-01-01T00:00:01Z"),
    cells: [email, owner],
  });
  const written = await window.write(
    [
      row("first", "a@x", null),
      row("null", null, null),
      row("unique", "a@x", null),
      row("checked", "b@x", null),
      row("foreign", "c@x", "nobody"),
      row("last", "d@x", null),
    ],
    () => "{}",
  );
  const refused = (code: string, message: string): unknown => ({ kind: "refused", code, message });
  expect(written).toEqual({
    ok: true,
    value: {
      results: [
        { kind: "inserted" },
        refused("not_null", "column email: found null where the table wants a value"),
        refused("unique", "column email: found a value that another row has already"),
        refused("check", "row: found a value that a check of the table refuses"),
        refused(
          "foreign_key",
          "row: found a reference to a row that is not there, or from one that is",
        ),
        { kind: "inserted" },
      ],
    },
  });
  expect(read("SELECT id FROM contacts ORDER BY id")).toEqual([{ id: "first" }, { id: "last" }]);
});

test("a table that cannot hold the columns is a configuration problem, named whole", async () => {
  make("CREATE TABLE contacts (id INTEGER PRIMARY KEY, email REAL)");
  expect(await open().prepare(sync)).toEqual(
    failed(
      "config",
      `destination local (${path}), table contacts: column id: expected one for text, found INTEGER; column email: expected one for text, found REAL; remedy: another table, or other columns`,
    ),
  );
});

test("a table without the key as its primary key is a configuration problem", async () => {
  make("CREATE TABLE contacts (id TEXT, email TEXT)");
  expect(await open().prepare(sync)).toEqual(
    failed(
      "config",
      `destination local (${path}), table contacts: column id: expected the primary key, found another or none; remedy: another table, or other columns`,
    ),
  );
});

test("a row added by hand without a watermark is older, one with other text is refused", async () => {
  const destination = open();
  const window = await writer(destination);
  make(
    `INSERT INTO contacts (id, email, _tidemark_watermark) VALUES ('a', 'x', NULL), ('b', 'x', 'noon')`,
  );
  expect(await window.write([put("a", "y"), put("b", "y")], () => "{}")).toEqual({
    ok: true,
    value: {
      results: [
        { kind: "updated" },
        {
          kind: "refused",
          code: "other",
          message: "row: expected a UTC time in _tidemark_watermark, found other text",
        },
      ],
    },
  });
});

test("names the window that last changed a row, and only that", async () => {
  const destination = open();
  const window = await writer(destination);
  await window.write([put("a", "x")], () => "{}");
  const later = await destination.openWindow(
    { sync, window: day, epoch: 2, runId: "contacts/later", now: () => at("2026-01-03") },
    memoryTip().tip(),
  );
  if (later.ok) await later.value.write([put("a", "x"), put("b", "x")], () => "{}");
  expect(read("SELECT id, _tidemark_run_id AS run FROM contacts ORDER BY id")).toEqual([
    { id: "a", run: "contacts/run" },
    { id: "b", run: "contacts/later" },
  ]);
});

test("reports a lock that another process does not give up, and writes nothing", async () => {
  const destination = open();
  const window = await writer(destination);
  const other = new DatabaseSync(join(root, path));
  other.exec("BEGIN IMMEDIATE");
  const written = await window.write([put("a", "x")], () => "{}");
  other.exec("ROLLBACK");
  other.close();
  expect(written).toEqual(
    failed(
      "destination",
      `destination local (${path}): expected a database that can be used, found it locked by another process; remedy: let that end, the window is tried again`,
    ),
  );
  expect(await window.write([put("a", "x")], () => "{}")).toEqual({
    ok: true,
    value: { results: [{ kind: "inserted" }] },
  });
});

test("a process killed in the middle of a page leaves none of it", async () => {
  const destination = open();
  const window = await writer(destination);
  await window.write([put("a", "x")], () => "{}");
  await destination.close();
  const script = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync(${JSON.stringify(join(root, path))});
    database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE");
    for (let i = 0; i < 5000; i += 1)
      database.exec("INSERT INTO contacts (id, email) VALUES ('k" + i + "', '" + "x".repeat(500) + "')");
    process.kill(process.pid, "SIGKILL");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  const signal = await new Promise((resolve) => child.on("exit", (_, name) => resolve(name)));
  expect(signal).toBe("SIGKILL");
  const again = await writer(open());
  expect(await again.write([put("b", "y")], () => "{}")).toMatchObject({ ok: true });
  expect(read("SELECT id FROM contacts ORDER BY id")).toEqual([{ id: "a" }, { id: "b" }]);
});

test("two processes on one file both get their rows in", async () => {
  const destination = open();
  const window = await writer(destination);
  const module = (name: string): string =>
    JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
  const script = `
    import { openSqlite } from ${module("src/adapters/sqlite/sqlite-destination.ts")};
    import { at, syncOf, windowOf } from ${module("test/support/builders.ts")};
    const sync = syncOf({ id: "other", columns: [{ name: "email", pointer: ["email"], type: "text" }] });
    const destination = openSqlite(
      { name: "local", type: "sqlite", path: ${JSON.stringify(path)} }, { root: ${JSON.stringify(root)} });
    await destination.prepare(sync);
    const window = await destination.openWindow({ sync, window: windowOf("2026-01-01", "2026-01-02"),
      epoch: 1, runId: "other/run", now: () => at("2026-01-03") });
    for (let page = 0; page < 50; page += 1) {
      const written = await window.value.write([{ kind: "upsert", key: "theirs" + page,
        watermark: at("2026-01-01T00:00:01Z"), cells: [null] }], () => "{}");
      if (!written.ok) throw new Error(written.failure.message);
    }
    await destination.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  const state: { ended: number | null | undefined } = { ended: undefined };
  const exit = new Promise<void>((resolve) =>
    child.on("exit", (code) => {
      state.ended = code;
      resolve();
    }),
  );
  let pages = 0;
  while (state.ended === undefined && pages < 5000) {
    const written = await window.write([put(`ours${pages}`, null)], () => "{}");
    if (!written.ok) throw new Error(written.failure.message);
    pages += 1;
    // Lets the exit of the other process be seen.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await exit;
  expect(state.ended).toBe(0);
  expect(read("SELECT count(*) AS rows FROM contacts")).toEqual([{ rows: pages + 50 }]);
});
