// Port `ledger-store` over the GitHub API: reads at the tip in a constant number of requests, commits by
// compare-and-swap with `expectedHeadOid` (G4 to G13). Serves claim, settle and commit; knows nothing of records.

import { LedgerError } from "../../core/failure/errors.ts";
import type { LedgerStore, Tip } from "../../ports/ledger-store.ts";
import { claimHoldOf } from "./claim-hold.ts";
import type { GithubClient } from "./client.ts";
import { readHistory } from "./commit-history.ts";
import { openCommitWriter } from "./commit-writer.ts";
import { type LedgerBranch, openLedgerBranch } from "./ledger-branch.ts";
import { blobIdOf, treeMode } from "./object-id.ts";
import { openPatience, type Patience } from "./patience.ts";
import { refusalOf } from "./refusal.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { openSnapshots, type Snapshots } from "./snapshots.ts";
import type { TipSubject } from "./tip-query.ts";
import type { Waiting } from "./waiting.ts";

/** `clock`, `random` and `cancel` are those of the client: after a cancel nothing waits any more (G28). */
export interface GithubStoreOptions extends Waiting, Omit<TipSubject, "data" | "withRecent"> {
  readonly client: GithubClient;
  /** Ids of configured syncs that this run does not read: left out of lists. */
  readonly skip: readonly string[];
  /** Of all `files` destinations that this run may write: Destination.dataPaths of its syncs. */
  readonly dataPaths: readonly string[];
}

/** What the ledger branch holds, as of the newest answer of the store. */
export interface TipIds {
  readonly tip: Tip;
  /** By path: each entry directly below the ledger folder, and each data path. What does not exist is left out. */
  readonly entries: ReadonlyMap<string, { readonly mode: string; readonly oid: string }>;
}

export interface GithubStore extends LedgerStore {
  /** For the published copy; costs no request after a Tip query or a commit. */
  ids(): Promise<TipIds>;
  /** Makes the ledger branch at the tip that was read where it is missing, for a pull request against it. LedgerError when it cannot. */
  ensureBranch(): Promise<void>;
}

/** The store of the ledger branch of the client's repository. */
export function openGithubStore(options: GithubStoreOptions): GithubStore {
  const { client, clock, branch: name, runBranch, ledgerPath } = options;
  const patience = openPatience(clock);
  const snapshots = openSnapshots({ client, patience, ledgerPath, skip: options.skip });
  const dataPlaces = placesOf(options.dataPaths);
  const branch = openLedgerBranch({
    ...options,
    patience,
    snapshots,
    subject: { ...options, data: dataPlaces },
  });
  const writer = openCommitWriter({
    ...options,
    name,
    branch,
    patience,
    snapshots,
    ledgerPath,
    dataPlaces,
  });
  return {
    // Nothing is checked out: the ledger is read at the tip, never from the work tree.
    open: async () => [],
    tip: () => branch.tip(),
    files: (tip) => ({
      tip,
      read: async (path) => (await snapshots.read(tip, [path])).get(path),
      readMany: (paths) => snapshots.read(tip, paths),
      list: (folder) => snapshots.list(tip, folder),
    }),
    commit: (request) => writer.commit(request),
    claimHold: () =>
      claimHoldOf({
        client,
        clock,
        runBranch,
        config: branch.config(),
        keptUntil: writer.keptUntil(),
        runsUntil: patience.runsUntil(),
      }),
    history: (tip, query) => readHistory({ client, clock, patience }, tip, query),
    resolve: (text) => resolveCommit({ client, patience }, text),
    blobId: (content) => blobIdOf(Buffer.from(content, "utf8")),
    ids: async () => {
      const tip = branch.newest() ?? (await branch.tip());
      return { tip, entries: await entriesAt(snapshots, tip, ledgerPath, options.dataPaths) };
    },
    ensureBranch: () => ensureBranch(options, branch, patience),
  };
}

/** Folders of the data paths, none inside another; files of the root stand for themselves. */
function placesOf(paths: readonly string[]): readonly string[] {
  const places = new Set(
    paths.map((path) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : path)),
  );
  return [...places].filter((place) => ![...places].some((it) => place.startsWith(`${it}/`)));
}

async function entriesAt(
  snapshots: Snapshots,
  tip: Tip,
  ledgerPath: string,
  dataPaths: readonly string[],
): Promise<TipIds["entries"]> {
  const entries = new Map<string, { readonly mode: string; readonly oid: string }>();
  const ledger = await snapshots.locate(tip, ledgerPath);
  if (ledger?.mode === treeMode)
    for (const [item, { mode, oid }] of await snapshots.itemsOf(ledger))
      entries.set(`${ledgerPath}/${item}`, { mode, oid });
  for (const path of dataPaths) {
    const item = await snapshots.locate(tip, path);
    if (item !== undefined) entries.set(path, { mode: item.mode, oid: item.oid });
  }
  return entries;
}

async function ensureBranch(
  options: GithubStoreOptions,
  branch: LedgerBranch,
  patience: Patience,
): Promise<void> {
  const tip = branch.newest() ?? (await branch.tip());
  if (!branch.isMissing()) return;
  const until = patience.until();
  const created = await branch.create(tip, until);
  if (created.ok) return;
  const refused = await refusalOf(options.client, options.branch, created.error, { until });
  throw new LedgerError(`${refused.message}\nremedy: ${refused.remedy}`);
}
