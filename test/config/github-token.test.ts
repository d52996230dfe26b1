// The action's own token as the credential of a source, and what it is bound to (sources.md 2, S10).

import { expect, test } from "vitest";

import { environmentProblems } from "../../src/config/environment.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { projectOf, sourceOf } from "../support/builders.ts";
import { accepted } from "./refused/refused-case.ts";

function problemsWith(baseUrl: string, githubApiUrl: string | undefined): readonly string[] {
  const text = accepted
    .replace("https://api.example.com/v2", baseUrl)
    .replace("{type: bearer, env: TIDEMARK_CRM_TOKEN}", "{type: github_token}");
  const parsed = parseConfig(text, { file: "t.yml", envAllow: [], githubApiUrl, ledger: {} });
  if (!parsed.ok) return parsed.problems;
  expect(parsed.project.sources.get("crm")?.auth).toEqual({ type: "github_token" });
  return [];
}

test.each([
  ["https://api.github.com", undefined],
  ["https://api.github.com", ""],
  ["https://API.github.com:443/v3", undefined],
  ["https://ghe.example.com/api/v3", "https://ghe.example.com/api/v3"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
])("S10: %s may carry the token when the API is at %s", (baseUrl, apiUrl) => {
  expect(problemsWith(baseUrl, apiUrl)).toEqual([]);
});

test.each([
  ["https://api.github.com.example.com", undefined, "https://api.github.com"],
  ["https://github.com", undefined, "https://api.github.com"],
  ["https://api.github.com:8443", undefined, "https://api.github.com"],
  ["https://api.github.com", "https://ghe.example.com/api/v3", "https://ghe.example.com"],
  ["https://api.github.com", "ghe.example.com", "GITHUB_API_URL, which is no URL"],
])("S10: %s may not carry the token when the API is at %s", (baseUrl, apiUrl, place) => {
  expect(problemsWith(baseUrl, apiUrl)).toEqual([
    `t.yml:6 sources.crm.base_url: expected the origin of the GitHub API, ${place}, for auth github_token, found another; use bearer with a token made for that API`,
  ]);
});

test("S7: a missing token is named before anything is claimed", () => {
  const source = sourceOf({ name: "github", auth: { type: "github_token" } });
  const project = projectOf({ sources: new Map([["github", source]]) });
  expect(environmentProblems(project, { GITHUB_TOKEN: "t" })).toEqual([]);
  expect(environmentProblems(project, {})).toEqual([
    "sources.github.auth: expected variable GITHUB_TOKEN to be set, found it missing; set it in the environment of the run",
  ]);
});
