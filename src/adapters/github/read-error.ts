// What a reading that failed says, with its remedy (contract 4.6).

import { LedgerError } from "../../core/failure/errors.ts";
import type { GithubError } from "./client.ts";

/** The error of a reading of the ledger that failed. */
export function readError(what: string, error: GithubError): LedgerError {
  return new LedgerError(
    `${what} on GitHub: expected it to be readable, found ${findingOf(error)}; ${remedyOf(error)}`,
  );
}

/** GitHub's words with the status, for messages. */
export function findingOf(error: GithubError): string {
  const status = error.status === undefined ? "" : ` (status ${error.status})`;
  return `${error.message}${status}`;
}

function remedyOf(error: GithubError): string {
  switch (error.kind) {
    case "unauthorized":
      return "give the input `token` a token that is valid as long as the run";
    case "forbidden":
    case "missing":
      return "give the token `contents: read` of this repository";
    case "limited":
      return "run again later, and less often where the limit is met by other workflows";
    default:
      return "run again; nothing is lost";
  }
}
