import { expect, test } from "vitest";

import { environmentProblems } from "../../src/config/environment.ts";
import type { ProjectSpec } from "../../src/core/sync/sync-spec.ts";
import { projectOf, sourceOf } from "../support/builders.ts";

function projectWith(...variables: readonly string[]): ProjectSpec {
  const sources = variables.map((env) => {
    const name = env.toLowerCase();
    return [name, sourceOf({ name, auth: { type: "bearer", env, prefix: "Bearer" } })] as const;
  });
  return projectOf({ sources: new Map([["open", sourceOf({ name: "open" })], ...sources]) });
}

test("S7: names all variables that are missing, empty or cannot be sent, without their values", () => {
  const variables = { B: "", C: "\n", D: "hunter2\nhunter3", E: "hunter2\u00fc", F: " hunter2" };
  expect(environmentProblems(projectWith("A", "B", "C", "D", "E", "F"), variables)).toEqual([
    "sources.a.auth.env: expected variable A to be set, found it missing; set it in the environment of the run",
    "sources.b.auth.env: expected variable B to hold a secret, found it empty; check that the secret exists",
    "sources.c.auth.env: expected variable C to hold a secret, found it empty; check that the secret exists",
    "sources.d.auth.env: expected variable D to hold visible ASCII, found control or other characters; paste the secret again",
    "sources.e.auth.env: expected variable E to hold visible ASCII, found control or other characters; paste the secret again",
    "sources.f.auth.env: expected variable F to hold visible ASCII, found control or other characters; paste the secret again",
  ]);
});

test("S7: one final newline is cut first", () => {
  const variables = { A: "hunter2\n", B: "hunter2\r\n", C: "two words" };
  expect(environmentProblems(projectWith("A", "B", "C"), variables)).toEqual([]);
});
