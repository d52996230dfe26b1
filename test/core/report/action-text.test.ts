// The closing lines of a step's log.

import { expect, test } from "vitest";

import { actionText } from "../../../src/core/report/action-text.ts";
import type { Published } from "../../../src/core/report/published.ts";
import { runText } from "../../../src/core/report/run-report.ts";
import { reportOf } from "../../support/report-of.ts";

test("tells what became of a fold, of a push of our own and of an error, one line each", () => {
  const rescue = undefined;
  const messages = ["config: expected a, found b; write a", "sync: expected c, found d; write c"];
  expect([
    actionText({ kind: "compact", folded: 0, commit: undefined }),
    actionText({ kind: "compact", folded: 2, commit: undefined }),
    actionText({ kind: "compact", folded: 2, commit: "a" }),
    actionText({ kind: "own_push" }),
    actionText({ kind: "error", exitCode: 2, messages, rescue }),
  ]).toEqual([
    "nothing to fold\n",
    "would fold 2 windows\n",
    "folded 2 windows\n",
    "nothing due: this push brought a commit of Tidemark itself\n",
    "tidemark: config: expected a, found b; write a\ntidemark: sync: expected c, found d; write c\n",
  ]);
});

test("names the pull request of a run, or the page that opens it", () => {
  const url = "https://github.test/o/r/pull/1";
  const linesOf = (published: Published): string =>
    actionText({ kind: "run", report: reportOf(), ordered: [], published });
  const run = runText(reportOf());
  expect([
    linesOf({ kind: "none" }),
    linesOf({ kind: "open", url }),
    linesOf({ kind: "refused", url, warning: "the setting forbids it" }),
    linesOf({ kind: "failed", warning: "GitHub did not answer" }),
  ]).toEqual([
    run,
    `${run}pull request: ${url}\n`,
    `${run}no pull request: the setting forbids it; open it yourself: ${url}\n`,
    `${run}not published: GitHub did not answer\n`,
  ]);
});
