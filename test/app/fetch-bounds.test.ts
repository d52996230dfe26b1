import { describe, expect, it } from "vitest";

import type { BoundKind } from "../../src/core/sync/sync-spec.ts";
import { formatInstant, instantOf } from "../../src/core/time/instant.ts";
import { at, syncOf, windowOf } from "../support/builders.ts";
import { apiSync, harness, queriesOf } from "../support/fetch-harness.ts";
import { type Row, smallApi } from "../support/scripted-source.ts";

const minute = 60_000_000;
const dayMicros = 86_400_000_000;
const edge = at("2026-11-24");
const offsets = [-dayMicros, -minute, -1_000_000, -1, 0, 1, 999_999, 1_000_000, minute, dayMicros];
const rows: readonly Row[] = offsets.map((offset, index) => ({
  id: `r${index}`,
  updatedAt: instantOf(edge + offset),
}));
const before = windowOf("2026-11-22", "2026-11-24");
const after = windowOf("2026-11-24", "2026-11-26");

type Real = "inclusive" | "exclusive";
const cases = (["inclusive", "exclusive", "unknown"] as const).flatMap((declared) =>
  (["inclusive", "exclusive"] as const)
    .filter((real) => declared === "unknown" || declared === real)
    .flatMap((real) =>
      [1_000_000, minute, dayMicros].map((granularityMicros): Case => ({
        declared,
        real,
        granularityMicros,
      })),
    ),
);

interface Case {
  readonly declared: BoundKind;
  readonly real: Real;
  readonly granularityMicros: number;
}

const filterOf = (start: BoundKind, end: BoundKind, granularityMicros: number) => ({
  start,
  end,
  granularityMicros,
  format: { kind: "rfc3339" } as const,
  timezone: "UTC",
  overshoot: "deliver" as const,
});

describe("the bounds of a read", () => {
  it.each(
    cases.flatMap((start) =>
      cases
        .filter((end) => end.granularityMicros === start.granularityMicros)
        .map((end) => ({ start, end })),
    ),
  )(
    "delivers a record on a boundary by one of two adjacent windows: start $start.declared ($start.real), end $end.declared ($end.real), g $start.granularityMicros (S38, S40)",
    async ({ start, end }) => {
      const delivered: string[][] = [];
      for (const window of [before, after]) {
        const { granularityMicros } = start;
        const api = smallApi({
          rows,
          start: start.real,
          end: end.real,
          granularityMicros,
          order: "given",
          pageMax: 100,
        });
        const sync = apiSync(
          { from: "{{window.start}}", to: "{{window.end}}" },
          { filter: filterOf(start.declared, end.declared, granularityMicros) },
        );
        const { keys, end: ended } = await harness(api).read(sync, { window });
        expect(ended.outcome.ok).toBe(true);
        delivered.push([...keys]);
      }
      expect(delivered).toEqual([
        rows.slice(0, 4).map((row) => row.id),
        rows.slice(4).map((row) => row.id),
      ]);
    },
  );

  it("sends the whole set since the start and filters on the client without an end bound (S41)", async () => {
    const api = smallApi({
      rows,
      start: "inclusive",
      end: "none",
      granularityMicros: 1,
      order: "given",
      pageMax: 100,
    });
    const sync = apiSync(
      { from: "{{window.start}}" },
      {
        filter: { ...filterOf("inclusive", "inclusive", 1000), end: undefined },
      },
    );
    const { pages } = await harness(api).read(sync, { window: before });
    expect(pages.map(({ fetched, outOfWindow }) => ({ fetched, outOfWindow }))).toEqual([
      { fetched: 10, outOfWindow: 6 },
    ]);
  });

  it("delivers what lies beyond the newest window up to the start of the read (S42)", async () => {
    const api = smallApi({
      rows,
      start: "inclusive",
      end: "exclusive",
      granularityMicros: 1,
      order: "given",
      pageMax: 100,
    });
    const sync = apiSync({ from: "{{window.start}}", to: "{{window.end}}" });
    const test = harness(api);
    const readAt = at("2026-11-24T00:00:30Z");
    const { pages } = await test.read(sync, { window: before, newest: true, readAt });
    expect(pages[0]?.delivered.map((item) => item.place)).toEqual([
      ...Array.from({ length: 4 }, () => "inside"),
      ...Array.from({ length: 4 }, () => "beyond"),
    ]);
    expect(queriesOf(test.source)).toEqual([
      { from: "2026-11-22T00:00:00.000Z", to: "2026-11-25T00:00:30.000Z" },
    ]);
  });

  it("marks what lookback finds as late (S40)", async () => {
    const api = smallApi({
      rows,
      start: "inclusive",
      end: "exclusive",
      granularityMicros: 1,
      order: "given",
      pageMax: 100,
    });
    const sync = apiSync(
      { from: "{{window.start}}", to: "{{window.end}}" },
      { window: { ...syncOf().window, lookbackMicros: minute } },
    );
    const { pages } = await harness(api).read(sync, { window: after });
    expect(
      pages[0]?.delivered
        .filter((item) => item.place === "late")
        .map((item) => formatInstant(item.watermark)),
    ).toEqual(["2026-11-23T23:59:00Z", "2026-11-23T23:59:59Z", "2026-11-23T23:59:59.999999Z"]);
  });

  it("ends with retention before its first request when the window begins before the edge (S45)", async () => {
    const test = harness(() => {
      throw new Error("nothing may be sent");
    });
    const sync = apiSync({ from: "{{window.start}}", to: "{{window.end}}" });
    const { end } = await test.read(sync, {
      window: before,
      retentionEdge: at("2026-11-23"),
    });
    expect(end).toMatchObject({ outcome: { failure: { code: "retention" } }, acceptedPages: 0 });
    expect(test.source.sent).toEqual([]);
  });
});
