import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { endBound, startBound } from "../../../src/core/source/bounds.ts";
import { timeReader, type TimeReading } from "../../../src/core/source/watermark-text.ts";
import type { FilterSpec, TimeFormat } from "../../../src/core/sync/sync-spec.ts";
import { instantOf } from "../../../src/core/time/instant.ts";
import { at } from "../../support/builders.ts";

const formats: readonly TimeFormat[] = [
  { kind: "rfc3339" },
  { kind: "epoch_s" },
  { kind: "epoch_ms_string" },
  { kind: "http_date" },
  { kind: "date" },
  { kind: "pattern", pattern: "YYYY-MM-DD HH:mm" },
];

const filters: fc.Arbitrary<FilterSpec> = fc.record({
  start: fc.constantFrom("inclusive", "exclusive", "unknown"),
  end: fc.constantFrom("inclusive", "exclusive", "unknown"),
  granularityMicros: fc.constantFrom(1, 1000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000),
  format: fc.constantFrom(...formats),
  timezone: fc.constantFrom("UTC", "account", "Europe/Berlin", "America/Havana", "Asia/Kolkata"),
  overshoot: fc.constant("deliver" as const),
});

const instants = fc
  .integer({ min: at("2026-01-01") / 1000, max: at("2027-01-01") / 1000 })
  .chain((ms) => fc.constantFrom(...[0, 1, 999].map((micros) => instantOf(ms * 1000 + micros))));

describe("bounds as they are written", () => {
  it("are never narrower than the range, however they are read back (S37, S38, S39)", () => {
    fc.assert(
      fc.property(filters, instants, (filter, instant) => {
        const zone = filter.timezone === "account" ? "UTC" : filter.timezone;
        const read = timeReader(filter.format, zone);
        const start = read(startBound(filter, instant).value);
        const end = read(endBound(filter, instant)?.value);
        expect(latest(start)).toBeLessThanOrEqual(instant);
        expect(earliest(end)).toBeGreaterThanOrEqual(instant);
      }),
    );
  });
});

function latest(reading: TimeReading): number {
  return reading.kind === "instant" ? reading.at : Number.NaN;
}

function earliest(reading: TimeReading): number {
  return reading.kind === "instant" ? (reading.earlier ?? reading.at) : Number.NaN;
}
