// Where links of a page may lead.

import { expect, test } from "vitest";

import { commitLink, runLink } from "../../../src/core/report/page-links.ts";
import { somePlace } from "../../support/report-of.ts";

test("a run of this repository is linked", () => {
  const url = "https://github.test/octo/crm-sync/actions/runs/5/attempts/2";
  expect(runLink("2", url, somePlace)).toBe(`[2](${url})`);
});

test.each([
  undefined,
  "https://evil.test/octo/crm-sync/actions/runs/5/attempts/2",
  "https://github.test/octo/crm-sync.evil/actions/runs/5/attempts/2",
  "https://github.test/octo/crm-sync/actions/runs/../../../../evil/login",
  "https://github.test/octo/crm-sync/actions/runs/5/attempts/2?then=elsewhere",
  "https://github.test/octo/crm-sync/issues/1",
])("an address that a stranger wrote into a record is followed by no page: %s", (url) => {
  expect(runLink("2", url, somePlace)).toBe("2");
});

test("without a page of the repository nothing is linked", () => {
  const nowhere = { repositoryUrl: undefined };
  expect(runLink("2", "/actions/runs/5/attempts/2", nowhere)).toBe("2");
  expect(commitLink("0123456789abcdef", nowhere)).toBe("`0123456789`");
});

test("a commit leads to its page by its short id", () => {
  expect(commitLink("0123456789abcdef", somePlace)).toBe(
    "[`0123456789`](https://github.test/octo/crm-sync/commit/0123456789abcdef)",
  );
});
