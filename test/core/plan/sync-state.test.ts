// What follows from a sync's records: retention's edge, the horizon, coverage.

import { expect, test } from "vitest";

import {
  coverageOf,
  recordedRanges,
  retentionEdge,
  syncHorizon,
} from "../../../src/core/plan/sync-state.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import { formatInstant, plusMicros } from "../../../src/core/time/instant.ts";
import { at, hours, syncOf, windowOf } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day, now, stateOf } from "../../support/record-of.ts";

const dayMicros = 86_400_000_000;

test.for([
  ["a millisecond", 1000, "UTC", "2026-11-15T12:00:00.001Z"],
  ["a second", 1_000_000, "UTC", "2026-11-15T12:00:01Z"],
  ["a minute", 60_000_000, "UTC", "2026-11-15T12:01:00Z"],
  ["a day", dayMicros, "UTC", "2026-11-16T00:00:00Z"],
  ["a day in a zone", dayMicros, "America/New_York", "2026-11-16T05:00:00Z"],
] as const)(
  "the edge of retention is the first multiple of %s past it (S43, S45)",
  ([, precisionMicros, timezone, edge]) => {
    const spec = syncOf();
    const start = timezone === "UTC" ? at("2026-01-01") : at("2026-01-01T05:00:00Z");
    const { spec: sync } = stateOf({
      sync: { watermark: { ...spec.watermark, precisionMicros, timezone } },
      window: { start, timezone, retentionMicros: 10 * dayMicros },
    });
    expect(formatInstant(retentionEdge(sync, now) ?? now)).toBe(edge);
  },
);

test("a daily edge of retention follows the clock change of its zone (S43)", () => {
  const spec = syncOf();
  const { spec: sync } = stateOf({
    sync: {
      watermark: { ...spec.watermark, precisionMicros: dayMicros, timezone: "Europe/Berlin" },
    },
    window: {
      start: at("2025-12-31T23:00:00Z"),
      timezone: "Europe/Berlin",
      retentionMicros: 10 * dayMicros,
    },
  });
  const edges = ["2026-11-04T12:00:00Z", "2026-11-03T12:00:00Z"].map((text) =>
    retentionEdge(sync, at(text)),
  );
  expect(edges).toEqual([at("2026-10-25T23:00:00Z"), at("2026-10-24T22:00:00Z")]);
});

test("without retention there is no edge", () => {
  expect(retentionEdge(stateOf().spec, now)).toBeUndefined();
});

test("covered is every window with a success now or before, recorded every one (L2)", () => {
  const history = [endedAttempt({ status: "succeeded" })];
  const records = [
    succeededRecord(day(1)),
    failedRecord(day(2), { history }),
    failedRecord(day(3)),
    pendingRecord(day(4), { history }),
    pendingRecord(day(5)),
    runningRecord(day(6), { history }),
    runningRecord(day(7)),
  ];
  const fold = {
    ...emptyFold,
    coverage: [
      {
        mappingDigest: "sha256:a",
        ranges: [windowOf("2026-10-01", "2026-10-10"), windowOf("2026-10-12", "2026-10-14")],
      },
      { mappingDigest: "sha256:b", ranges: [windowOf("2026-10-10", "2026-10-11")] },
    ],
  };
  const folded = [windowOf("2026-10-01", "2026-10-11"), windowOf("2026-10-12", "2026-10-14")];
  expect([coverageOf({ records, fold }), recordedRanges({ records, fold })]).toEqual([
    [
      ...folded,
      windowOf("2026-11-01", "2026-11-03"),
      windowOf("2026-11-04", "2026-11-05"),
      windowOf("2026-11-06", "2026-11-07"),
    ],
    [...folded, windowOf("2026-11-01", "2026-11-08")],
  ]);
});

test("a record dated far ahead moves no coverage (L10)", () => {
  const plain = succeededRecord(day(1));
  const seen = { watermark: plusMicros(now, 300 * dayMicros), key: "1" };
  const odd = {
    ...plain,
    firstSeen: seen,
    lastSeen: seen,
    late: { seen: 9, records: 9, maxDelayS: 9_000_000 },
  };
  expect(coverageOf({ records: [odd], fold: emptyFold })).toEqual([day(1)]);
});

test("the horizon is the end of the last cell that has waited for its delay", () => {
  const { spec } = stateOf({ window: { step: hours(6), delayMicros: 7 * 3_600_000_000 } });
  expect(formatInstant(syncHorizon(spec, now))).toBe("2026-11-25T00:00:00Z");
});
