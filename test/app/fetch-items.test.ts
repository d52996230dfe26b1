import { describe, expect, it } from "vitest";

import { syncOf, windowOf } from "../support/builders.ts";
import { apiSync, harness } from "../support/fetch-harness.ts";
import { respond } from "../support/scripted-source.ts";

const noon = "2026-11-23T12:00:00Z";

describe("the items of a read", () => {
  it("keeps ids above 2^53 and counts each item in one place (S22, S26, S28, S29, S34, S35)", async () => {
    const body = `{"items": [
      {"id": 9007199254740993, "updatedAt": "${noon}"},
      {"id": 9007199254740993, "updatedAt": "${noon}"},
      {"id": "late", "updatedAt": "2026-11-25T00:00:00Z"},
      7,
      {"id": "", "updatedAt": "${noon}"},
      {"id": "bad", "updatedAt": "yesterday"},
      {"id": "none", "updatedAt": null}
    ]}`;
    const { pages } = await harness(() => respond(body)).read(apiSync({}));
    expect(pages).toMatchObject([
      {
        fetched: 7,
        duplicate: 1,
        outOfWindow: 1,
        skipped: 0,
        failed: [
          { key: "item:4", stage: "fetch", code: "not_object" },
          { key: "item:5", stage: "fetch", code: "no_key" },
          { key: "bad", stage: "fetch", code: "bad_watermark" },
          { key: "none", stage: "fetch", code: "no_watermark" },
        ],
        delivered: [{ key: "9007199254740993", place: "inside", change: "upsert" }],
      },
    ]);
  });

  it("passes items without watermark over when told, with one warning (S35)", async () => {
    const watermark = { ...syncOf().watermark, missing: "skip" as const };
    const items = [{ id: "a" }, { id: "b", updatedAt: null }, { id: "c", updatedAt: noon }];
    const { pages, end } = await harness(() => respond({ items })).read(apiSync({}, { watermark }));
    expect(pages).toMatchObject([{ fetched: 3, skipped: 2, delivered: [{ key: "c" }] }]);
    expect(end.warnings).toEqual([
      {
        code: "no_watermark",
        count: 2,
        message: "items without a value at watermark.path were passed over",
      },
    ]);
  });

  it("fails the window with config on a watermark without an offset (S33)", async () => {
    const items = [{ id: "a", updatedAt: "2026-11-23T12:00:00" }];
    const { end, pages } = await harness(() => respond({ items })).read(apiSync({}));
    expect(end.outcome).toMatchObject({ ok: false, failure: { code: "config" } });
    expect(pages).toEqual([]);
  });

  it("delivers a local time that occurs twice if either reading is in range, as the later (S33)", async () => {
    const watermark = { ...syncOf().watermark, timezone: "Europe/Berlin" };
    const items = [{ id: "a", updatedAt: "2026-10-25T02:30:00" }];
    const places: (string | undefined)[] = [];
    for (const [start, end] of [
      ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"],
      ["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"],
      ["2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"],
    ] as const) {
      const test = harness(() => respond({ items }));
      const { pages } = await test.read(apiSync({}, { watermark }), {
        window: windowOf(start, end),
      });
      places.push(pages[0]?.delivered.map((item) => item.place).join());
    }
    expect(places).toEqual(["beyond", "inside", ""]);
  });

  it("delivers a flagged item as a delete, apart from its upsert (S27, S84)", async () => {
    const deletes = {
      kind: "flag" as const,
      predicate: {
        at: { in: "body" as const, pointer: ["gone"] },
        test: { kind: "equals" as const, values: [true] },
      },
    };
    const items = [
      { id: "a", updatedAt: noon },
      { id: "a", updatedAt: noon, gone: true },
    ];
    const { pages } = await harness(() => respond({ items })).read(apiSync({}, { deletes }));
    expect(pages[0]?.delivered.map((item) => item.change)).toEqual(["upsert", "delete"]);
  });

  it("names a hundred failed items of a page and counts the rest", async () => {
    const items = Array.from({ length: 250 }, () => 1);
    const { pages } = await harness(() => respond({ items })).read(apiSync({}));
    expect(pages[0]?.failed).toHaveLength(100);
    expect(pages[0]).toMatchObject({ fetched: 250, failedOmitted: 150 });
  });

  it("warns of a dropped __proto__ once and of unsafe paging (S23, S66)", async () => {
    const body = `{"items": [{"id": "a", "updatedAt": "${noon}", "__proto__": {"x": 1}}]}`;
    const { end } = await harness(() => respond(body)).read(
      apiSync({}, { pages: { unsafe: true } }),
    );
    expect(end.warnings.map(({ code, count }) => ({ code, count }))).toEqual([
      { code: "unsafe_paging", count: 1 },
      { code: "proto_dropped", count: 1 },
    ]);
  });
});
