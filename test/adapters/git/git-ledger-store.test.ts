// The git store against its contract: alone, on an unborn branch, with SHA-256, bare, and with an upstream.

import { openGitStore } from "../../../src/adapters/git/git-ledger-store.ts";
import type { LedgerStore } from "../../../src/ports/ledger-store.ts";
import { ledgerStoreContract, type StoreWorld } from "../../contracts/ledger-store.contract.ts";
import {
  cloneOf,
  emptyRepo,
  type GitRepo,
  remoteAndClone,
  startedRepo,
} from "../../support/git-repo.ts";

let nonces = 0;

function storeOf(repo: GitRepo): Promise<LedgerStore> {
  nonces += 1;
  return openGitStore({
    root: repo.folder,
    branch: "main",
    push: true,
    nonce: `abc${nonces}`,
    now: () => Date.UTC(2100, 0, 1),
  });
}

async function worldOf(repo: GitRepo, other: GitRepo = repo): Promise<StoreWorld> {
  return { store: await storeOf(repo), other: await storeOf(other) };
}

ledgerStoreContract("git", () => worldOf(startedRepo()));
ledgerStoreContract("git on an unborn branch", () => worldOf(emptyRepo()));
ledgerStoreContract("git with sha256", () => worldOf(startedRepo({ format: "sha256" })));
ledgerStoreContract("git in a bare repository", () => worldOf(emptyRepo({ bare: true })));
ledgerStoreContract("git with an upstream", () => {
  const { remote, clone } = remoteAndClone();
  return worldOf(clone, cloneOf(remote));
});
