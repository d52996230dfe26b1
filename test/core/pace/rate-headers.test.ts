import { describe, expect, it } from "vitest";

import { type Hint, readHint } from "../../../src/core/pace/rate-headers.ts";

const wallMs = Date.UTC(2026, 10, 25, 12, 0, 0);
const date = "Wed, 25 Nov 2026 12:00:00 GMT";
/** A minute ahead of `date`, as of a server whose clock is ahead. */
const aheadDate = "Wed, 25 Nov 2026 12:01:00 GMT";

type Headers = Readonly<Record<string, string | readonly string[]>>;

function read(
  headers: Headers,
  other: { readonly status?: number; readonly signals?: "auto" | "none" } = {},
): Hint | undefined {
  const map = new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
  return readHint({ headers: map, signals: "auto", wallMs, status: 429, ...other });
}

function pauseOf(headers: Headers, status = 429): number | undefined {
  return read(headers, { status })?.pauseMs;
}

const yearMs = 365 * 86_400_000;

describe("rate headers", () => {
  it.for<readonly [string | readonly string[], number | undefined]>([
    ["120", 120_000],
    ["2.0", 2000],
    ["0.25", 250],
    [" 7 ", 7000],
    ["Wed, 25 Nov 2026 12:00:30 GMT", 30_000],
    ["Wednesday, 25-Nov-26 12:00:30 GMT", 30_000],
    ["Wed Nov 25 12:00:30 2026", 30_000],
    ["Wed, 25 Nov 2026 11:59:30 GMT", undefined],
    ["Wed, 25 Nov 2026 12:00:00 GMT", undefined],
    ["0", undefined],
    ["0.0", undefined],
    ["-5", undefined],
    ["+5", undefined],
    ["5s", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["5.", undefined],
    [".5", undefined],
    ["soon", undefined],
    ["", undefined],
    ["2026-11-25T12:00:30Z", undefined],
    ["Wed, 25 Nov 2026 12:00:30 +0000", undefined],
    [["3", "9", "5"], 9000],
    [["3", "soon", "-9"], 3000],
    ["3, 9, 5", 9000],
    ["Soon, 5", 5000],
    ["Wed, 25 Nov 2026 12:00:30 GMT, 12", 30_000],
    ["45, Wednesday, 25-Nov-26 12:00:30 GMT", 45_000],
    ["9".repeat(400), yearMs],
    ["9".repeat(1100), undefined],
    [["8", "9".repeat(1100)], 8000],
  ])("reads Retry-After %j as %j ms (P27, S78)", ([value, pauseMs]) => {
    const hint = pauseMs === undefined ? undefined : { pauseMs, atMost: undefined };
    expect(read({ date, "retry-after": value })).toEqual(hint);
  });

  it("counts a date from the Date of its own response, from the wall clock without one (P27)", () => {
    const until = "Wed, 25 Nov 2026 12:01:30 GMT";
    expect([
      pauseOf({ "retry-after": until, date: aheadDate }),
      pauseOf({ "retry-after": until, date: "yesterday" }),
      pauseOf({ "retry-after": until }),
    ]).toEqual([30_000, 90_000, 90_000]);
  });

  it("ignores every header of an answer that a cache kept (P26)", () => {
    const headers = { "retry-after": "5", ratelimit: '"a";r=0;t=9', "x-ratelimit-remaining": "0" };
    expect(["1", "60", "0, 3"].map((age) => read({ ...headers, age }))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(["0", "", "old"].map((age) => pauseOf({ ...headers, age }))).toEqual([5000, 5000, 5000]);
  });

  it.for<readonly [string, Hint | undefined]>([
    ['"a";r=0;t=9', { pauseMs: 9000, atMost: undefined }],
    ['"a";r=0;t=9, "b";r=0;t=30', { pauseMs: 30_000, atMost: undefined }],
    ['"a";r=0;t=9, "b";r=4;t=30', { pauseMs: 9000, atMost: undefined }],
    ['"a";r=0', { pauseMs: undefined, atMost: undefined }],
    ['"a";r=0;t=0', { pauseMs: undefined, atMost: undefined }],
    ['"a";r=5;t=30', { pauseMs: undefined, atMost: { requests: 5, forMs: 30_000 } }],
    [
      '"a";r=5;t=30, "b";r=2;t=60, c;r=2;t=7',
      { pauseMs: undefined, atMost: { requests: 2, forMs: 60_000 } },
    ],
    ['"a";r=1, "b";r=7;t=4', { pauseMs: undefined, atMost: { requests: 7, forMs: 4000 } }],
    ['"a";pk=:cHJl:;q=9;r=0;t=9;new=?1', { pauseMs: 9000, atMost: undefined }],
    ['"a";r=5', undefined],
    ['"a";t=5', undefined],
    ['"a";r=-1;t=5', undefined],
    ['"a";r=1.5;t=5', undefined],
    ['"a";r=0;t=9,', undefined],
    ['"a;r=0;t=9', undefined],
    ['"a";r=0;t=9 "b"', undefined],
    ["", undefined],
    [`"${"a".repeat(1100)}";r=0;t=9`, undefined],
  ])("reads RateLimit %j (P28, S79)", ([value, hint]) => {
    expect(read({ ratelimit: value }, { status: 200 })).toEqual(hint);
  });

  it("reads RateLimit lines as one list, ignored whole when one does not parse (P28)", () => {
    expect([
      pauseOf({ ratelimit: ['"a";r=0;t=9', '"b";r=0;t=11'] }),
      pauseOf({ ratelimit: ['"a";r=0;t=9', '"b'] }),
    ]).toEqual([11_000, undefined]);
  });

  it.for<readonly [string, number | undefined]>([
    ["limit=100, remaining=0, reset=5", 5000],
    ["limit=100,remaining=0,reset=5", 5000],
    ["limit=100, remaining=3, reset=5", undefined],
    ["limit=100, reset=5", 5000],
    ["limit=100, remaining=0, reset=1700000000", 1_700_000_000_000],
    ["limit=100, remaining=0, reset=-5", undefined],
    ["limit=100, remaining=0", undefined],
  ])("reads the older dictionary %j in seconds, %j ms (S79)", ([ratelimit, pauseMs]) => {
    const bounded = pauseMs === undefined ? undefined : Math.min(pauseMs, yearMs);
    expect(pauseOf({ ratelimit })).toBe(bounded);
  });

  const inTenSeconds = wallMs + 10_000;
  it.for<readonly [string, number | undefined]>([
    ["10", 10_000],
    ["1.5", 1500],
    ["999999999", yearMs],
    [String(inTenSeconds / 1000), 10_000],
    [String(inTenSeconds), 10_000],
    [String(wallMs / 1000 - 10), undefined],
    [String(wallMs - 10), undefined],
    ["2026-11-25T12:00:10Z", 10_000],
    ["2026-11-25T13:00:10.5+01:00", 10_500],
    ["2026-11-25T12:00Z", 59_000],
    ["2026-11-25T12:00:10", undefined],
    ["Wed, 25 Nov 2026 12:00:10 GMT", 10_000],
    ["Wednesday, 25-Nov-26 12:00:10 GMT", 10_000],
    ["1m30s", 90_000],
    ["1h", 3_600_000],
    ["2d1h", 176_400_000],
    ["6m0s", 360_000],
    ["250ms", 250],
    ["1.5s", 1500],
    ["0", undefined],
    ["-10", undefined],
    ["", undefined],
    ["tomorrow", undefined],
    ["10, 12", 12_000],
    ["1".repeat(1100), undefined],
  ])("guesses the unit of the reset %j, %j ms (P29, S80, S82)", ([reset, pauseMs]) => {
    expect(pauseOf({ date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })).toBe(
      pauseMs,
    );
  });

  it("takes epochs and dates of the trio against the response's Date (S82)", () => {
    const remaining = { date: aheadDate, "ratelimit-remaining": "0" };
    const later = wallMs + 90_000;
    expect([
      pauseOf({ ...remaining, "ratelimit-reset": String(later / 1000) }),
      pauseOf({ ...remaining, "ratelimit-reset": String(later) }),
      pauseOf({ ...remaining, "ratelimit-reset": "2026-11-25T12:01:30Z" }),
      pauseOf({ ...remaining, "ratelimit-reset": "30" }),
    ]).toEqual([30_000, 30_000, 30_000, 30_000]);
  });

  it.for(["ratelimit", "x-ratelimit", "x-rate-limit"])("knows the trio %s-* (S80)", (name) => {
    const trio = { [`${name}-limit`]: "9", [`${name}-remaining`]: "0", [`${name}-reset`]: "4" };
    expect(pauseOf(trio, 200)).toBe(4000);
  });

  it("reads X-RateLimit-Reset-After in seconds (S80)", () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.5" };
    expect(pauseOf(headers, 200)).toBe(1500);
  });

  it.for<readonly [string | undefined, number, number | undefined]>([
    ["0", 200, 4000],
    ["0.0", 200, 4000],
    ["-1", 200, 4000],
    ["3, 0", 200, 4000],
    ["1", 200, undefined],
    ["1", 429, undefined],
    [undefined, 429, 4000],
    [undefined, 403, 4000],
    [undefined, 200, undefined],
    ["some", 429, 4000],
    ["some", 200, undefined],
  ])(
    "with %j remaining and status %j waits %j ms for the reset (S77)",
    ([remaining, status, ms]) => {
      const stated = remaining === undefined ? {} : { "x-ratelimit-remaining": remaining };
      expect(pauseOf({ ...stated, "x-ratelimit-reset": "4" }, status)).toBe(ms);
    },
  );

  it("judges each trio by its own remaining and takes the longest wait (S77)", () => {
    const headers = {
      "x-ratelimit-remaining": "5",
      "x-ratelimit-reset": "60",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "4",
      "x-rate-limit-remaining": "0",
      "x-rate-limit-reset": "6",
    };
    expect(pauseOf(headers)).toBe(6000);
  });

  it("lets the first level that gives a wait decide, also when a later one is longer (P26, S77)", () => {
    const trio = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" };
    const structured = { ...trio, ratelimit: '"a";r=0;t=20' };
    expect([
      pauseOf({ ...structured, "retry-after": "10" }),
      pauseOf({ ...structured, "retry-after": "0" }),
      pauseOf({ ...structured, "retry-after": "soon" }),
      pauseOf({ ...trio, ratelimit: '"a";r=0' }),
      pauseOf({ ...trio, ratelimit: "r=0" }),
    ]).toEqual([10_000, 20_000, 20_000, 30_000, 30_000]);
  });

  it("keeps the bound of RateLimit beside a Retry-After (P28)", () => {
    expect(read({ "retry-after": "10", ratelimit: '"a";r=3;t=20' })).toEqual({
      pauseMs: 10_000,
      atMost: { requests: 3, forMs: 20_000 },
    });
  });

  it("heeds Retry-After alone when signals are none (S77)", () => {
    const others = {
      ratelimit: '"a";r=0;t=20',
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "30",
    };
    expect([
      read(others, { signals: "none" }),
      read({ ...others, "retry-after": "4" }, { signals: "none" }),
    ]).toEqual([undefined, { pauseMs: 4000, atMost: undefined }]);
  });

  it("reports RateLimit-Policy to nobody and obeys it never (P28)", () => {
    expect(read({ "ratelimit-policy": '"a";q=0;w=60', "x-ratelimit-limit": "0" })).toBeUndefined();
  });

  it("ignores a megabyte in any header (P26)", () => {
    const many = [
      ",".repeat(1e6),
      " ".repeat(1e6),
      "9".repeat(1e6),
      '"'.repeat(1e6),
      "1m".repeat(5e5),
    ];
    const names = ["retry-after", "ratelimit", "x-ratelimit-reset", "ratelimit-remaining", "date"];
    const found = names.flatMap((name) => many.map((value) => read({ [name]: value })));
    expect(found.filter((hint) => hint !== undefined)).toEqual([]);
  });

  it("reads what others in the answer say beside a header above 1 kB (P26)", () => {
    expect(pauseOf({ ratelimit: `"${"a".repeat(2000)}"`, "retry-after": "5" })).toBe(5000);
  });
});
