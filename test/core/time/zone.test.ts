import { expect, test } from "vitest";

import { elapsed } from "../../../src/core/time/duration.ts";
import {
  formatInstant,
  instantFromFields,
  type UtcFields,
} from "../../../src/core/time/instant.ts";
import {
  addDuration,
  instantFromLocal,
  instantsFromLocal,
  isZone,
  localFields,
} from "../../../src/core/time/zone.ts";
import { at } from "../../support/builders.ts";

const days = (count: number) => ({ months: 0, days: count, micros: 0 });
const months = (count: number) => ({ months: count, days: 0, micros: 0 });

/** The fields of a wall clock, written like an instant. */
function clock(text: string): UtcFields {
  return localFields("UTC", at(text));
}

test.each(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "EST5EDT"])(
  "%s is a zone",
  (name) => {
    expect(isZone(name)).toBe(true);
  },
);

test.each([
  "",
  "+02:00",
  "-05",
  "02:00",
  "Europe/Atlantis",
  "Berlin",
  "UTC+2",
  "Europe/Berlin ",
  "UTC[u-ca=iso8601]",
  "2026-01-01T00:00Z",
  "Z",
])("%j is not a zone", (name) => {
  expect(isZone(name)).toBe(false);
});

test("every zone of the runtime is one", () => {
  expect(Intl.supportedValuesOf("timeZone").filter((name) => !isZone(name))).toEqual([]);
});

test("the wall clock of Lord Howe moves by half an hour", () => {
  const read = (text: string) => {
    const { hour, minute } = localFields("Australia/Lord_Howe", at(text));
    return [hour, minute];
  };
  expect([read("2026-04-04T14:59:00Z"), read("2026-04-04T15:00:00Z")]).toEqual([
    [1, 59],
    [1, 30],
  ]);
});

test("a local time keeps its microseconds both ways", () => {
  const instant = at("2026-07-01T10:20:30.123456Z");
  const fields = localFields("Asia/Kathmandu", instant);
  expect([fields.micro, instantsFromLocal("Asia/Kathmandu", fields)]).toEqual([123_456, [instant]]);
});

test.for([
  ["once", "2026-07-01T02:30:00Z", ["2026-07-01T00:30:00Z"]],
  [
    "twice where clocks go back",
    "2026-10-25T02:30:00Z",
    ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
  ],
  ["never where they go forward", "2026-03-29T02:30:00Z", []],
  ["once right before the gap", "2026-03-29T01:59:59Z", ["2026-03-29T00:59:59Z"]],
  ["once right after the gap", "2026-03-29T03:00:00Z", ["2026-03-29T01:00:00Z"]],
] as const)("Berlin reads a local time %s (S33, S39)", ([, local, readings]) => {
  expect(instantsFromLocal("Europe/Berlin", clock(local)).map(formatInstant)).toEqual(readings);
});

test.for([
  ["the later of two", "2026-10-25T02:30:00Z", "2026-10-25T01:30:00Z"],
  ["moved on by the gap", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"],
  ["as it is", "2026-07-01T02:30:00Z", "2026-07-01T00:30:00Z"],
] as const)("one reading is %s (S33)", ([, local, instant]) => {
  expect(formatInstant(instantFromLocal("Europe/Berlin", clock(local)))).toBe(instant);
});

test("calendar days follow the wall clock, elapsed hours do not", () => {
  const start = at("2026-03-28T23:00:00Z");
  const zone = "Europe/Berlin";
  expect([
    formatInstant(addDuration(start, days(1), 1, zone)),
    formatInstant(addDuration(start, elapsed(86_400_000_000), 1, zone)),
    formatInstant(addDuration(start, days(1), 1, "UTC")),
  ]).toEqual(["2026-03-29T22:00:00Z", "2026-03-29T23:00:00Z", "2026-03-29T23:00:00Z"]);
});

test("months are counted from the start, so one that began on the 31st ends on the last days", () => {
  const start = at("2026-01-31");
  const edges = [-2, -1, 0, 1, 2, 3, 13, 25].map((count) =>
    addDuration(start, months(1), count, "UTC"),
  );
  expect(edges.map((edge) => formatInstant(edge).slice(0, 10))).toEqual([
    "2025-11-30",
    "2025-12-31",
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-30",
    "2027-02-28",
    "2028-02-29",
  ]);
});

test("elapsed time is counted backwards too", () => {
  const moved = addDuration(at("2026-01-01"), elapsed(900_000_000), -5, "Europe/Berlin");
  expect(formatInstant(moved)).toBe("2025-12-31T22:45:00Z");
});

test("a local midnight that does not exist moves on by the gap", () => {
  const start = at("2026-04-22T22:00:00Z");
  expect(formatInstant(addDuration(start, days(1), 1, "Africa/Cairo"))).toBe(
    "2026-04-23T22:00:00Z",
  );
  expect(localFields("Africa/Cairo", at("2026-04-23T22:00:00Z"))).toEqual({
    ...clock("2026-04-24T01:00:00Z"),
  });
});

test("fields that name no date are none in UTC", () => {
  expect(instantFromFields({ ...clock("2026-02-28T00:00:00Z"), day: 29 })).toBeUndefined();
});
