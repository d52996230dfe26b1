import fc from "fast-check";
import { expect, test } from "vitest";

import {
  dayMicros,
  type Duration,
  elapsed,
  formatDuration,
  parseDuration,
} from "../../../src/core/time/duration.ts";

const second = 1_000_000;
const calendar = (months: number, days: number): Duration => ({ months, days, micros: 0 });

test("what is written parses back", () => {
  const durations = fc.oneof(
    fc.nat(36_600 * dayMicros).map(elapsed),
    fc.nat(3600).map((count) => elapsed(count * 60 * second)),
    fc.integer({ min: 1, max: 36_600 }).map((days) => calendar(0, days)),
    fc.integer({ min: 1, max: 1220 }).map((months) => calendar(months, 0)),
  );
  fc.assert(
    fc.property(durations, (duration) => {
      expect(parseDuration(formatDuration(duration))).toEqual(duration);
    }),
  );
});
