// Every GraphQL document of the client's callers, judged by GitHub's published schema (G32).

import { parse, validate } from "graphql";
import { expect, test } from "vitest";

import { historyDocument } from "../../../src/adapters/github/commit-history.ts";
import { commitDocument } from "../../../src/adapters/github/commit-on-branch.ts";
import { objectsQuery } from "../../../src/adapters/github/git-objects.ts";
import {
  pathDocument,
  rootDocument,
  rootIdDocument,
} from "../../../src/adapters/github/path-query.ts";
import { resolveDocument } from "../../../src/adapters/github/resolve-commit.ts";
import { tipQuery, type TipSubject } from "../../../src/adapters/github/tip-query.ts";
import { githubSchema } from "../../support/github-fake/graphql-schema.ts";

function findings(document: string): readonly string[] {
  return validate(githubSchema(), parse(document)).map(({ message }) => message);
}

const place = { owner: "octo", name: "ledger" };

const bare: TipSubject = {
  branch: "main",
  runBranch: "main",
  eventSha: "0".repeat(40),
  config: new Map(),
  ledgerPath: "ledger",
  syncIds: [],
  data: [],
  riders: [],
  withRecent: false,
};

const full: TipSubject = {
  ...bare,
  config: new Map([
    [".github/tidemark.yml", []],
    ["src/transform.mts", []],
  ]),
  syncIds: ["contacts", "deals"],
  data: ["data", "rows.ndjson"],
  riders: [
    {
      fields: "xId: id xPulls: pullRequests(first: $xFirst, states: [OPEN]) { nodes { url } }",
      variables: { xFirst: { type: "Int!", value: 1 } },
      note: () => undefined,
    },
  ],
  withRecent: true,
};

test.each([
  { name: "Tip with nothing but the ledger", document: tipQuery(place, bare).document },
  { name: "Tip with all that rides along", document: tipQuery(place, full).document },
  {
    name: "Objects",
    document: objectsQuery(place, { trees: ["1", "2"], blobs: ["3"] }).document,
  },
  { name: "Commit", document: commitDocument },
  { name: "History", document: historyDocument },
  { name: "Path", document: pathDocument },
  { name: "Root", document: rootDocument },
  { name: "RootId", document: rootIdDocument },
  { name: "Resolve", document: resolveDocument },
])("is valid by GitHub's schema: $name (G32)", ({ document }) => {
  expect(findings(document)).toEqual([]);
});

test("finds a field that GitHub does not have", () => {
  expect(findings("query { viewer { shoeSize } }")).toEqual([
    'Cannot query field "shoeSize" on type "User".',
  ]);
});

test("passes paths and ids as variables, never as text", () => {
  const hostile = 'x") { oid } evil: file(path: "y';
  const subject = {
    ...full,
    syncIds: [hostile],
    config: new Map([[hostile, []]]),
    data: [hostile],
  };
  const { document, variables } = tipQuery(place, subject);
  expect(document).not.toContain("evil");
  expect(variables).toMatchObject({
    branch: "refs/heads/main",
    s0: `ledger/${hostile}`,
    d0: hostile,
    c0: hostile,
    e0: `${"0".repeat(40)}:${hostile}`,
    xFirst: 1,
  });
});
