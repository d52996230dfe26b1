// One run against the git store, to be killed by a test: takes its lock, opens, commits. Arguments: root, nonce, label.

import { openGitStore } from "../../src/adapters/git/git-ledger-store.ts";
import { holdLockFile } from "../../src/adapters/git/lock-file.ts";
import { findRepository } from "../../src/adapters/git/repository.ts";

const [root = "", nonce = "", label = ""] = process.argv.slice(2);
const now = (): number => Date.UTC(2100, 0, 1);
const release = await holdLockFile((await findRepository(root)).gitFolder, nonce, now);
const store = await openGitStore({ root, branch: "main", push: true, nonce, now });
const differing = await store.open(["ledger"]);
if (differing.length > 0) throw new Error(`differing: ${differing.join(" ")}`);
const answer = await store.commit({
  expected: await store.tip(),
  message: `${label}\n`,
  changes: [
    { path: "ledger/a.json", content: `${label}\n` },
    { path: `ledger/new/${label}.json`, content: "new\n" },
    { path: "ledger/gone.json", content: label === "killed" ? undefined : "back\n" },
  ],
  until: Number.POSITIVE_INFINITY,
});
if (answer.kind !== "committed") throw new Error(answer.kind);
await release();
