// The guard at the door of all tests.

import { expect, test } from "vitest";

import { runtimeProblem } from "./setup.ts";

test("Node below 24 is refused with one line that names the remedy", () => {
  expect(runtimeProblem("22.11.0")).toBe(
    "tests: expected Node 24 or newer, found 22.11.0; run them through npm (npm ci && npm test)",
  );
});

test("Node 24 and newer is accepted", () => {
  expect(["24.0.0", "26.1.0"].map(runtimeProblem)).toEqual([undefined, undefined]);
});
