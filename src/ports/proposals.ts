// Changes of the ledger that wait for a person: one commit on the tip, a branch of its own, one pull request against the
// ledger branch (G35). Merging is the yes, closing the no.

import type { Published } from "../core/report/published.ts";
import type { FileChange, Tip } from "./ledger-store.ts";

export interface Proposal {
  /** For example `tidemark/backfill/<order id>`; it does not exist yet. */
  readonly branch: string;
  readonly tip: Tip;
  readonly message: string;
  readonly changes: readonly FileChange[];
  readonly title: string;
  /** Markdown, clamped by the one who writes it (G29). */
  readonly body: string;
}

export interface Proposals {
  /** LedgerError when the branch cannot be written; a refused pull request leaves the branch and says so. */
  propose(proposal: Proposal): Promise<Published>;
}
