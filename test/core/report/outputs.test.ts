// The outputs by the contract's names, whole.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import { parse } from "yaml";

import type { ActionResult } from "../../../src/core/report/action-result.ts";
import { outputNames, outputsOf } from "../../../src/core/report/outputs.ts";
import { orderOf } from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";
import { runResult } from "../../support/report-of.ts";
import { everyStatus } from "../../support/status-of.ts";

const nothing = {
  status: "ok",
  "windows-succeeded": "0",
  "windows-failed": "0",
  "windows-remaining": "0",
  "windows-parked": "0",
  "records-fetched": "0",
  "records-processed": "0",
  "records-failed": "0",
  gaps: "[]",
  "ledger-commit": "",
  "pull-request-url": "",
  "rescue-path": "",
  "report-path": "",
  matrix: '{"include":[]}',
};

const gap = { sync: "contacts", window: day(2), state: "parked" as const };
const gapText =
  '{"sync":"contacts","start":"2026-11-02T00:00:00Z","end":"2026-11-03T00:00:00Z","state":"parked"}';
const url = "https://github.test/octo/crm-sync/pull/7";

test("the names are those of action.yml", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../action.yml"), "utf8");
  const action = parse(text) as { readonly outputs: Readonly<Record<string, unknown>> };
  expect(outputNames).toEqual(Object.keys(action.outputs));
});

test("a run gives every number, the gaps, its commit and its pull request", () => {
  const result = runResult(
    {
      status: "partial",
      windowsSucceeded: 3,
      windowsFailed: 1,
      windowsRemaining: 2,
      windowsParked: 1,
      recordsFetched: 40,
      recordsProcessed: 38,
      recordsFailed: 2,
      gaps: [gap],
      ledgerCommit: "89abcdef",
    },
    { published: { kind: "open", url } },
  );
  expect(outputsOf(result)).toEqual({
    ...nothing,
    status: "partial",
    "windows-succeeded": "3",
    "windows-failed": "1",
    "windows-remaining": "2",
    "windows-parked": "1",
    "records-fetched": "40",
    "records-processed": "38",
    "records-failed": "2",
    gaps: `[${gapText}]`,
    "ledger-commit": "89abcdef",
    "pull-request-url": url,
  });
});

test("gaps hold 200 entries at most (G29)", () => {
  const gaps = Array.from({ length: 201 }, () => gap);
  const given = JSON.parse(outputsOf(runResult({ gaps })).gaps) as readonly unknown[];
  expect(given.length).toBe(200);
});

test("the page that opens a refused pull request is its address (G21)", () => {
  const refused = runResult({}, { published: { kind: "refused", url, warning: "no" } });
  expect(outputsOf(refused)["pull-request-url"]).toBe(url);
  const failed = runResult({}, { published: { kind: "failed", warning: "no" } });
  expect(outputsOf(failed)["pull-request-url"]).toBe("");
});

test.each<[string, ActionResult, Partial<typeof nothing>]>([
  [
    "a plan with windows",
    {
      kind: "plan",
      plan: {
        windows: [
          { syncId: "contacts", window: day(1), reason: "due", lane: "newest", record: undefined },
        ],
        remaining: 4,
        stopped: [],
      },
      matrix: { legs: [{ source: "crm", sync: "contacts" }], omitted: 0 },
    },
    {
      status: "ok",
      "windows-remaining": "5",
      matrix: '{"include":[{"source":"crm","sync":"contacts"}]}',
    },
  ],
  [
    "an empty plan",
    {
      kind: "plan",
      plan: { windows: [], remaining: 0, stopped: [] },
      matrix: { legs: [], omitted: 0 },
    },
    { status: "nothing_due" },
  ],
  [
    "a plan with a stopped sync",
    {
      kind: "plan",
      plan: { windows: [], remaining: 0, stopped: [{ sync: "contacts", why: "damaged" }] },
      matrix: { legs: [], omitted: 0 },
    },
    { status: "failed" },
  ],
  [
    "a proposed order",
    {
      kind: "orders",
      orders: [
        {
          view: {
            sync: "a",
            order: orderOf(),
            windows: [day(1)],
            isDone: false,
            beyondRetention: [],
          },
          published: { kind: "open", url },
        },
      ],
      isDryRun: false,
    },
    { status: "ok", "pull-request-url": url },
  ],
  ["no order", { kind: "orders", orders: [], isDryRun: false }, { status: "nothing_due" }],
  [
    "a ledger that breaks a law",
    {
      kind: "verify",
      view: {
        findings: [{ path: "ledger/a", runId: undefined, law: "L1", message: "no" }],
        notes: [],
        syncs: 1,
        records: 0,
        folded: 0,
        orders: 0,
      },
    },
    { status: "failed" },
  ],
  ["a fold", { kind: "compact", folded: 61, commit: "c0ffee" }, { "ledger-commit": "c0ffee" }],
  ["nothing to fold", { kind: "compact", folded: 0, commit: undefined }, { status: "nothing_due" }],
  [
    "an error with rescued records",
    {
      kind: "error",
      exitCode: 3,
      messages: [],
      rescue: { folder: "/runner/temp/tidemark-rescue", shown: "tidemark-rescue", files: [] },
    },
    { status: "failed", "rescue-path": "/runner/temp/tidemark-rescue" },
  ],
])("%s sets every output", (_, result, outputs) => {
  expect(outputsOf(result)).toEqual({ ...nothing, ...outputs });
});

test("status gives what remains, what is parked and the gaps; a stopped sync is a failure", () => {
  const outputs = outputsOf({ kind: "status", view: everyStatus() });
  expect({ ...outputs, gaps: (JSON.parse(outputs.gaps) as readonly unknown[]).length }).toEqual({
    ...nothing,
    status: "failed",
    "windows-remaining": "9",
    "windows-parked": "2",
    gaps: 9,
  });
});
