// Where rows are upserted: by key, newest wins (contract 5). One destination serves all syncs that name it.

import type { Outcome } from "../core/failure/failure.ts";
import type { RowChange, UpsertResult } from "../core/row/row.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import type { Instant } from "../core/time/instant.ts";
import type { Window } from "../core/window/window.ts";
import type { FileChange, TipFiles } from "./ledger-store.ts";

/** A row of `_tidemark_windows`: what the destination itself knows of a window. */
export interface WindowRow {
  readonly window: Window;
  readonly epoch: number;
  readonly chunk: number;
  readonly complete: boolean;
  /** JSON of the running record as the caller described it with the last chunk. */
  readonly record: string;
  readonly committedAt: Instant;
}

/** What became of one write. */
export interface WriteResults {
  /** One per change, in the order given. */
  readonly results: readonly UpsertResult[];
}

/** What opens a window for writing. */
export interface WindowOpening {
  readonly sync: SyncSpec;
  readonly window: Window;
  readonly epoch: number;
  /** Goes into `_tidemark_run_id` of the rows that the window changes. */
  readonly runId: string;
  /** Wall instant, for `committed_at`. */
  readonly now: () => Instant;
}

/** Writes one window. Not used after `finish` was ok, `fenced` or `abandon`. */
export interface WindowWriter {
  /**
   * Applies changes in the order given and answers one result each. Databases: durable on return, one
   * transaction with the window row, whose stored record is `describe(results)`; fails with `fenced` when an
   * overlapping window of the sync has a higher epoch, with `destination` when nothing was written.
   * Files: kept until the commit; results are against the tip given to `openWindow`.
   */
  write(
    changes: readonly RowChange[],
    describe: (written: WriteResults) => string,
  ): Promise<Outcome<WriteResults>>;
  /**
   * After the proven last page. Databases: sets `complete`, stores the record, answers no changes.
   * Files: the file changes that the settling commit must carry, computed on `tip`, and all results counted
   * anew in the order written; may be called again with another tip after a lost race.
   */
  finish(tip: TipFiles, describe: () => string): Promise<Outcome<FinishedWindow>>;
  /** Gives up; what is durable stays. Never throws. */
  abandon(): Promise<void>;
}

export interface FinishedWindow {
  /** What the commit that settles the window must contain besides the record; empty for databases. */
  readonly changes: readonly FileChange[];
  /** The results of all writes when they changed against what `write` answered; else undefined. */
  readonly recounted: WriteResults | undefined;
}

/** A destination of one run. */
export interface Destination {
  /** Whether windowRows means anything and windows can be adopted (contract 5). */
  readonly keepsWindowRows: boolean;
  /** Paths, relative to the repository, that settling commits of this sync may write; empty for databases. */
  dataPaths(sync: SyncSpec): readonly string[];
  /** Creates or widens the sync's table; failures are `destination`, conflicts with the columns `config`. */
  prepare(sync: SyncSpec): Promise<Outcome<undefined>>;
  /** The window rows of exactly these windows; missing ones are left out. Empty when none are kept. */
  windowRows(sync: SyncSpec, windows: readonly Window[]): Promise<Outcome<readonly WindowRow[]>>;
  openWindow(opening: WindowOpening, tip: TipFiles): Promise<Outcome<WindowWriter>>;
  close(): Promise<void>;
}
