// Moves bytes and compares tips; knows nothing of records (style: one store contract for git, GitHub, memory).

import type { Instant } from "../core/time/instant.ts";

/** A commit id. */
export type Tip = string & { readonly __tip: true };

/** One file of a commit; `content: undefined` removes it. Paths are relative to the repository's root. */
export interface FileChange {
  readonly path: string;
  readonly content: string | undefined;
}

export interface TreeEntry {
  readonly path: string;
  /** Git's mode, `100644` for a regular file; anything else stops the sync it belongs to. */
  readonly mode: string;
  /** Git's object id: equal ids, equal bytes. */
  readonly oid: string;
  readonly bytes: number;
}

/** What came of a commit. `unknown`: it may or may not have landed; re-read and look for the own trailers. */
export type CommitAnswer =
  | { readonly kind: "committed"; readonly tip: Tip }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly message: string; readonly remedy: string }
  | { readonly kind: "unknown"; readonly message: string };

/** One commit of the ledger branch, newest first in lists. */
export interface CommitEntry {
  readonly id: Tip;
  /** Committer date; one in the future counts as now (contract 9). */
  readonly committedAt: Instant;
  readonly author: string;
  readonly subject: string;
  /** Trailers in order, e.g. `["Tidemark-Run-Id", "contacts/..."]`. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

/** One commit to be made. */
export interface CommitRequest {
  /** The tip that was read; on any other nothing changes (L6). */
  readonly expected: Tip;
  readonly message: string;
  readonly changes: readonly FileChange[];
  /** In ms on the clock's `mono`: what would have to wait longer is given up (G13). */
  readonly until: number;
}

/**
 * Why a run claims nothing more. `moved`: the configuration of the event is not the branch's any more (G18). `foreign`:
 * what this run uses is not the event's (contract 2). `limited`: the platform's limit is nearly used up (G24).
 */
export interface ClaimHold {
  readonly kind: "moved" | "foreign" | "limited";
  readonly message: string;
}

/** Reads files at one tip. */
export interface TipFiles {
  readonly tip: Tip;
  /** Bytes of a file, or undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Bytes of many files at once, by path; what does not exist is left out. */
  readMany(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Entries below a folder, at any depth, sorted by path. */
  list(folder: string): Promise<readonly TreeEntry[]>;
}

/** All methods throw LedgerError when the repository cannot be used at all. */
export interface LedgerStore {
  /**
   * Brings forward what a crash left behind in a checked-out branch, then names the files below the guarded
   * folders that a person changed: their syncs stop before their claim (contract 7). May be asked again.
   */
  open(guarded: readonly string[]): Promise<readonly string[]>;
  /** The newest tip, fetched first where there is an upstream. */
  tip(): Promise<Tip>;
  files(tip: Tip): TipFiles;
  /** Compare-and-swap: one commit with exactly these changes on `expected`, or no change at all (L6). */
  commit(request: CommitRequest): Promise<CommitAnswer>;
  /** Why nothing may be claimed, as of the newest answer of the store; undefined when all is well (G18, G24). */
  claimHold(): ClaimHold | undefined;
  /** Commits that touch any of the paths, newest first; `since` is excluded with all its ancestors. */
  history(
    tip: Tip,
    options: {
      readonly paths: readonly string[];
      readonly since: Tip | undefined;
      readonly limit: number;
    },
  ): Promise<readonly CommitEntry[]>;
  /** The commit that a branch, tag or id names, as git reads it; undefined when there is none in the clone. */
  resolve(name: string): Promise<Tip | undefined>;
  /** Git blob id of a content, for `Tidemark-Digest` (G10). */
  blobId(content: string): string;
}
