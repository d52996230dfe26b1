// Job summaries, whole: the pages stand in test/golden.

import { describe, expect, test } from "vitest";

import { parseRunId, runIdOf } from "../../../src/core/record/run-id.ts";
import type { ActionResult } from "../../../src/core/report/action-result.ts";
import { rescueOf } from "../../../src/core/report/action-result.ts";
import { summaryMarkdown } from "../../../src/core/report/summary.ts";
import { at } from "../../support/builders.ts";
import { failedRecord, orderOf, pendingRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";
import {
  badDay,
  emptyDay,
  hastySync,
  hostileShown,
  hostileText,
  quietDay,
  redStep,
  runResult,
  soundEntry,
  somePlace,
  viewOf,
} from "../../support/report-of.ts";
import { everyStatus } from "../../support/status-of.ts";

const golden = "../../golden";

function pageOf(result: ActionResult, mode = "run", verdict = redStep): string {
  return summaryMarkdown(result, { ...somePlace, mode }, verdict);
}

describe("the page of a run", () => {
  test.each([
    ["a quiet day", quietDay(), "summary-quiet-day.txt"],
    ["a bad day", badDay(), "summary-bad-day.txt"],
    ["an empty day", emptyDay(), "summary-empty-day.txt"],
  ] as const)("of %s tells it all", async (_, result, file) => {
    await expect(pageOf(result)).toMatchFileSnapshot(`${golden}/${file}`);
  });

  test("says which windows made the run red, those apart that failed uncounted", () => {
    const settled = [
      failedRecord(day(1)),
      failedRecord(day(2)),
      failedRecord(day(3), { failures: 0 }),
    ];
    const page = pageOf(runResult({ status: "failed", settled }));
    expect(page).toContain(
      "### Why this run is red\n\n- contacts: 2 windows failed (timeout), 2026-11-01 to 2026-11-02; see failed windows\n\n",
    );
    const green = pageOf(runResult({ status: "partial", settled }), "run", {
      ...redStep,
      isRed: false,
    });
    expect(green).not.toContain("### Wh");
  });

  test("says with fail-on gap that gaps made the run red, and with never what went wrong in a green one", () => {
    const gaps = [{ sync: "contacts", window: day(1), state: "open" as const }];
    const ofGap = pageOf(runResult({ status: "ok", gaps }), "run", { isRed: true, gapsFail: true });
    expect(ofGap).toContain(
      "### Why this run is red\n\n- fail-on is gap, and coverage has 1 gap; see gaps\n\n",
    );
    expect(pageOf(runResult({ status: "ok", gaps }))).not.toContain("### Wh");
    const ofNever = pageOf(
      runResult({ status: "failed", faults: ["deals is stopped: why"] }),
      "run",
      {
        isRed: false,
        gapsFail: false,
      },
    );
    expect(ofNever).toContain("### What went wrong\n\n- deals is stopped: why\n\n");
  });

  test("advises a sync that leaves itself too little time, as seed.md does", () => {
    const page = pageOf(runResult({ standings: viewOf([hastySync()]) }));
    expect(page).toContain(
      "- tickets: a typical run needs 30 min of the 60 min between runs (50 %), too little is left for retries and waiting; aim for 20 to 40 %: run less often (run.every and the schedule) with larger windows (window.step)\n",
    );
  });

  test("promises no reading of the gaps of a sync that is stopped", () => {
    const standings = everyStatus();
    const gaps = [{ sync: "deals", window: day(4), state: "open" as const }];
    expect(pageOf(runResult({ status: "failed", gaps, standings }))).toContain(
      "| `deals` | 2026-11-04 | open | nothing until the sync is repaired, see stopped syncs |\n",
    );
  });

  test("says when a failed window is tried again, once the wait is over by the next run", () => {
    const failed = failedRecord(day(1));
    const waits = (resumeAfter: string): string => {
      const error = { ...failed.error, resumeAfter: at(resumeAfter) };
      const state = stateOf({ records: [{ ...failed, error }] });
      return pageOf(
        runResult({ standings: viewOf([soundEntry(state, at("2026-11-25T12:00:00Z"))]) }),
      );
    };
    expect(waits("2026-11-25T13:00:00Z")).toContain("| not before 2026-11-25T13:00:00Z |\n");
    expect(waits("2026-11-25T11:00:00Z")).toContain("| the next run tries again |\n");
  });

  test("names windows that were given back, together", () => {
    const settled = [pendingRecord(day(3), { attempt: 1 }), pendingRecord(day(4), { attempt: 1 })];
    const page = pageOf(runResult({ status: "partial", settled }));
    expect(page).toContain("| `contacts` 2026-11-03 | due | given back | 1 | 0 | 0 | 0 | 0 |  |\n");
    expect(page).toContain(
      "- contacts: 2 windows given back, 2026-11-03 to 2026-11-04; a later run takes them up\n",
    );
  });

  test("says that a long list of gaps is cut in the outputs (G29)", () => {
    const gaps = Array.from({ length: 201 }, () => ({
      sync: "contacts",
      window: day(1),
      state: "open" as const,
    }));
    expect(pageOf(runResult({ gaps }))).toContain(
      "- the output gaps holds the first 200 of 201 entries; tidemark status --json lists all\n",
    );
  });

  test("of very many failures stays below 900 KiB, cut at a row, with all sections (G29)", () => {
    const settled = Array.from({ length: 12_000 }, () => failedRecord(day(1)));
    const page = pageOf(runResult({ status: "failed", settled, notes: ["the last note"] }));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(900 * 1024);
    expect(page).toMatch(/\n\d+ more failed windows left out: the page would be longer than/);
    expect(page).toContain("- the last note\n");
    expect(
      page.match(/^\| `contacts` 2026-11-01 \| 1 \| `timeout` \|.*\|$/gm)?.length,
    ).toBeGreaterThan(3000);
  });
});

describe("the page of another mode", () => {
  const runId = runIdOf("contacts", day(1));

  test("status shows how the syncs stand", async () => {
    const view = everyStatus();
    await expect(pageOf({ kind: "status", view }, "status")).toMatchFileSnapshot(
      `${golden}/summary-status.txt`,
    );
  });

  test("plan shows the windows, the stopped syncs and the legs", () => {
    const { syncId, window } = parseRunId(runId) ?? { syncId: "", window: day(2) };
    const planned = { syncId, window, reason: "catch_up" as const, lane: "catch_up" as const };
    const result: ActionResult = {
      kind: "plan",
      plan: {
        windows: [{ ...planned, record: undefined }],
        remaining: 2,
        stopped: [{ sync: "deals", why: hostileText }],
      },
      matrix: { legs: [{ source: "crm", sync: "contacts" }], omitted: 0 },
    };
    expect(pageOf(result, "plan").split("\n")).toEqual([
      "## Tidemark plan: 1 window next, 2 after them",
      "",
      "Nothing was sent to a source and nothing was written.",
      "",
      "| sync | window | reason |",
      "| --- | --- | --- |",
      "| `contacts` | 2026-11-01 | catch up |",
      "",
      "### Stopped syncs",
      "",
      `- \`deals\`: ${hostileShown}`,
      "",
      "### Matrix",
      "",
      "1 source with due windows, one leg each.",
      "",
      "```json",
      '{"include":[{"source":"crm","sync":"contacts"}]}',
      "```",
      "",
      "Tidemark 0.1.0, mode `plan`, [this run](https://github.test/octo/crm-sync/actions/runs/77/attempts/1)",
      "",
    ]);
  });

  test("a backfill that waits for its approval names order, cost and pull request", () => {
    const view = {
      sync: "contacts",
      order: orderOf(),
      windows: [day(1)],
      isDone: false,
      beyondRetention: [runId],
    };
    const url = "https://github.test/octo/crm-sync/pull/3";
    const result: ActionResult = {
      kind: "orders",
      orders: [{ view, published: { kind: "open", url } }],
      isDryRun: false,
    };
    expect(pageOf(result, "backfill").split("\n").slice(0, 8)).toEqual([
      "## Tidemark backfill: 1 order proposed",
      "",
      "An order is open once its pull request is merged; closing it cancels the order.",
      "",
      "### Orders",
      "",
      "| order | sync | range | asks for | windows | estimate | out of reach |  |",
      "| --- | --- | --- | --- | ---: | --- | ---: | --- |",
    ]);
    expect(pageOf(result, "backfill").split("\n")[8]).toBe(
      "| `20261125T000000Z-0a1b` | `contacts` | 2025-12-01 to 2026-01-01 | missing | 1 | about 62 requests, 4 minutes | 1 | [pull request](https://github.test/octo/crm-sync/pull/3) |",
    );
  });

  test("a range with nothing left to ask for says that no order was written", () => {
    const view = {
      sync: "contacts",
      order: orderOf(),
      windows: [],
      isDone: true,
      beyondRetention: [],
    };
    const orders = [{ view, published: { kind: "none" as const } }];
    const page = pageOf({ kind: "orders", orders, isDryRun: false }, "backfill");
    expect(page.split("\n").slice(0, 3)).toEqual([
      "## Tidemark backfill: nothing to do",
      "",
      "Nothing was sent to a source and nothing was written.",
    ]);
    expect(page).toContain(
      "| nothing to do | `contacts` | 2025-12-01 to 2026-01-01 | missing | 0 |  | 0 |  |\n",
    );
  });

  test("verify lists path, law and finding", () => {
    const path = "ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json";
    const view = {
      findings: [{ path, runId, law: "L9" as const, message: hostileText }],
      notes: [],
      syncs: 1,
      records: 3,
      folded: 0,
      orders: 0,
    };
    expect(pageOf({ kind: "verify", view }, "verify").split("\n").slice(0, 8)).toEqual([
      "## Tidemark verify: 1 finding",
      "",
      "Looked at 1 sync, 3 record files, 0 folded windows, 0 orders.",
      "",
      "| path | law | finding |",
      "| --- | --- | --- |",
      `| \`${path}\` | L9 | ${hostileShown} |`,
      "",
    ]);
  });

  test("compact says what it folded, or would fold", () => {
    const titles = ["a", undefined].map(
      (commit) => pageOf({ kind: "compact", folded: 61, commit }, "compact").split("\n")[0],
    );
    expect(titles).toEqual([
      "## Tidemark: folded 61 windows",
      "## Tidemark: would fold 61 windows",
    ]);
  });
});

describe("the page of an error", () => {
  test.each([
    [2, "configuration or inputs are wrong"],
    [3, "the ledger cannot be written"],
    [70, "a bug in Tidemark"],
    [130, "cancelled"],
  ] as const)("with exit %i says what it was and lists the messages", (exitCode, title) => {
    const messages = ["syncs.contacts.key: expected a pointer, found 3; write /id", hostileText];
    const page = pageOf({ kind: "error", exitCode, messages, rescue: undefined });
    expect(page.split("\n")[0]).toBe(`## Tidemark: ${title}`);
    expect(page).toContain("- syncs.contacts.key: expected a pointer, found 3; write /id\n");
    expect(page).not.toMatch(/<img|@octocat|\n::error/);
  });

  test("holds the records that could not be committed, but no rows (contract 4.6)", async () => {
    const rescue = rescueOf({
      folder: "/runner/temp/tidemark-rescue",
      shown: "tidemark-rescue",
      ledger: "ledger",
      files: [
        {
          path: "ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json",
          content:
            '{\n  "run_id": "contacts/20261101T000000Z--20261102T000000Z",\n  "x": "```"\n}\n',
        },
        { path: "data/contacts.ndjson", content: '{"email":"a@b.test"}\n' },
        { path: "ledger/contacts/2026-10.jsonl", content: "{}\n" },
        { path: "ledger/contacts/2026/10/gone.json", content: undefined },
      ],
    });
    const messages = ["the branch main refuses direct commits; name another ledger branch"];
    await expect(pageOf({ kind: "error", exitCode: 3, messages, rescue })).toMatchFileSnapshot(
      `${golden}/summary-rescue.txt`,
    );
  });
});
