// One source in one run: its pacer, its transport, and what is known of its health. Shared by all windows of all
// its syncs; steps/tries.ts is the only writer. Closed means: nothing more is sent to it in this run (P19, S70).

import type { Failure } from "../core/failure/failure.ts";
import type { SourceSpec } from "../core/sync/sync-spec.ts";
import type { Pacer } from "../ports/pacer.ts";
import type { Source } from "../ports/source.ts";

/** Requests in a row, without success, that close a source or a sync (P19). */
const failuresInRowMax = 3;

export interface SourceSession {
  readonly spec: SourceSpec;
  readonly source: Source;
  readonly pacer: Pacer;
  /** Why nothing more is sent; undefined while the source is open. */
  readonly closed: Failure | undefined;
  /** Whether it was closed by a source fault or by requests that failed in a row, so that the run exits 1 (P19). */
  readonly isFaulted: boolean;
  /** Requests that were answered with a page. */
  readonly accepted: number;
  readonly firstTries: number;
  readonly retries: number;
  /** When the longest pause that the source asked for ends, in ms on `mono`. */
  readonly pausedUntil: number;
  /** Why the sync, by its id, is served no more in this run: final refusals in a row (P19). */
  closedSync(id: string): Failure | undefined;
  noteTry(isRetry: boolean): void;
  notePause(until: number): void;
  /** A request was answered with something to work with. */
  noteAccepted(syncId: string): void;
  /** A final refusal other than `auth`: no source fault. */
  noteRefused(syncId: string, failure: Failure): void;
  /** A request ended on an answer of class throttle or fault; may close the source. Whether it is a source fault. */
  noteFailed(failure: Failure): boolean;
  /** Closes at once: `auth`, or the action `stop` (S70). */
  close(failure: Failure, isFault: boolean): void;
}

/** Opens the books of a source; seeding the pacer (P11) is the caller's. */
export function openSession(spec: SourceSpec, source: Source, pacer: Pacer): SourceSession {
  let closed: Failure | undefined;
  let isFaulted = false;
  let accepted = 0;
  let firstTries = 0;
  let retries = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let failedInRow = 0;
  const refusedInRow = new Map<string, number>();
  const closedSyncs = new Map<string, Failure>();
  const close = (failure: Failure, isFault: boolean): void => {
    closed ??= failure;
    isFaulted ||= isFault;
  };
  return {
    spec,
    source,
    pacer,
    get closed() {
      return closed;
    },
    get isFaulted() {
      return isFaulted;
    },
    get accepted() {
      return accepted;
    },
    get firstTries() {
      return firstTries;
    },
    get retries() {
      return retries;
    },
    get pausedUntil() {
      return pausedUntil;
    },
    closedSync: (id) => closedSyncs.get(id),
    noteTry(isRetry) {
      if (isRetry) retries += 1;
      else firstTries += 1;
    },
    notePause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    noteAccepted(syncId) {
      accepted += 1;
      failedInRow = 0;
      refusedInRow.delete(syncId);
    },
    noteRefused(syncId, failure) {
      failedInRow = 0;
      const inRow = (refusedInRow.get(syncId) ?? 0) + 1;
      refusedInRow.set(syncId, inRow);
      if (inRow >= failuresInRowMax) closedSyncs.set(syncId, failure);
    },
    noteFailed(failure) {
      failedInRow += 1;
      const isFault = isSourceFault(failure, accepted);
      if (isFault || failedInRow >= failuresInRowMax) close(failure, true);
      return isFault;
    },
    close,
  };
}

// Contract 3.2: a throttle or fault failure before any accepted request. `throttled` with `resume_after` is none.
function isSourceFault(failure: Failure, accepted: number): boolean {
  return accepted === 0 && !(failure.code === "throttled" && failure.resumeAt !== undefined);
}
