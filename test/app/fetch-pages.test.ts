import { describe, expect, it } from "vitest";

import type { PagesSpec, ReadingOrder } from "../../src/core/sync/sync-spec.ts";
import { instantOf } from "../../src/core/time/instant.ts";
import { at } from "../support/builders.ts";
import { apiSync, harness, queriesOf } from "../support/fetch-harness.ts";
import { respond, type Row, smallApi } from "../support/scripted-source.ts";

const noon = at("2026-11-23T12:00:00Z");
const byWatermark: ReadingOrder = { by: "watermark", dir: "asc", thenKey: true, compare: "bytes" };
const byKey: ReadingOrder = { by: "key", dir: "asc", thenKey: false, compare: "bytes" };
const next = { in: "body", pointer: ["next"] } as const;
const total = { in: "body", pointer: ["total"] } as const;
const bounds = { from: "{{window.start}}", to: "{{window.end}}", size: "{{page.size}}" };

// 1,200 rows on one instant, between ten before and ten after.
const ties: readonly Row[] = Array.from({ length: 1220 }, (_, index) => ({
  id: `k${String(index).padStart(4, "0")}`,
  updatedAt: instantOf(noon + (index < 10 ? index - 10 : Math.max(0, index - 1209)) * 1_000_000),
}));

function tiesApi(order: "watermark" | "key") {
  return smallApi({
    rows: ties,
    start: "inclusive",
    end: "exclusive",
    granularityMicros: 1_000_000,
    order,
    pageMax: 500,
  });
}

interface Way {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly pages: Partial<PagesSpec>;
  readonly order: ReadingOrder;
}

const ways: readonly Way[] = [
  {
    name: "keyset key (K1)",
    query: { ...bounds, after: "{{keyset.key}}" },
    pages: { type: "none", size: 500, keyset: "key", seed: "0" },
    order: byKey,
  },
  {
    name: "keyset [watermark, key] (K2)",
    query: { ...bounds, after: "{{keyset.key}}", afterAt: "{{keyset.watermark}}" },
    pages: { type: "none", size: 500, keyset: "watermark_key", seed: "0" },
    order: byWatermark,
  },
  {
    name: "keyset watermark over pages (K3)",
    query: { ...bounds, from: "{{keyset.watermark}}", page: "{{page.number}}" },
    pages: { type: "page", size: 500, keyset: "watermark", positional: true },
    order: byWatermark,
  },
  {
    name: "keyset watermark over tokens (K3)",
    query: { ...bounds, from: "{{keyset.watermark}}", token: "{{page.token}}" },
    pages: { type: "token", size: 500, keyset: "watermark", next },
    order: byWatermark,
  },
  {
    name: "offset",
    query: { ...bounds, offset: "{{page.offset}}" },
    pages: { type: "offset", size: 500, start: 0, positional: true, total },
    order: byWatermark,
  },
  {
    name: "page",
    query: { ...bounds, page: "{{page.number}}" },
    pages: { type: "page", size: 500, positional: true },
    order: byWatermark,
  },
  {
    name: "token",
    query: { ...bounds, token: "{{page.token}}" },
    pages: { type: "token", size: 500, next },
    order: byWatermark,
  },
];

describe("the pages of a read", () => {
  it.each(ways)(
    "delivers 1,200 records on one instant once each by $name (S52)",
    async ({ query, pages, order }) => {
      const test = harness(tiesApi(order.by === "key" ? "key" : "watermark"));
      const { keys, end } = await test.read(apiSync(query, { pages, readingOrder: order }));
      expect(end.outcome).toEqual({ ok: true, value: undefined });
      expect(keys).toEqual(ties.map((row) => row.id));
    },
  );

  it("asks keyset queries from the seed and the start bound on (S53)", async () => {
    const rows = ties.slice(0, 4);
    const api = smallApi({
      rows,
      start: "inclusive",
      end: "exclusive",
      granularityMicros: 1_000_000,
      order: "watermark",
      pageMax: 2,
    });
    const test = harness(api);
    await test.read(
      apiSync(
        { after: "{{keyset.key}}", afterAt: "{{keyset.watermark}}", size: "{{page.size}}" },
        {
          pages: { type: "none", size: 2, keyset: "watermark_key", seed: "0" },
          readingOrder: byWatermark,
        },
      ),
    );
    expect(queriesOf(test.source)).toEqual([
      { after: "0", afterAt: "2026-11-23T00:00:00.000Z", size: "2" },
      { after: "k0001", afterAt: "2026-11-23T11:59:51.000Z", size: "2" },
      { after: "k0003", afterAt: "2026-11-23T11:59:53.000Z", size: "2" },
    ]);
  });

  it("numbers each keyset request as a query of its own (S53)", async () => {
    const test = harness(tiesApi("key"));
    const { pages } = await test.read(
      apiSync(ways[0]?.query ?? {}, { pages: ways[0]?.pages ?? {}, readingOrder: byKey }),
    );
    expect(pages.map(({ query, fetched, abandons }) => ({ query, fetched, abandons }))).toEqual(
      [500, 500, 220, 0].map((fetched, query) => ({ query, fetched, abandons: undefined })),
    );
  });

  it("ends with cap where K3 meets a granule longer than its only page (S54)", async () => {
    const test = harness(tiesApi("watermark"));
    const sync = apiSync(
      { ...bounds, from: "{{keyset.watermark}}" },
      { pages: { type: "none", size: 500, keyset: "watermark" }, readingOrder: byWatermark },
    );
    const { end } = await test.read(sync);
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "cap" } });
  });

  it("ends with cap on a full page without continuation (S56, S57)", async () => {
    const test = harness(tiesApi("watermark"));
    const { end } = await test.read(apiSync(bounds, { pages: { type: "none", size: 500 } }));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "cap" } });
  });

  it("ends with cap after pages.max requests (S61)", async () => {
    const test = harness(tiesApi("watermark"));
    const { query, pages } = ways[6] ?? { query: {}, pages: {} };
    const { end } = await test.read(apiSync(query, { pages: { ...pages, max: 2 } }));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "cap" } });
    expect(test.source.sent).toHaveLength(2);
  });

  it("calls a keyset that ignores its position unordered (S61)", async () => {
    const test = harness(() => respond({ items: [item("b"), item("c")] }));
    const { end } = await test.read(
      apiSync(ways[0]?.query ?? {}, { pages: ways[0]?.pages ?? {}, readingOrder: byKey }),
    );
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "unordered" } });
  });

  it("calls a token that comes again incomplete (S60)", async () => {
    const test = harness((_, index) => respond({ items: [item(`r${index}`)], next: "same" }));
    const { end } = await test.read(tokenSync());
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "incomplete" } });
    expect(test.source.sent).toHaveLength(2);
  });

  it("calls a page equal to the one before incomplete (S60)", async () => {
    const test = harness(() => respond({ items: [item("a"), item("b")] }));
    const { end } = await test.read(
      apiSync({ page: "{{page.number}}" }, { pages: { type: "page", positional: true } }),
    );
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "incomplete" } });
  });

  it("goes on after a short and an empty page while a next token is given (S49)", async () => {
    const answers = [
      { items: [item("a")], next: "1" },
      { items: [], next: "2" },
      { items: [item("b")], next: null },
    ];
    const test = harness((_, index) => respond(answers[index]));
    const { keys, end } = await test.read(tokenSync());
    expect(keys).toEqual(["a", "b"]);
    expect(end).toMatchObject({ outcome: { ok: true }, acceptedPages: 3 });
  });

  it("calls a promise of more without a next token incomplete (S50)", async () => {
    const test = harness(() => respond({ items: [item("a")], more: true }));
    const more = { in: "body", pointer: ["more"] } as const;
    const { end } = await test.read(apiSync({}, { pages: { type: "token", next, more } }));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "incomplete" } });
  });

  it("follows next links of its own origin as they are, with the request's headers (S51)", async () => {
    const test = harness((request, index) =>
      respond([item(`r${index}`)], {
        headers: index === 0 ? { link: `<${request.url}&p=2>; rel="next", <x>; rel="last"` } : {},
      }),
    );
    const sync = apiSync(
      { from: "{{window.start}}" },
      { records: [], pages: { type: "link", next: { in: "header", name: "Link" } } },
    );
    const { keys } = await test.read(sync);
    expect(keys).toEqual(["r0", "r1"]);
    expect(test.source.sent.map((request) => request.url)).toEqual([
      "https://api.test/v1/rows?from=2026-11-23T00%3A00%3A00.000Z",
      "https://api.test/v1/rows?from=2026-11-23T00%3A00%3A00.000Z&p=2",
    ]);
  });

  it("never requests a next link of another origin (S4)", async () => {
    const test = harness(() => respond({ items: [item("a")], next: "https://evil.test/rows" }));
    const { end } = await test.read(apiSync({}, { pages: { type: "link", next } }));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "malformed_response" } });
    expect(test.source.sent).toHaveLength(1);
  });

  it("stops early one whole page beyond the end (S46)", async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      id: `r${String(index).padStart(2, "0")}`,
      updatedAt: instantOf(at("2026-11-23T22:00:00Z") + index * 600_000_000),
    }));
    const api = smallApi({
      rows,
      start: "inclusive",
      end: "none",
      granularityMicros: 1,
      order: "watermark",
      pageMax: 5,
    });
    const test = harness(api);
    const { keys, end } = await test.read(
      apiSync(
        { from: "{{window.start}}", token: "{{page.token}}" },
        { pages: { type: "token", next }, readingOrder: byWatermark },
      ),
    );
    expect(end.outcome.ok).toBe(true);
    expect(keys).toHaveLength(12);
    expect(test.source.sent).toHaveLength(4);
  });

  it("stops early in descending order one whole page before the start, no sooner (S46)", async () => {
    const answers = [
      [item("d"), item("c", "2026-11-22T23:00:00Z")],
      [item("b", "2026-11-22T22:00:00Z"), item("a", "2026-11-22T21:00:00Z")],
      [item("never", "2026-11-22T20:00:00Z")],
    ];
    const test = harness((_, index) => respond({ items: answers[index], next: `${index}` }));
    const order = { ...byWatermark, dir: "desc" as const };
    const { keys, end } = await test.read(
      apiSync({ token: "{{page.token}}" }, { pages: { type: "token", next }, readingOrder: order }),
    );
    expect(keys).toEqual(["d"]);
    expect(end).toMatchObject({ outcome: { ok: true }, acceptedPages: 2 });
  });

  it("calls an order that the response breaks unordered (S47)", async () => {
    const test = harness(() =>
      respond({ items: [item("a", "2026-11-23T02:00:00Z"), item("b", "2026-11-23T01:00:00Z")] }),
    );
    const { end } = await test.read(apiSync({}, { readingOrder: byWatermark }));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "unordered" } });
  });

  it("passes over rows that overlapping pages repeat, in the range and out of it (S27, S47)", async () => {
    const late = "2026-11-24T00:00:00Z";
    const pages = [
      [item("a"), item("b")],
      [item("b"), item("c"), item("d", late), item("e", late)],
      [item("d", late), item("e", late), item("f", late)],
    ];
    const test = harness((_, index) =>
      respond({ items: pages[index], next: index < 2 ? `${index}` : null }),
    );
    const {
      keys,
      end,
      pages: read,
    } = await test.read(
      apiSync(
        { token: "{{page.token}}" },
        { pages: { type: "token", next }, readingOrder: byWatermark },
      ),
    );
    expect(end.outcome.ok).toBe(true);
    expect(keys).toEqual(["a", "b", "c"]);
    expect(read.map(({ duplicate, outOfWindow }) => [duplicate, outOfWindow])).toEqual([
      [0, 0],
      [1, 2],
      [0, 3],
    ]);
  });

  it("remembers what earlier queries delivered when a later one starts again (S58)", async () => {
    const early = item("a", "2026-11-23T01:00:00Z");
    const onEdge = item("b", "2026-11-23T02:00:00Z");
    const after = item("c", "2026-11-23T02:00:00Z");
    const answers = [
      respond({ items: [early, onEdge], next: "1" }),
      respond({ items: [onEdge, after], next: "1" }),
      respond({}, { status: 422 }),
      respond({ items: [onEdge, after], next: null }),
    ];
    const restart = {
      statuses: [422],
      header: undefined,
      body: undefined,
      action: "restart_pages" as const,
      waitMs: undefined,
    };
    const test = harness((_, index) => answers[index] ?? respond({}), {
      limits: { responses: [restart] },
    });
    const { keys, pages, end } = await test.read(
      apiSync(
        { from: "{{keyset.watermark}}", token: "{{page.token}}" },
        { pages: { type: "token", next, keyset: "watermark" }, readingOrder: byWatermark },
      ),
    );
    expect(end.outcome.ok).toBe(true);
    expect(keys).toEqual(["a", "b", "c", "c"]);
    expect(pages.map(({ query, duplicate, abandons }) => [query, duplicate, abandons])).toEqual([
      [0, 0, undefined],
      [1, 1, undefined],
      [2, 0, 1],
      [2, 1, undefined],
    ]);
  });

  it("starts a query again three times, then gives up as incomplete (S58)", async () => {
    const rule = {
      statuses: [422],
      header: undefined,
      body: undefined,
      action: "restart_pages" as const,
      waitMs: undefined,
    };
    const test = harness(
      (request) =>
        request.url.includes("token")
          ? respond({}, { status: 422 })
          : respond({ items: [item("a")], next: "1" }),
      { limits: { responses: [rule] } },
    );
    const { pages, end, keys } = await test.read(tokenSync());
    expect(pages.map(({ query, fetched, abandons }) => ({ query, fetched, abandons }))).toEqual([
      { query: 0, fetched: 1, abandons: undefined },
      { query: 1, fetched: 0, abandons: 0 },
      { query: 1, fetched: 1, abandons: undefined },
      { query: 2, fetched: 0, abandons: 1 },
      { query: 2, fetched: 1, abandons: undefined },
      { query: 3, fetched: 0, abandons: 2 },
      { query: 3, fetched: 1, abandons: undefined },
      { query: 4, fetched: 0, abandons: 3 },
    ]);
    expect(keys).toEqual(["a", "a", "a", "a"]);
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "incomplete" } });
  });

  it("starts a query again when its total falls while rows are counted (S62)", async () => {
    const totals = [6, 5, 5, 5];
    const test = harness((request, index) => {
      const page = Number(new URL(request.url).searchParams.get("page"));
      return respond({ items: page < 3 ? [item(`r${page}`)] : [], total: totals[index] });
    });
    const { pages, end } = await test.read(
      apiSync({ page: "{{page.number}}" }, { pages: { type: "page", positional: true, total } }),
    );
    expect(end.outcome.ok).toBe(true);
    expect(pages.map(({ query, fetched, abandons }) => [query, fetched, abandons])).toEqual([
      [0, 1, undefined],
      [0, 1, undefined],
      [1, 0, 0],
      [1, 1, undefined],
      [1, 1, undefined],
      [1, 0, undefined],
    ]);
  });

  it("passes a page over by rule, as one failed item (S73)", async () => {
    const rule = {
      statuses: [500],
      header: undefined,
      body: undefined,
      action: "skip" as const,
      waitMs: undefined,
    };
    const test = harness(
      (request) => {
        const page = Number(new URL(request.url).searchParams.get("page"));
        if (page === 2) return respond({}, { status: 500 });
        return respond({ items: page < 4 ? [item(`r${page}`)] : [] });
      },
      { limits: { responses: [rule] } },
    );
    const { pages, keys, end } = await test.read(
      apiSync({ page: "{{page.number}}" }, { pages: { type: "page", positional: true } }),
    );
    expect(end.outcome.ok).toBe(true);
    expect(keys).toEqual(["r1", "r3"]);
    expect(pages[1]).toMatchObject({
      fetched: 1,
      failed: [{ key: "page:2", stage: "fetch", code: "skipped_page" }],
    });
  });

  it("takes an answer that a rule calls empty as the proven end (S72)", async () => {
    const rule = {
      statuses: [404],
      header: undefined,
      body: undefined,
      action: "empty" as const,
      waitMs: undefined,
    };
    const test = harness(() => respond({}, { status: 404 }), { limits: { responses: [rule] } });
    const { end } = await test.read(tokenSync());
    expect(end).toMatchObject({ outcome: { ok: true }, acceptedPages: 1 });
  });

  it("takes 204 as an empty page with nothing after it (S25)", async () => {
    const test = harness(() => respond("", { status: 204 }));
    const { end, keys } = await test.read(tokenSync());
    expect(end).toMatchObject({ outcome: { ok: true }, acceptedPages: 1 });
    expect(keys).toEqual([]);
  });

  it("refuses a response without an array of records (S24)", async () => {
    const test = harness(() => respond({ items: null }));
    const { end } = await test.read(tokenSync());
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "malformed_response" } });
    expect(test.source.sent).toHaveLength(1);
  });

  it("sends first_only names with the first page of a query only (S51)", async () => {
    const test = harness((_, index) =>
      respond({ items: [item(`r${index}`)], next: index === 0 ? "1" : null }),
    );
    const sync = apiSync(
      { from: "{{window.start}}", token: "{{page.token}}" },
      { firstOnly: ["from"], pages: { type: "token", next } },
    );
    await test.read(sync);
    expect(queriesOf(test.source)).toEqual([{ from: "2026-11-23T00:00:00.000Z" }, { token: "1" }]);
  });
});

function tokenSync() {
  return apiSync({ token: "{{page.token}}" }, { pages: { type: "token", next } });
}

function item(id: string, updatedAt = "2026-11-23T12:00:00Z") {
  return { id, updatedAt };
}
