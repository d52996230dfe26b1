// The table of section 7, row by row: what an answer to a commit means (G31).

import { expect, test } from "vitest";

import type { GithubError } from "../../../src/adapters/github/client.ts";
import { verdictOf } from "../../../src/adapters/github/commit-verdict.ts";

function errorOf(overrides: Partial<GithubError>): GithubError {
  return { kind: "refused", status: 200, type: undefined, message: "", ...overrides };
}

const head = "5f1c2a9d5f1c2a9d5f1c2a9d5f1c2a9d5f1c2a9d";

test.each([
  { type: "STALE_DATA", message: "any words", verdict: "stale" },
  { message: `Expected branch to point to "${head}" but it did not.`, verdict: "stale" },
  { message: `refs/heads/main is at ${head} but expected ${head}`, verdict: "stale" },
  {
    kind: "missing",
    type: "NOT_FOUND",
    message: "A path was requested for deletion which does not exist",
    verdict: "deletion",
  },
  { message: "Branch not found", verdict: "missing" },
  { status: 422, message: "Reference does not exist", verdict: "missing" },
  { status: 422, message: "Update is not a fast forward", verdict: "stale" },
  {
    kind: "forbidden",
    type: "FORBIDDEN",
    message: "Repository rule violations found",
    verdict: "refused",
  },
  { type: "BRANCH_PROTECTION_RULE_VIOLATION", message: "no", verdict: "refused" },
  {
    kind: "forbidden",
    type: "FORBIDDEN",
    message: "Resource not accessible by integration",
    verdict: "refused",
  },
  { kind: "limited", type: "RATE_LIMITED", message: "API rate limit exceeded", verdict: "refused" },
  { kind: "limited", status: 403, message: "secondary rate limit", verdict: "refused" },
  { kind: "unauthorized", status: 401, message: "Bad credentials", verdict: "refused" },
  { kind: "unknown", message: "Something went wrong while executing", verdict: "unknown" },
  { kind: "unknown", status: 502, message: "Bad Gateway", verdict: "unknown" },
  { kind: "unknown", status: undefined, message: "no answer in time", verdict: "unknown" },
  { status: 413, message: "The payload cannot be larger than 45 MB", verdict: "too_large" },
] as const)("calls $status $type $message $verdict", ({ verdict, ...error }) => {
  expect(verdictOf(errorOf(error))).toBe(verdict);
});
