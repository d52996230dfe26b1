// Commits of the ledger branch with their trailers: who, when and what (contract 3.6). Reads only.

import { instantOfMs } from "../../core/time/instant.ts";
import type { CommitEntry, LedgerStore, Tip } from "../../ports/ledger-store.ts";
import { gitOutput, splitNul } from "./git-command.ts";
import type { Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

const fieldMark = "\u001F";
const trailerMark = "\u001D";
const valueMark = "\u001C";

const format = [
  "%H",
  "%ct",
  "%an",
  "%s",
  "%(trailers:only,unfold,separator=%x1d,key_value_separator=%x1c)",
].join("%x1f");

/** Commits that touch any of the paths, newest first. */
export async function readHistory(
  repository: Repository,
  tip: Tip,
  query: Parameters<LedgerStore["history"]>[1],
  now: () => number,
): Promise<readonly CommitEntry[]> {
  if (tip === unbornTip || query.limit < 1) return [];
  const since = query.since === undefined || query.since === unbornTip ? [] : [`^${query.since}`];
  const output = await gitOutput(repository.folder, [
    "log",
    "-z",
    `--max-count=${query.limit}`,
    `--format=${format}`,
    tip,
    ...since,
    "--",
    ...query.paths,
  ]);
  return splitNul(output).map((commit) => parseCommit(commit, now()));
}

function parseCommit(text: string, now: number): CommitEntry {
  const [id = "", seconds = "", author = "", subject = "", trailers = ""] = text.split(fieldMark);
  return {
    id: id as Tip,
    committedAt: instantOfMs(Math.min(Number(seconds) * 1000, now)),
    author,
    subject,
    trailers: trailers
      .split(trailerMark)
      .filter((trailer) => trailer.includes(valueMark))
      .map((trailer) => {
        const [name = "", value = ""] = trailer.split(valueMark);
        return [name, value.trim()] as const;
      }),
  };
}
