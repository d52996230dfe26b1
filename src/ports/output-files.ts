// Files for people, outside of the ledger branch.

import type { FileChange } from "./ledger-store.ts";

export interface OutputFiles {
  /** Writes what could not be committed to the rescue folder; answers the folder as it may be shown (contract 4.6, 9). */
  rescue(changes: readonly FileChange[]): Promise<string>;
}
