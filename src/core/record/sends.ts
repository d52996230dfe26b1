// What the ledger says was sent to a source: every attempt, history included (P11, P12, P14).

import type { FailureCode } from "../failure/failure.ts";
import type { Instant } from "../time/instant.ts";
import type { RunRecord } from "./run-record.ts";

/** Tries of one ended attempt, placed at the instant of its last answer. */
export interface Sends {
  readonly sent: number;
  readonly lastAt: Instant;
}

/** The sends of all ended attempts of a window that counted any, those summed up in `history_folded` too (P14). */
export function sendsOf(record: RunRecord): readonly Sends[] {
  return endedSends(record).map(({ sent, lastAt }) => ({ sent, lastAt }));
}

/** The same for the pace: nobody knows when a lost attempt sent what it did, so it fills any period (P11). */
export function paceSendsOf(record: RunRecord): readonly Sends[] {
  return endedSends(record).map(({ sent, lastAt, code }) => ({
    sent: code === "lost" ? Number.POSITIVE_INFINITY : sent,
    lastAt,
  }));
}

function endedSends(
  record: RunRecord,
): readonly (Sends & { readonly code: FailureCode | undefined })[] {
  const code = record.status === "failed" ? record.error.code : undefined;
  const isEnded = record.status === "succeeded" || record.status === "failed";
  const own = isEnded ? [{ ...record.requests, code }] : [];
  const past = record.history.map((entry) => ({ ...entry.requests, code: entry.code }));
  const folded = record.historyFolded;
  const summed =
    folded === undefined ? [] : [{ sent: folded.requests, lastAt: folded.lastAt, code: undefined }];
  return [...own, ...past, ...summed].flatMap(({ sent, lastAt, code: ended }) =>
    sent > 0 && lastAt !== undefined ? [{ sent, lastAt, code: ended }] : [],
  );
}
