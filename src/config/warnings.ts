// What a configuration may say but deserves a word at every start.

import type { SyncSpec } from "../core/sync/sync-spec.ts";

/** One line for each sync whose windows read far more than they deliver (S41). */
export function projectWarnings(syncs: readonly SyncSpec[]): readonly string[] {
  return syncs
    .filter(({ filter, readingOrder }) => {
      const isOpen = filter?.end === undefined;
      return isOpen && readingOrder.by !== "watermark";
    })
    .map(
      ({ name }) =>
        `syncs.${name}: each window reads everything since its start, because the API has no end bound and the ` +
        "response no order by watermark; use long steps, or declare order if there is one",
    );
}
