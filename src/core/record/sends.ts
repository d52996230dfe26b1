// What the ledger says was sent to a source: every attempt, history included (P11, P12, P14).

import type { Instant } from "../time/instant.ts";
import type { RunRecord } from "./run-record.ts";

/** Tries of one ended attempt, placed at the instant of its last answer. */
export interface Sends {
  readonly sent: number;
  readonly lastAt: Instant;
}

/** The sends of all ended attempts of a window that counted any, those summed up in `history_folded` too (P14). */
export function sendsOf(record: RunRecord): readonly Sends[] {
  const own = record.status === "succeeded" || record.status === "failed" ? [record.requests] : [];
  const past = record.history.map((entry) => entry.requests);
  const folded = record.historyFolded;
  const summed = folded === undefined ? [] : [{ sent: folded.requests, lastAt: folded.lastAt }];
  return [...own, ...past, ...summed].flatMap(({ sent, lastAt }) =>
    sent > 0 && lastAt !== undefined ? [{ sent, lastAt }] : [],
  );
}
