import { describe, expect, it } from "vitest";

import { backoffMs, mayRetry } from "../../../src/core/pace/retry.ts";

function upperBounds(baseMs: number): readonly number[] {
  return [1, 2, 3, 4, 5, 8, 9, 10, 2000].map((retry) =>
    backoffMs({ retry, baseMs, maxMs: 60_000, random: 1 }),
  );
}

describe("retry", () => {
  it("doubles the bound of the backoff with each retry, up to the longest (P18)", () => {
    expect([upperBounds(1000), upperBounds(250)]).toEqual([
      [1000, 2000, 4000, 8000, 16_000, 60_000, 60_000, 60_000, 60_000],
      [250, 500, 1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000],
    ]);
  });

  it("spreads the backoff from nothing to its bound (P18)", () => {
    const bounds = { retry: 3, baseMs: 1000, maxMs: 60_000 };
    expect([0, 0.25, 0.5].map((random) => backoffMs({ ...bounds, random }))).toEqual([
      0, 1000, 2000,
    ]);
  });

  it("allows ten retries and one more for every five first tries (P19)", () => {
    const most = [0, 1, 4, 5, 9, 10, 100].map((firstTries) => {
      let retries = 0;
      while (mayRetry({ retries, firstTries })) retries += 1;
      return retries;
    });
    expect(most).toEqual([10, 10, 10, 11, 11, 12, 30]);
  });
});
