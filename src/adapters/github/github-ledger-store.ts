// Port `ledger-store` over the GitHub API: reads at the tip in a constant number of requests, commits by
// compare-and-swap with `expectedHeadOid` (G4 to G13). Serves claim, settle and commit; knows nothing of records.

import type { Clock } from "../../ports/clock.ts";
import type { LedgerStore, Tip } from "../../ports/ledger-store.ts";
import type { Random } from "../../ports/random.ts";
import type { GithubClient } from "./client.ts";
import type { TipRider } from "./tip-query.ts";

export interface GithubStoreOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
  readonly random: Random;
  /** The same as the client's: nothing waits any more (G28). */
  readonly cancel: AbortSignal;
  /** Name of the ledger branch. Where it is missing, the first commit makes it at the default branch's tip. */
  readonly branch: string;
  /** Name of the branch that runs, and the commit of the event: what G18 compares. */
  readonly runBranch: string;
  readonly eventSha: string;
  /** The configuration and each transform and module that it names, relative to the repository. */
  readonly configPaths: readonly string[];
  /** Relative to the repository. */
  readonly ledgerPath: string;
  /** Ids of the syncs whose folders the Tip query reads. */
  readonly syncIds: readonly string[];
  /** Ids of configured syncs that this run does not read: left out of lists. */
  readonly skip: readonly string[];
  /** Of all `files` destinations that this run may write: Destination.dataPaths of its syncs. */
  readonly dataPaths: readonly string[];
  readonly riders: readonly TipRider[];
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
