// What an error of a write means for a commit: the table of section 7, by type first and by words second.

import type { GithubError } from "./client.ts";

/**
 * `unknown`: it may have landed. `stale`: another tip, or a replica that lags. `deletion`: a path that we remove is not
 * there. `missing`: no such branch, or none yet. `too_large`: the body. `refused`: somebody has to do something.
 */
export type CommitVerdict = "unknown" | "stale" | "deletion" | "missing" | "too_large" | "refused";

export function verdictOf(error: GithubError): CommitVerdict {
  const { kind, type, message } = error;
  if (kind === "unknown") return "unknown";
  if (kind === "limited" || kind === "unauthorized") return "refused";
  if (type === "STALE_DATA" || /expected branch to point to/i.test(message)) return "stale";
  // A race inside the write; the type beside it is not known (section 18).
  if (/is at .* but expected/i.test(message)) return "stale";
  if (/requested for deletion/i.test(message)) return "deletion";
  if (/not a fast forward/i.test(message)) return "stale";
  if (/branch not found|reference does not exist/i.test(message)) return "missing";
  if (/payload cannot be larger/i.test(message)) return "too_large";
  return "refused";
}
