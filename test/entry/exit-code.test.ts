// What a run ends with (contract 6, 7).

import { expect, test } from "vitest";

import { exitCodeOfRun } from "../../src/entry/exit-code.ts";
import { dayOf } from "../support/record-builders.ts";

const gap = { sync: "contacts", window: dayOf("2026-11-01"), state: "open" } as const;
const { signal } = new AbortController();

test.each([
  ["ok", [], "failed", 0],
  ["failed", [], "failed", 1],
  ["failed", [], "never", 0],
  ["partial", [gap], "failed", 0],
  ["partial", [gap], "gap", 1],
  ["ok", [], "gap", 0],
] as const)("a run that is %s, with gaps %j and fail-on %s", (status, gaps, failOn, code) => {
  expect(exitCodeOfRun({ status, gaps }, failOn, signal)).toBe(code);
});

test("a run that was cancelled while it was being told ends with 130 (G28)", () => {
  const aborted = AbortSignal.abort();
  expect(exitCodeOfRun({ status: "ok", gaps: [] }, "never", aborted)).toBe(130);
});
