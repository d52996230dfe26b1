// What is done about the published copy in each situation (github.md section 11), without GitHub.

import { expect, test } from "vitest";

import { changesBetween, nextCopyStep } from "../../../src/adapters/github/copy-plan.ts";
import type { BranchState, CopyState, Entries } from "../../../src/adapters/github/copy-state.ts";
import type { PullRequest } from "../../../src/adapters/github/pull-request.ts";

const names = {
  base: "main",
  ledgerBranch: "tidemark-ledger",
  ledgerPath: "ledger",
  dataPaths: ["data/contacts.ndjson"],
};

const old = entries({ "ledger/contacts": "a1" });
const newer = entries({ "ledger/contacts": "a2" });

/** Folders, and files where the name has a dot. */
function entries(ids: Readonly<Record<string, string>>): Entries {
  return new Map(
    Object.entries(ids).map(([path, oid]) => [
      path,
      { mode: path.includes(".") ? "100644" : "040000", oid },
    ]),
  );
}

function branch(tip: string, parents: readonly string[], at: Entries): BranchState {
  return { tip, tree: `tree of ${tip}`, parents, entries: at };
}

const base = branch("b1", ["b0"], old);
const copy = branch("c1", ["b1"], newer);

function pull(state: PullRequest["state"], headRefOid: string): PullRequest {
  return {
    id: `id ${headRefOid}`,
    url: `url ${headRefOid}`,
    state,
    isCrossRepository: false,
    headRefOid,
  };
}

function stateOf(part: Partial<CopyState>): CopyState {
  return { repositoryId: "R", base, copy: undefined, ledger: undefined, pulls: [], ...part };
}

test("nothing is published while base and ledger agree (G20)", () => {
  expect(nextCopyStep(stateOf({}), old, names)).toEqual({ kind: "agree", move: undefined });
});

test("a copy that is left over when base and ledger agree is taken away", () => {
  expect(nextCopyStep(stateOf({ copy }), old, names)).toEqual({
    kind: "agree",
    move: { branch: "tidemark/publish", before: "c1", after: undefined },
  });
});

test("a first difference is derived onto a branch that must not exist", () => {
  expect(nextCopyStep(stateOf({}), newer, names)).toEqual({
    kind: "derive",
    base,
    changes: [{ path: "ledger/contacts", mode: "040000", oid: "a2" }],
    before: undefined,
    open: undefined,
  });
});

test("a copy that is current and shown is left as it is", () => {
  const open = pull("OPEN", "c1");
  const state = stateOf({ copy, pulls: [open, pull("CLOSED", "c0")] });
  expect(nextCopyStep(state, newer, names)).toEqual({ kind: "current", open });
});

test("a copy that was closed as it is now waits for the next difference (G22)", () => {
  const state = stateOf({ copy, pulls: [pull("CLOSED", "c1")] });
  expect(nextCopyStep(state, newer, names)).toEqual({ kind: "current", open: undefined });
});

test("a copy that was never shown is shown, also after an earlier one was closed", () => {
  const state = stateOf({ copy, pulls: [pull("CLOSED", "c0")] });
  expect(nextCopyStep(state, newer, names)).toEqual({ kind: "show" });
});

test.each([
  ["the ledger went on", copy, entries({ "ledger/contacts": "a3" })],
  ["the base went on", branch("c1", ["b0"], newer), newer],
  ["a person pushed to it", branch("c2", ["c1"], newer), newer],
  ["a person merged into it", branch("c2", ["b1", "x"], newer), newer],
  [
    "a person changed a record in it",
    branch("c1", ["b1"], entries({ "ledger/contacts": "x" })),
    newer,
  ],
])("the copy is derived anew from where it stands: %s", (_, at, ledger) => {
  const open = pull("OPEN", at.tip);
  const step = nextCopyStep(stateOf({ copy: at, pulls: [open] }), ledger, names);
  expect(step).toEqual({
    kind: "derive",
    base,
    changes: changesBetween(old, ledger, names),
    before: at.tip,
    open,
  });
});

test("there is no step without a base", () => {
  expect(nextCopyStep(stateOf({ base: undefined }), newer, names)).toBeUndefined();
});

test("syncs and data files follow the ledger branch, gone ones are taken out", () => {
  const from = entries({ "ledger/a": "1", "ledger/b": "2", "data/contacts.ndjson": "3" });
  expect(changesBetween(from, entries({ "ledger/b": "2", "ledger/c": "4" }), names)).toEqual([
    { path: "ledger/c", mode: "040000", oid: "4" },
    { path: "ledger/a", mode: "040000", oid: undefined },
    { path: "data/contacts.ndjson", mode: "100644", oid: undefined },
  ]);
});

test("a README in the ledger folder, other files and irregular entries stay the base's (G6)", () => {
  const from = new Map([
    ...entries({
      "ledger/README.md": "1",
      "ledger/.github": "2",
      "src/x.ts": "3",
      "ledger/a": "4",
    }),
    ["ledger/link", { mode: "120000", oid: "5" }],
    ["data/contacts.ndjson", { mode: "100755", oid: "6" }],
  ]);
  const to = new Map([
    ...entries({ "ledger/README.md": "9", "ledger/a": "4" }),
    ["ledger/module", { mode: "160000", oid: "7" }],
    ["data/contacts.ndjson", { mode: "120000", oid: "8" }],
  ]);
  expect(changesBetween(from, to, names)).toEqual([]);
});
