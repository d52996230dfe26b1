import { describe, expect, it } from "vitest";

import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import { timeReader } from "../../../src/core/source/watermark-text.ts";
import type { TimeFormat } from "../../../src/core/sync/sync-spec.ts";
import { formatInstant } from "../../../src/core/time/instant.ts";

const rfc3339: TimeFormat = { kind: "rfc3339" };

function read(format: TimeFormat, value: unknown, timezone?: string): string {
  const found = timeReader(format, timezone)(value);
  if (found.kind !== "instant") return found.kind;
  const earlier = found.earlier === undefined ? "" : ` or ${formatInstant(found.earlier)}`;
  return formatInstant(found.at) + earlier;
}

describe("timestamps of a source", () => {
  it.each([
    ["2026-11-23T01:02:03Z", "2026-11-23T01:02:03Z"],
    ["2026-11-23 01:02:03Z", "2026-11-23T01:02:03Z"],
    ["2026-11-23T01:02:03.5Z", "2026-11-23T01:02:03.500Z"],
    ["2026-11-23T01:02:03.9999999Z", "2026-11-23T01:02:03.999999Z"],
    ["2026-11-23T01:02:03.000000999+00:00", "2026-11-23T01:02:03Z"],
    ["2026-11-23T01:02:03+02:00", "2026-11-22T23:02:03Z"],
    ["2026-11-23T01:02:03-0530", "2026-11-23T06:32:03Z"],
    ["2026-11-23T01:02:03.25+02", "2026-11-22T23:02:03.250Z"],
    ["1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"],
  ])("reads %s as RFC 3339, cutting what is finer than microseconds (S31)", (text, expected) => {
    expect(read(rfc3339, text)).toBe(expected);
  });

  it.each([
    "",
    "2026-11-23",
    "2026-11-23T01:02",
    "2026-11-23T01:02:03.Z",
    "2026-11-23T01:02:03z",
    "2026-11-23T01:02:03ZZ",
    "2026-11-23T01:02:03+25:00",
    "2026-11-23T01:02:03+2",
    "2026-02-29T01:02:03Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T01:02:60Z",
    "2026-11-2aT01:02:03Z",
    " 2026-11-23T01:02:03Z",
    1_700_000_000,
    true,
  ])("cannot read %s as RFC 3339 (S34)", (value) => {
    expect(read(rfc3339, value)).toBe("unreadable");
  });

  it.each([
    ["epoch_s", 1_795_000_000, "2026-11-18T11:06:40Z"],
    ["epoch_s", "1795000000.1234567", "2026-11-18T11:06:40.123456Z"],
    ["epoch_s", 1_795_000_000.25, "2026-11-18T11:06:40.250Z"],
    ["epoch_s", new ExactNumber("1795000000.123456789012"), "2026-11-18T11:06:40.123456Z"],
    ["epoch_s", "-0.5", "1969-12-31T23:59:59.500Z"],
    ["epoch_ms", 1_795_000_000_123, "2026-11-18T11:06:40.123Z"],
    ["epoch_ms", "1795000000123.4567", "2026-11-18T11:06:40.123456Z"],
    ["epoch_ms_string", "1795000000123", "2026-11-18T11:06:40.123Z"],
    ["epoch_s", 1_795_000_000_123, "unreadable"],
    ["epoch_s", "1e9", "unreadable"],
    ["epoch_s", "", "unreadable"],
    ["epoch_s", "+5", "unreadable"],
    ["epoch_s", null, "unreadable"],
  ] as const)("reads %s %s (S31)", (kind, value, expected) => {
    expect(read({ kind }, value)).toBe(expected);
  });

  it.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
    ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
    ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
    ["Monday, 23-Nov-26 00:00:00 GMT", "2026-11-23T00:00:00Z"],
    ["Sun, 06 Nov 1994 08:49:37 UTC", "unreadable"],
    ["Sun, 6 Nov 1994 08:49:37 GMT", "unreadable"],
    ["Sun, 31 Feb 1994 08:49:37 GMT", "unreadable"],
  ])("reads the HTTP date %s (S31)", (text, expected) => {
    expect(read({ kind: "http_date" }, text)).toBe(expected);
  });

  it.each([
    ["YYYY/MM/DD HH:mm", "2026/11/23 04:05", "UTC", "2026-11-23T04:05:00Z"],
    ["YYYYMMDDHHmmssSSS", "20261123040506789", "UTC", "2026-11-23T04:05:06.789Z"],
    [
      "DD.MM.YYYY HH:mm:ss.SSSSSSZ",
      "23.11.2026 04:05:06.000007+0100",
      undefined,
      "2026-11-23T03:05:06.000007Z",
    ],
    ["YYYY-MM-DD HH:mm:ss", "2026-11-23 04:05:06", undefined, "zoneless"],
    ["YYYY.MM.DD", "2026x11x23", "UTC", "unreadable"],
    ["YYYY(MM)[DD]", "2026(11)[23]", "UTC", "2026-11-23T00:00:00Z"],
    ["YYYY-MM", "2026-13", "UTC", "unreadable"],
  ])("reads the pattern %s (S31)", (pattern, text, timezone, expected) => {
    expect(read({ kind: "pattern", pattern }, text, timezone)).toBe(expected);
  });

  it("refuses a value without offset unless a zone is given; UTC is never assumed (S33)", () => {
    expect(read(rfc3339, "2026-11-23T01:02:03")).toBe("zoneless");
    expect(read({ kind: "date" }, "2026-11-23")).toBe("zoneless");
    expect(read(rfc3339, "2026-11-23T01:02:03.5", "Europe/Berlin")).toBe(
      "2026-11-23T00:02:03.500Z",
    );
  });

  it("gives both readings of a local time that occurs twice, the later first (S33)", () => {
    expect(read(rfc3339, "2026-10-25T02:30:07.5", "Europe/Berlin")).toBe(
      "2026-10-25T01:30:07.500Z or 2026-10-25T00:30:07.500Z",
    );
  });

  it("moves a local time that never occurs on by the gap (S33)", () => {
    expect(read(rfc3339, "2026-03-29T02:30:00", "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
  });

  it("reads a date as the first instant of that day in the zone (S32)", () => {
    const date: TimeFormat = { kind: "date" };
    expect(read(date, "2026-11-23", "UTC")).toBe("2026-11-23T00:00:00Z");
    expect(read(date, "2026-11-23", "Europe/Berlin")).toBe("2026-11-22T23:00:00Z");
    expect(read(date, "2026-03-08", "America/Havana")).toBe("2026-03-08T05:00:00Z");
    expect(read(date, "2026-11-01", "America/Havana")).toBe("2026-11-01T04:00:00Z");
    expect(read(date, "2026-11-31", "UTC")).toBe("unreadable");
  });
});
