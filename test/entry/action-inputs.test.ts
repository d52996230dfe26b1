// What the inputs of the action may say, and how everything else is refused (contract 6).

import { expect, test } from "vitest";

import { ConfigError } from "../../src/core/failure/errors.ts";
import { type ActionInputs, parseInputs } from "../../src/entry/action-inputs.ts";

const runIds = [
  "contacts/20261123T000000Z--20261124T000000Z",
  "deals/20261101T000000Z--20261101T120000.500Z",
] as const;

const plain: ActionInputs = {
  mode: "run",
  config: ".github/tidemark.yml",
  syncs: [],
  windowStart: undefined,
  windowEnd: undefined,
  reprocess: "missing",
  approveByPr: false,
  runIds: [],
  maxWindows: undefined,
  timeBudgetMs: undefined,
  dryRun: false,
  publish: undefined,
  ledgerBranch: undefined,
  failOn: "failed",
  envAllow: [],
  token: "t0ken",
};

/** Inputs by their names in action.yml, as the runner hands them over. */
function variablesOf(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries({ token: "t0ken", ...inputs });
  return Object.fromEntries(entries.map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]));
}

function problemsOf(inputs: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseInputs(variablesOf(inputs));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("a token alone means a run of every sync as the configuration says", () => {
  expect(parseInputs(variablesOf({}))).toEqual(plain);
});

test("an empty input means its default, as when a schedule passes on inputs of a dispatch", () => {
  const empty = Object.fromEntries(
    ["mode", "config", "sync", "reprocess", "approve-by-pr", "dry-run", "max-windows", "fail-on"]
      .concat(["window-start", "window-end", "run-id", "time-budget", "publish", "env-allow"])
      .map((name) => [name, " \n"]),
  );
  expect(parseInputs(variablesOf(empty))).toEqual(plain);
});

test("a backfill takes its range, what to read again and how to order it", () => {
  const inputs = {
    mode: "backfill",
    config: "syncs/crm.yml",
    sync: "contacts, deals\n\n companies ,contacts",
    "window-start": "2026-01-01",
    "window-end": "2026-02-01T06:00:00Z",
    reprocess: "stale",
    "approve-by-pr": "True",
    "max-windows": "10000",
    "time-budget": "1h",
    "dry-run": "TRUE",
    publish: "pull_request",
    "ledger-branch": "tidemark/ledger",
    "fail-on": "never",
    "env-allow": "CRM_TOKEN\nOTHER_TOKEN",
  };
  expect(parseInputs(variablesOf(inputs))).toEqual({
    ...plain,
    mode: "backfill",
    config: "syncs/crm.yml",
    syncs: ["contacts", "deals", "companies"],
    windowStart: "2026-01-01",
    windowEnd: "2026-02-01T06:00:00Z",
    reprocess: "stale",
    approveByPr: true,
    maxWindows: 10_000,
    timeBudgetMs: 3_600_000,
    dryRun: true,
    publish: "pull_request",
    ledgerBranch: "tidemark/ledger",
    failOn: "never",
    envAllow: ["CRM_TOKEN", "OTHER_TOKEN"],
  });
});

test("a rerun takes run ids, by commas or newlines", () => {
  const inputs = { mode: "rerun", "run-id": `${runIds[0]},\n${runIds[1]}` };
  expect(parseInputs(variablesOf(inputs))).toEqual({ ...plain, mode: "rerun", runIds });
  // A workflow that sets it for its runs must not be in the way of a rerun by hand.
  expect(problemsOf({ ...inputs, "max-windows": "3" })).toEqual([]);
});

test.each(["plan", "status", "verify", "compact"] as const)("%s needs no input", (mode) => {
  expect(parseInputs(variablesOf({ mode }))).toEqual({ ...plain, mode });
});

const lists = "separate them by commas or newlines";
const aDuration = "write for example 500ms, 30s, 5m, 24h, 7d or PT30M";
const aDate = "write for example 2026-01-01 or 2026-01-01T06:00:00Z";

test.each([
  [
    { mode: "bakfill" },
    'mode: expected one of run plan backfill rerun status verify compact, found "bakfill"; did you mean backfill?',
  ],
  [
    { config: "../other.yml" },
    'config: expected a file of the repository, found "../other.yml"; write for example .github/tidemark.yml',
  ],
  [
    { sync: "contacts, Deals" },
    `sync: expected names of syncs, each a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first, found "contacts, Deals"; ${lists}`,
  ],
  [
    { mode: "plan", "window-start": "2026-02-30", "window-end": "2026-03-01" },
    `window-start: expected a date or an instant in UTC, found "2026-02-30"; ${aDate}`,
  ],
  [
    { mode: "plan", "window-start": "2026-02-01", "window-end": "2026-03-01T00:00:00" },
    `window-end: expected a date or an instant in UTC, found "2026-03-01T00:00:00"; ${aDate}`,
  ],
  [
    { mode: "rerun", "run-id": "contacts/2026-11-23" },
    `run-id: expected run ids such as contacts/20261123T000000Z--20261124T000000Z, found "contacts/2026-11-23"; ${lists}`,
  ],
  [{ "dry-run": "yes" }, 'dry-run: expected true or false, found "yes"; write one of these'],
  [
    { "max-windows": "0" },
    'max-windows: expected a whole number from 1 to 10000, found "0"; write for example 5',
  ],
  [
    { "max-windows": "10001" },
    'max-windows: expected a whole number from 1 to 10000, found "10001"; write for example 5',
  ],
  [
    { "time-budget": "1mo" },
    `time-budget: expected a duration above 0 and up to 7d, found "1mo"; ${aDuration}`,
  ],
  [
    { publish: "pull-request" },
    'publish: expected one of push pull_request, found "pull-request"; did you mean pull_request?',
  ],
  [
    { "ledger-branch": "-f" },
    'ledger-branch: expected the name of a branch, found "-f"; write for example tidemark-ledger',
  ],
  [
    { "fail-on": "always" },
    'fail-on: expected one of failed gap never, found "always"; write one of these',
  ],
  [
    { "env-allow": "CRM_TOKEN\ngithub_token" },
    'env-allow: expected names of variables, none of them GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_, found "CRM_TOKEN\\ngithub_token"; write one a line',
  ],
  [
    { token: "" },
    "token: expected a token of visible ASCII, found nothing; leave the input out, or hand over a secret",
  ],
  [
    { token: "hunter2 hunter2" },
    "token: expected a token of visible ASCII, found other characters; leave the input out, or hand over a secret",
  ],
  [{ mode: "report" }, "mode: not supported yet: report"],
  [
    { mode: "rerun", "run-id": runIds[0], "confirm-deletes": "true" },
    "confirm-deletes: not supported yet: confirm-deletes",
  ],
  [{ syncs: "a" }, '"syncs": expected an input of action.yml, found another; did you mean sync?'],
  [
    { window_start: "2026-01-01" },
    '"window_start": expected an input of action.yml, found another; did you mean window-start?',
  ],
])("refuses %j", (inputs, problem) => {
  expect(problemsOf(inputs)).toEqual([problem]);
});

test.each([
  [
    { "run-id": runIds[0] },
    "run-id: expected nothing with mode run, found a value; remove it, or set mode to rerun",
  ],
  [
    { mode: "status", "approve-by-pr": "true" },
    "approve-by-pr: expected nothing with mode status, found a value; remove it, or set mode to backfill",
  ],
  [
    { reprocess: "all" },
    "reprocess: expected nothing with mode run, found a value; remove it, or set mode to backfill or plan",
  ],
  [
    { mode: "compact", sync: "contacts" },
    "sync: expected nothing with mode compact, found a value; remove it, or set mode to run or plan or backfill or status or verify",
  ],
  [{ mode: "rerun" }, "run-id: expected a value with mode rerun, found nothing; add it"],
  [
    { mode: "plan", "window-start": "2026-01-01" },
    "window-end: expected a value with mode plan, found nothing; add it",
  ],
  [
    { mode: "plan", "window-start": "2026-01-01", "window-end": "2026-01-01" },
    "window-start: expected less than window-end, found no less; swap or correct them",
  ],
])("refuses %j, which do not go together", (inputs, problem) => {
  expect(problemsOf(inputs)).toEqual([problem]);
});

test("a default that is written out goes with every mode", () => {
  const inputs = { mode: "status", reprocess: "missing", "approve-by-pr": "FALSE" };
  expect(problemsOf(inputs)).toEqual([]);
});

test("a date and an instant are compared where the zone is known", () => {
  const inputs = { mode: "backfill", "window-start": "2026-01-02" };
  expect(problemsOf({ ...inputs, "window-end": "2026-01-01T23:00:00Z" })).toEqual([]);
});

test("all problems are named at once", () => {
  const inputs = { mode: "backfill", "dry-run": "1", "max-windows": "many", tokn: "x" };
  expect(problemsOf(inputs)).toEqual([
    '"tokn": expected an input of action.yml, found another; did you mean token?',
    'max-windows: expected a whole number from 1 to 10000, found "many"; write for example 5',
    'dry-run: expected true or false, found "1"; write one of these',
    "window-start: expected a value with mode backfill, found nothing; add it",
    "window-end: expected a value with mode backfill, found nothing; add it",
  ]);
});
