// The copy of the ledger that people merge (contract 6.1): derived from the ledger, never read as state.

import type { Published } from "../core/report/published.ts";

export interface Publisher {
  /**
   * Derives the copy from the newest commit of the ledger branch and keeps its one pull request open, with this text.
   * Never throws: what GitHub refuses is a warning (G20, G21, G22).
   */
  publish(text: { readonly title: string; readonly body: string }): Promise<Published>;
}
