// What people merge, and what they are told before.

import { describe, expect, test } from "vitest";

import { runIdOf } from "../../../src/core/record/run-id.ts";
import { orderText, publishedText } from "../../../src/core/report/pull-request-text.ts";
import { failedRecord, orderOf } from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";
import {
  badDay,
  hostileShown,
  hostileText,
  quietDay,
  reportOf,
  somePlace,
} from "../../support/report-of.ts";

function reportOfResult(result: ReturnType<typeof badDay>) {
  if (result.kind !== "run") throw new Error("expected a run");
  return result.report;
}

describe("the published copy (G20)", () => {
  test("shows windows, counts, links and what merging means", () => {
    const { title, body } = publishedText(reportOfResult(quietDay()), somePlace);
    expect(title).toBe("Tidemark: 1 window succeeded");
    expect(body.split("\n")).toEqual([
      "The run records and data of the ledger branch, for this branch. Merge it whenever you like, in any way. Nothing is lost if you close it or delete its branch: the ledger branch holds everything, and the next run derives this copy anew.",
      "",
      "The newest run: 1 window succeeded, 0 failed, 0 remaining, 0 parked; 1224 records processed, 0 failed.",
      "",
      "Links: [run](https://github.test/octo/crm-sync/actions/runs/77/attempts/1), [newest commit of the ledger](https://github.test/octo/crm-sync/commit/89abcdef0123456789abcdef0123456789abcdef)",
      "",
      "### Syncs",
      "",
      "| sync | succeeded | failed | records | requests | remaining | parked | covered to | newest gap | typical run |",
      "| --- | ---: | ---: | ---: | --- | ---: | ---: | --- | --- | --- |",
      "| `contacts` | 1 | 0 | 1224 | 2 | 0 | 0 | 2026-11-25T00:00:00Z | none | 2 min of 24 h, 99 % slack |",
      "",
      "### Coverage",
      "",
      "```text",
      "contacts  [########################] 2026-11-01 to 2026-11-25",
      "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
      "```",
      "",
      "### Windows of the newest run",
      "",
      "| window | reason | outcome | attempt | fetched | processed | failed | requests | took |",
      "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
      "| `contacts` 2026-11-24 | due | succeeded | 1 | 1224 | 1224 | 0 | 2 | 2 min |",
      "",
      "Tidemark 0.1.0, written by [this run](https://github.test/octo/crm-sync/actions/runs/77/attempts/1)",
      "",
    ]);
  });

  test("of a bad day lists failures and gaps, and texts from outside do nothing", () => {
    const { title, body } = publishedText(reportOfResult(badDay()), somePlace);
    expect(title).toBe("Tidemark: 1 window succeeded, 2 failed");
    expect(body).toContain("\n### Failed windows\n");
    expect(body).toContain("\n### Gaps\n");
    expect(body).toContain(`| given up: ${hostileShown} |`);
    expect(body).not.toMatch(/<img|@octocat|\n::error|(?<!\\)\[x/);
  });

  test("ends at 30,000 characters with a sentence on what is left out (G29)", () => {
    const settled = Array.from({ length: 500 }, () => failedRecord(day(1)));
    const { body } = publishedText(reportOf({ settled, windowsFailed: 500 }), somePlace);
    expect(body.length).toBeLessThanOrEqual(30_000);
    expect(body).toMatch(
      /\n\d+ more failed windows left out: the page would be longer than the 30,000 characters of a description\.\n/,
    );
    expect(body).toContain("\n### Windows of the newest run\n");
  });
});

describe("an order that waits (G35)", () => {
  const view = {
    sync: "contacts",
    order: orderOf({ reason: hostileText, reprocess: "all" as const }),
    windows: [day(1), day(2)],
    isDone: false,
    beyondRetention: [runIdOf("contacts", day(3))],
  };

  test("shows windows, requests, minutes and what merging and closing mean", () => {
    const { title, body } = orderText(view, somePlace);
    expect(title).toBe("Tidemark: backfill contacts, 2 windows, 2026-11-01 to 2026-11-02");
    expect(body.split("\n")).toEqual([
      "An order to read 2025-12-01 to 2026-01-01 of `contacts` again, as far as it is within reach, whatever is there already.",
      "",
      `Reason: ${hostileShown}`,
      "",
      "- **Merge it** and the order is open: the next runs work on it, newest due windows first, at most `run.max_windows` at a time, until it is done.",
      "- **Close it** and it is cancelled; there is nothing to clean up.",
      "- Once merged, removing the order's file from the ledger cancels what is left of it.",
      "",
      "| order | windows | requests, about | minutes, about | direction |",
      "| --- | ---: | ---: | ---: | --- |",
      "| `20261125T000000Z-0a1b` | 2 | 62 | 4 | oldest first |",
      "",
      "### Windows",
      "",
      "| window | from | to |",
      "| --- | --- | --- |",
      "| 2026-11-01 | `2026-11-01T00:00:00Z` | `2026-11-02T00:00:00Z` |",
      "| 2026-11-02 | `2026-11-02T00:00:00Z` | `2026-11-03T00:00:00Z` |",
      "",
      "### Out of reach",
      "",
      "The source keeps nothing of these windows any more; they stay as they are.",
      "",
      "- `contacts/20261103T000000Z--20261104T000000Z`",
      "",
      "Tidemark 0.1.0, written by [this run](https://github.test/octo/crm-sync/actions/runs/77/attempts/1)",
      "",
    ]);
  });

  test("of very many windows ends at 30,000 characters (G29)", () => {
    const windows = Array.from({ length: 10_000 }, () => day(1));
    const { body } = orderText({ ...view, windows }, somePlace);
    expect(body.length).toBeLessThanOrEqual(30_000);
    expect(body).toMatch(/\n9\d\d\d more windows left out: /);
    expect(body).toContain("\n### Out of reach\n");
  });
});
