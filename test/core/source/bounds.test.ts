import { describe, expect, it } from "vitest";

import {
  endBound,
  endBoundInstant,
  readRange,
  startBound,
} from "../../../src/core/source/bounds.ts";
import type { BoundKind, FilterSpec, TimeFormat } from "../../../src/core/sync/sync-spec.ts";
import { formatInstant } from "../../../src/core/time/instant.ts";
import { at, syncOf, windowOf } from "../../support/builders.ts";

const second = 1_000_000;
const minute = 60 * second;
const day = 86_400 * second;

function filterOf(overrides: Partial<FilterSpec> = {}): FilterSpec {
  return {
    start: "inclusive",
    end: "exclusive",
    granularityMicros: second,
    format: { kind: "rfc3339" },
    timezone: "UTC",
    overshoot: "deliver",
    ...overrides,
  };
}

const from = at("2026-11-23T01:02:03.5Z");

describe("the bounds sent", () => {
  it.each<[BoundKind, number, string, string]>([
    ["inclusive", second, "2026-11-23T01:02:03Z", "2026-11-23T01:02:04Z"],
    ["exclusive", second, "2026-11-23T01:02:02Z", "2026-11-23T01:02:04Z"],
    ["unknown", second, "2026-11-23T01:02:02Z", "2026-11-23T01:02:05Z"],
    ["inclusive", minute, "2026-11-23T01:02:00Z", "2026-11-23T01:03:00Z"],
    ["exclusive", minute, "2026-11-23T01:01:00Z", "2026-11-23T01:03:00Z"],
    ["unknown", day, "2026-11-22T00:00:00Z", "2026-11-25T00:00:00Z"],
    ["inclusive", 1000, "2026-11-23T01:02:03.500Z", "2026-11-23T01:02:03.500Z"],
    ["exclusive", 1, "2026-11-23T01:02:03.499999Z", "2026-11-23T01:02:03.500000Z"],
  ])("are widened for %s at g %i (S38)", (kind, granularityMicros, start, end) => {
    const filter = filterOf({ start: kind, end: kind, granularityMicros });
    expect(startBound(filter, from).value).toBe(start);
    expect(endBound(filter, from)?.value).toBe(end);
  });

  it("never have an end where the API has none (S41)", () => {
    expect(endBound(filterOf({ end: undefined }), from)).toBeUndefined();
  });

  it.each<[TimeFormat, number, string | number]>([
    [{ kind: "rfc3339" }, second, "2026-11-23T01:02:03Z"],
    [{ kind: "rfc3339" }, 1000, "2026-11-23T01:02:03.500Z"],
    [{ kind: "rfc3339" }, 1, "2026-11-23T01:02:03.500000Z"],
    [{ kind: "epoch_s" }, second, 1_795_395_723],
    [{ kind: "epoch_s_string" }, second, "1795395723"],
    [{ kind: "epoch_s_string" }, 1000, "1795395723.5"],
    [{ kind: "epoch_ms" }, 1000, 1_795_395_723_500],
    [{ kind: "epoch_ms_string" }, second, "1795395723000"],
    [{ kind: "http_date" }, second, "Mon, 23 Nov 2026 01:02:03 GMT"],
    [{ kind: "date" }, day, "2026-11-23"],
    [{ kind: "pattern", pattern: "YYYY/MM/DD HH:mm" }, minute, "2026/11/23 01:02"],
    [{ kind: "pattern", pattern: "YYYYMMDDTHHmmssZ" }, second, "20261123T010203Z"],
  ])("are written as %o at g %i (S37)", (format, granularityMicros, expected) => {
    expect(startBound(filterOf({ format, granularityMicros }), from).value).toBe(expected);
  });

  it("are not cut by a format coarser than the granularity (S38)", () => {
    const filter = filterOf({ format: { kind: "date" } });
    expect(endBound(filter, from)?.value).toBe("2026-11-24");
    expect(startBound({ ...filter, start: "exclusive" }, from).value).toBe("2026-11-22");
  });

  it("take 14 hours on both sides in an account's unknown zone (S39)", () => {
    const filter = filterOf({ timezone: "account" });
    expect(startBound(filter, at("2026-11-23")).value).toBe("2026-11-22T10:00:00Z");
    expect(endBound(filter, at("2026-11-23"))?.value).toBe("2026-11-23T14:00:00Z");
  });

  it("count days on the zone's own calendar (S38)", () => {
    const filter = filterOf({
      timezone: "Europe/Berlin",
      granularityMicros: day,
      start: "exclusive",
      end: "unknown",
    });
    const noon = at("2026-10-25T12:00:00Z");
    expect(formatInstant(startBound(filter, noon).at)).toBe("2026-10-23T22:00:00Z");
    expect(formatInstant(endBound(filter, noon)?.at ?? noon)).toBe("2026-10-26T23:00:00Z");
  });

  it("keep an edge that is a day's first instant in the zone (S38)", () => {
    const filter = filterOf({ timezone: "Europe/Berlin", granularityMicros: day });
    const edge = at("2026-10-25T23:00:00Z");
    expect(endBound(filter, edge)?.at).toBe(edge);
    expect(startBound(filter, edge).at).toBe(edge);
  });

  it("move out of a local time that occurs twice when the format has no offset (S39)", () => {
    const format = { kind: "pattern", pattern: "YYYY-MM-DD HH:mm:ss" } as const;
    const filter = filterOf({ format, timezone: "Europe/Berlin" });
    for (const instant of [at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")]) {
      expect(startBound(filter, instant).value).toBe("2026-10-25 01:59:59");
      expect(endBound(filter, instant)?.value).toBe("2026-10-25 03:00:00");
    }
    expect(startBound(filter, at("2026-10-25T02:00:00Z")).value).toBe("2026-10-25 03:00:00");
  });

  it("move out of a midnight that never occurs (S39)", () => {
    const filter = filterOf({
      format: { kind: "date" },
      timezone: "America/Havana",
      granularityMicros: day,
    });
    const noon = at("2026-03-08T16:00:00Z");
    expect(startBound(filter, noon).value).toBe("2026-03-07");
    expect(endBound(filter, noon)?.value).toBe("2026-03-09");
  });

  it.each([
    ["2026-11-23", "2026-11-24", "2026-11-22T23:45:00Z", "before the window"],
    ["2026-01-01", "2026-01-02", "2026-01-01T00:00:00Z", "but not before window.start"],
    ["2025-12-01", "2025-12-02", "2025-12-01T00:00:00Z", "but not before an older window itself"],
  ])("are made from a range that begins by lookback: %s to %s, %s, %s", (start, end, expected) => {
    const window = windowOf(start, end);
    expect(readRange({ ...late, window })).toEqual({ from: at(expected), to: at(end) });
  });

  it("begin at the edge of retention at the earliest (S45)", () => {
    const retentionEdge = at("2026-11-22T23:50:00Z");
    expect(readRange({ ...late, retentionEdge }).from).toBe(retentionEdge);
  });

  it("overshoot in the newest window, a day further where rows are counted (S42)", () => {
    const input = { ...late, newest: true };
    const range = readRange(input);
    expect(range.to).toBe(late.readAt);
    expect(endBoundInstant(input.sync, input.window, range)).toBe(at("2026-11-26T06:00:00Z"));
    const keyset = syncOf({ pages: { ...syncOf().pages, keyset: "key" } });
    expect(endBoundInstant(keyset, input.window, range)).toBe(late.readAt);
    const drop = syncOf({ filter: filterOf({ overshoot: "drop" }) });
    expect(readRange({ ...input, sync: drop }).to).toBe(late.window.end);
  });
});

const late = {
  sync: syncOf(),
  window: windowOf("2026-11-23", "2026-11-24"),
  newest: false,
  readAt: at("2026-11-25T06:00:00Z"),
  retentionEdge: undefined,
};
