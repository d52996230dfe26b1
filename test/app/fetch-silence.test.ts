import { describe, expect, it } from "vitest";

import { apiSync, harness } from "../support/fetch-harness.ts";
import { noResponse, respond } from "../support/scripted-source.ts";

const limits = {
  pace: [{ requests: 1, perMs: 1000, mode: "safe", burst: 1 }],
  timeoutMs: 20_000,
} as const;
const keptMs = 1000 * 1.0001 + 1;

describe("a try without a response", () => {
  it.for([
    ["network", 20_000 + keptMs],
    ["timeout", 20_000 + keptMs],
    ["cut_off", keptMs],
  ] as const)("is counted as long as the server may do so: %s (P8)", async ([cause, secondAt]) => {
    const sends: number[] = [];
    const test = harness(
      (_, index) => {
        sends.push(test.clock.mono());
        return index === 0 ? noResponse(cause) : respond({ items: [] });
      },
      { limits },
    );
    await test.read(apiSync({}));
    expect(sends.map((at) => Math.round(at * 10) / 10)).toEqual([0, secondAt]);
  });
});
