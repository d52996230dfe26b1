// Documents, clamps and refusals of what is published; how it meets GitHub is in publish-branch.test.ts.

import { parse, validate } from "graphql";
import { parse as valibotParse } from "valibot";
import { expect, test } from "vitest";

import { copyQuery, copyRider } from "../../../src/adapters/github/copy-reading.ts";
import { proposalQuery } from "../../../src/adapters/github/proposal.ts";
import {
  isAboutWorkflows,
  isFinal,
  isPullSetting,
  refusedPull,
} from "../../../src/adapters/github/pull-refusal.ts";
import {
  clampBody,
  clampTitle,
  publicationDocument,
  pullsSchema,
} from "../../../src/adapters/github/pull-request.ts";
import { githubSchema } from "../../support/github-fake/graphql-schema.ts";

const names = {
  base: "main",
  ledgerBranch: "tidemark-ledger",
  ledgerPath: "ledger",
  dataPaths: ["data/a.ndjson", "data/b.ndjson"],
};

test("every document is one that GitHub's published schema accepts (G32)", () => {
  const { fields, variables } = copyRider(names);
  const declared = Object.entries(variables).map(([name, { type }]) => `$${name}: ${type}`);
  const documents = [
    publicationDocument(true, "create"),
    publicationDocument(true, "update"),
    publicationDocument(true, undefined),
    publicationDocument(false, "create"),
    publicationDocument(false, "update"),
    proposalQuery,
    copyQuery(names).document,
    copyQuery({ ...names, dataPaths: [] }).document,
    `query Tip(${declared.join(", ")}) { repository(owner: "o", name: "n") { ${fields} } }`,
  ];
  expect(documents.flatMap((document) => validate(githubSchema(), parse(document)))).toEqual([]);
});

test("pull requests from forks are none of ours: anybody may have a branch of that name", () => {
  const ours = {
    id: "1",
    url: "u",
    state: "OPEN",
    isCrossRepository: false,
    headRefOid: "c1",
  } as const;
  const nodes = [{ ...ours, id: "2", isCrossRepository: true }, null, ours];
  expect(valibotParse(pullsSchema, { nodes })).toEqual([ours]);
});

test("a body of 30,000 characters is kept, a longer one is cut at a line and says how much is missing (G29)", () => {
  const full = "x".repeat(30_000);
  expect(clampBody(full)).toBe(full);
  const line = `${"y".repeat(99)}\n`;
  const clamped = clampBody(line.repeat(400));
  expect(clamped.length).toBeLessThanOrEqual(30_000);
  expect(clamped).toBe(
    `${line.repeat(298)}${"y".repeat(99)}\n\n… ${40_000 - 29_899} more characters are left out.`,
  );
});

test("a body without lines is cut between characters", () => {
  const clamped = clampBody("😀".repeat(20_000));
  expect(clamped.length).toBeLessThanOrEqual(30_000);
  expect(clamped.isWellFormed()).toBe(true);
});

test("a title is one line of at most 250 characters", () => {
  expect(clampTitle(" tidemark:\n two windows ")).toBe("tidemark: two windows");
  expect(clampTitle("t".repeat(300))).toBe(`${"t".repeat(249)}…`);
});

const place = { repositoryUrl: "https://github.com/octo/ledger", base: "main", head: "a/b#c" };

test("a refusal by the setting names it and the page that opens the pull request by hand (G21)", () => {
  const message = "GitHub Actions is not permitted to create or approve pull requests.";
  const url = "https://github.com/octo/ledger/compare/main...a/b%23c?expand=1";
  expect(refusedPull({ kind: "forbidden", message }, place)).toEqual({
    kind: "refused",
    url,
    warning: `pull request of a/b#c: expected to be opened, found that GitHub refused it: GitHub Actions is not permitted to create or approve pull requests; nothing is lost, the branch is there: turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, of the repository or its organization, or open it by hand: ${url}`,
  });
});

test("a missing permission is named, any other refusal in GitHub's words", () => {
  const message = "Resource not accessible by integration";
  expect(refusedPull({ kind: "forbidden", message }, place)).toMatchObject({
    warning: expect.stringContaining("the permission `pull-requests: write`, or open it by hand"),
  });
  expect(refusedPull({ kind: "refused", message: "too many" }, place)).toMatchObject({
    warning: expect.stringContaining(
      "refused it: too many; nothing is lost, the branch is there: open",
    ),
  });
});

test("what a person must change is not asked for again, a moment's confusion is", () => {
  const error = { status: 200, type: undefined };
  const no = { ...error, kind: "forbidden", message: "Repository rule violations found" } as const;
  const node = { ...error, kind: "missing", message: "Could not resolve to a node" } as const;
  const setting = "GitHub Actions is not permitted to create or approve pull requests";
  const workflow =
    "refusing to allow an App to update `.github/workflows/a.yml` without `workflows` permission";
  expect([no, node].map(isFinal)).toEqual([true, false]);
  expect(isFinal({ ...error, kind: "refused", message: setting })).toBe(true);
  expect(isPullSetting({ message: setting })).toBe(true);
  expect(isFinal({ ...error, kind: "refused", message: workflow })).toBe(true);
  expect(isAboutWorkflows({ message: workflow })).toBe(true);
});
