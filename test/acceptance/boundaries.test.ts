// Which window delivers a record: edges, ties longer than a page, and a grid that changes in the middle of its life.

import { describe, expect, it } from "vitest";

import { isoSeconds, type Item, makeItems, send, serveItems } from "../support/acceptance-api.ts";
import {
  configure,
  expectedRows,
  itemsSyncWith,
  joined,
  type Json,
  projectOf,
  projectRepo,
  recordsOf,
  sqliteRows,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt } from "../support/cli-process.ts";

describe("boundaries", { timeout: 120_000 }, () => {
  it("delivers a record on a boundary by exactly the window that it starts (T4)", async () => {
    await using api = await serveItems([
      { id: 1, updated_at: "2026-01-01T00:00:00Z" },
      { id: 2, updated_at: "2026-01-01T23:59:59Z" },
      { id: 3, updated_at: "2026-01-02T00:00:00Z" },
      { id: 4, updated_at: "2026-01-03T00:00:00Z" },
    ]);
    const repo = projectRepo(projectOf({ url: api.url }));

    const report = await runAt(repo.folder, "2026-01-04T00:02:00Z");

    expect(report).toMatchObject({ code: 0, status: "ok", gaps: [] });
    expect(recordsOf(repo).map((record) => record.receipt.records)).toEqual([2, 1, 1]);
    expect(recordsOf(repo).map((record) => record.item_counts["inserted"])).toEqual([2, 1, 1]);
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
  });

  it("delivers a record on a boundary once whatever bound and unit the server has (T4, S38, S40)", async () => {
    const items = boundaryItems();
    await using api = await serveItems(items);
    api.hook = ({ collection, query }, response) => {
      const [start = "", end = "", unit = ""] = collection.split("/");
      const bounds = { start, end, unit, from: query.get("from"), to: query.get("to") };
      const results = items.filter((item) => serverKeeps(item.updated_at, bounds));
      return send(response, 200, JSON.stringify({ total: results.length, results }));
    };
    const syncs = boundSyncs();
    const names = Object.keys(syncs);
    const repo = projectRepo(projectOf({ url: api.url, syncs }));

    const report = await runAt(repo.folder, "2026-01-04T00:02:00Z");
    const found = names.map((name) => [
      name,
      recordsOf(repo, name).map((record) => [
        record.receipt.records,
        record.item_counts["inserted"],
      ]),
    ]);

    expect(report).toMatchObject({ code: 0, windows_succeeded: names.length * 3, gaps: [] });
    expect(names).toHaveLength(9);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(names.map((name) => [name, Array.from({ length: 3 }, () => [6, 6])])),
    );
    for (const name of names) expect(sqliteRows(repo, name)).toEqual(expectedRows(items));
  });

  it.each([
    { paging: "keyset", sync: itemsSyncWith({ pages: { size: 500 } }) },
    { paging: "offset", sync: positional("offset", "{{page.offset}}") },
    { paging: "page", sync: positional("page", "{{page.number}}") },
  ])(
    "delivers each of 1,200 records on one timestamp once with $paging paging of 500 (T4)",
    async ({ sync }) => {
      const tie = makeItems(1200, { start: "2026-01-02T12:00:00Z", everySeconds: 0, firstId: 10 });
      await using api = await serveItems([
        { id: 1, updated_at: "2026-01-01T05:00:00Z" },
        ...tie,
        { id: 5000, updated_at: "2026-01-02T12:00:01Z" },
      ]);
      const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));

      const report = await runAt(repo.folder, "2026-01-03T00:02:00Z");

      expect(report).toMatchObject({ code: 0, status: "ok" });
      expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
      expect(recordsOf(repo).map(({ item_counts: counts }) => counts)).toEqual([
        countsOf({ fetched: 1, inserted: 1 }),
        countsOf({ fetched: 1201, inserted: 1201 }),
      ]);
    },
  );

  it("keeps a record from the future out until its own window (T6, L10)", async () => {
    const items = makeItems(48, { start: "2026-01-01T00:30:00Z", everySeconds: 3600 });
    await using api = await serveItems(items);
    // The server ignores the upper bound, so that every window is shown records far ahead of it.
    api.hook = (request) => {
      request.query.set("to", "9999");
      return false;
    };
    const sync = itemsSyncWith({ window: { step: "12h" } });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));

    await runAt(repo.folder, "2026-01-01T12:02:00Z");
    const early = { rows: sqliteRows(repo), ranges: joined(recordsOf(repo)) };
    const outside = recordsOf(repo)[0]?.item_counts["out_of_window"];
    await runAt(repo.folder, "2026-01-02T00:02:00Z");
    const report = await runAt(repo.folder, "2026-01-03T00:02:00Z");

    expect(early).toEqual({
      rows: expectedRows(items.slice(0, 12)),
      ranges: ["2026-01-01T00:00:00Z--2026-01-01T12:00:00Z"],
    });
    expect(outside).toBeGreaterThan(0);
    expect(report).toMatchObject({ code: 0, gaps: [] });
    expect(recordsOf(repo).map((record) => record.receipt.records)).toEqual([12, 12, 12, 12]);
    expect(sqliteRows(repo)).toEqual(expectedRows(items));
  });

  it("finds a late record by lookback and leaves the earlier window as it was (T5)", async () => {
    const late = { id: 900, updated_at: "2026-01-01T10:59:30Z" };
    await using api = await serveItems([{ id: 1, updated_at: "2026-01-01T10:10:00Z" }]);
    const window = { start: "2026-01-01T10:00:00Z", step: "1h", lookback: "30m" };
    const sync = itemsSyncWith({ window });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));

    await runAt(repo.folder, "2026-01-01T11:02:00Z");
    const before = recordsOf(repo)[0];
    api.items.push(late);
    await runAt(repo.folder, "2026-01-01T12:02:00Z");
    const [first, second] = recordsOf(repo);

    expect(first).toEqual(before);
    expect(second?.late).toEqual({ seen: 1, records: 1, max_delay_s: 30 });
    expect(second?.receipt.records).toBe(0);
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
  });

  it("leaves no overlap and no gap when step, start and time zone change (contract 4)", async () => {
    const items = makeItems(24 * 14, { start: "2026-03-20T00:00:00Z", everySeconds: 3600 });
    await using api = await serveItems(items);
    const changes: readonly { at: string; window: Json }[] = [
      { at: "2026-03-24T09:00:00Z", window: { start: "2026-03-22", step: "1d" } },
      { at: "2026-03-25T09:00:00Z", window: { start: "2026-03-22", step: "6h" } },
      { at: "2026-03-26T09:00:00Z", window: { start: "2026-03-21", step: "36h" } },
      {
        at: "2026-03-30T09:00:00Z",
        window: { start: "2026-03-21", step: "1d", timezone: "Europe/Berlin" },
      },
      {
        at: "2026-04-01T09:00:00Z",
        window: { start: "2026-03-20", step: "1d", timezone: "America/New_York" },
      },
    ];
    const [initial, ...later] = changes;
    const syncOf = (window: Json | undefined): Json =>
      itemsSyncWith({ window: window ?? {}, run: { every: "6h", max_windows: 40 } });
    const repo = projectRepo(
      projectOf({ url: api.url, syncs: { items: syncOf(initial?.window) } }),
    );

    const gaps: unknown[] = [(await runAt(repo.folder, initial?.at ?? "")).gaps];
    for (const { at, window } of later) {
      configure(repo, projectOf({ url: api.url, syncs: { items: syncOf(window) } }));
      gaps.push((await runAt(repo.folder, at)).gaps);
    }
    const records = recordsOf(repo);
    const receipts = records.reduce((sum, record) => sum + record.receipt.records, 0);

    // Midnights of New York; the last one that ends, with its delay, before the last run is that of 1 April, 04:00 UTC.
    const range = ["2026-03-20T04:00:00Z", "2026-04-01T04:00:00Z"] as const;
    const inside = items.filter(({ updated_at: at }) => at >= range[0] && at < range[1]);
    expect(gaps).toEqual(changes.map(() => []));
    expect(joined(records)).toEqual([range.join("--")]);
    expect(receipts).toBe(inside.length);
    expect(await findingsAt(repo.folder, "2026-04-01T10:00:00Z")).toEqual([]);
    expect(sqliteRows(repo)).toEqual(expectedRows(inside));
  });

  it("reads no window before its end and delay, and has no gap when it has caught up (T14)", async () => {
    await using api = await serveItems(
      makeItems(24, { start: "2026-01-01T00:00:00Z", everySeconds: 300 }),
    );
    const sync = itemsSyncWith({
      window: { step: "15m", delay: "1h" },
      run: { every: "1h", max_windows: 40 },
    });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));
    const ends = [];
    for (const time of ["00:50:00", "01:20:30", "03:14:00"]) {
      const now = `2026-01-01T${time}Z`;
      const { code, gaps } = await runAt(repo.folder, now, ["run", "--fail-on", "gap"]);
      ends.push({ code, gaps, covered: joined(recordsOf(repo)) });
    }

    const from = "2026-01-01T00:00:00Z";
    expect(ends).toEqual([
      { code: 0, gaps: [], covered: [] },
      { code: 0, gaps: [], covered: [`${from}--2026-01-01T00:15:00Z`] },
      { code: 0, gaps: [], covered: [`${from}--2026-01-01T02:00:00Z`] },
    ]);
    expect(api.requests).toHaveLength(8);
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
  });

  it.each([
    { timezone: "Europe/Berlin", start: "2026-03-27", hours: [24, 24, 23, 24] },
    { timezone: "Africa/Cairo", start: "2026-04-22", hours: [24, 24, 23, 24] },
    { timezone: "Australia/Lord_Howe", start: "2026-10-02", hours: [24, 24, 23.5, 24] },
  ])(
    "cuts days of $timezone at its own midnights over a change (T10)",
    async ({ timezone, start, hours }) => {
      await using api = await serveItems([]);
      const sync = itemsSyncWith({ window: { start, timezone } });
      const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));
      const now = isoSeconds(Date.parse(`${start}T00:00:00Z`) + 4 * 86_400_000 + 3 * 3_600_000);

      const report = await runAt(repo.folder, now);
      const records = recordsOf(repo);

      expect(report).toMatchObject({ code: 0, gaps: [] });
      expect(joined(records)).toHaveLength(1);
      expect(records.map(lengthInHours)).toEqual(hours);
    },
  );
});

function lengthInHours(record: { window_start: string; window_end: string }): number {
  return (Date.parse(record.window_end) - Date.parse(record.window_start)) / 3_600_000;
}

function countsOf(some: { fetched: number; inserted: number }): Json {
  return {
    fetched: some.fetched,
    processed: some.inserted,
    failed: 0,
    inserted: some.inserted,
    updated: 0,
    unchanged: 0,
    older: 0,
    deleted: 0,
    skipped: 0,
    out_of_window: 0,
    duplicate: 0,
  };
}

// Paging that counts rows is safe for records that never change (S65).
function positional(type: "offset" | "page", value: string): Json {
  const query = {
    from: "{{window.start}}",
    to: "{{window.end}}",
    [type]: value,
    limit: "{{page.size}}",
  };
  return {
    ...itemsSyncWith({ watermark: { kind: "created" } }),
    request: { path: "/items", query },
    pages: { type, size: 500, total: "body:/total" },
  };
}

// Three days; on each the first instant and the last, and neighbours a second and a minute away.
function boundaryItems(): Item[] {
  return [0, 1, 2].flatMap((day) => {
    const start = Date.parse("2026-01-01T00:00:00Z") + day * 86_400_000;
    const offsets = [0, 1000, 60_000, 86_340_000, 86_399_000, 43_200_000];
    return offsets.map((offset, index) => ({
      id: day * 10 + index + 1,
      updated_at: isoSeconds(start + offset),
    }));
  });
}

// Every kind of bound with every unit; a server whose bounds are unknown has the stricter ones.
function boundSyncs(): Readonly<Record<string, Json>> {
  const kinds = [
    { kind: "inclusive", server: "inclusive/inclusive" },
    { kind: "exclusive", server: "exclusive/exclusive" },
    { kind: "unknown", server: "exclusive/exclusive" },
  ];
  const units = ["1s", "1m", "1d"];
  const all = kinds.flatMap(({ kind, server }) =>
    units.map((unit): [string, Json] => [
      `${kind}_${unit}`,
      {
        ...itemsSyncWith({
          request: {
            path: `/${server}/${unit}`,
            query: { from: "{{window.start}}", to: "{{window.end}}" },
          },
          filter: { start: kind, end: kind, granularity: unit },
        }),
        order: { by: "none" },
        pages: { type: "none" },
      },
    ]),
  );
  return Object.fromEntries(all);
}

// A server that compares whole units: both the record's time and the bound are cut to one.
function serverKeeps(
  time: string,
  bounds: { start: string; end: string; unit: string; from: string | null; to: string | null },
): boolean {
  const unitMs = { "1s": 1000, "1m": 60_000, "1d": 86_400_000 }[bounds.unit] ?? 1;
  const units = (text: string | null): number => Math.floor(Date.parse(text ?? "") / unitMs);
  const at = units(time);
  const isAfter = bounds.start === "inclusive" ? at >= units(bounds.from) : at > units(bounds.from);
  const isBefore = bounds.end === "inclusive" ? at <= units(bounds.to) : at < units(bounds.to);
  return isAfter && isBefore;
}
