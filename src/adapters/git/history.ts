// Commits of the ledger branch with their trailers: who, when and what (contract 3.6). Reads only.

import { instantOfMs } from "../../core/time/instant.ts";
import type { CommitEntry, LedgerStore, Tip } from "../../ports/ledger-store.ts";
import { gitOutput, splitNul } from "./git-command.ts";
import type { Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

const commitMark = "\u001E";
const fieldMark = "\u001F";
const trailerMark = "\u001D";
const valueMark = "\u001C";

const format = [
  "%x1e%H",
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
    "--name-only",
    "--no-renames",
    "--diff-merges=first-parent",
    `--max-count=${query.limit}`,
    `--format=${format}`,
    tip,
    ...since,
    "--",
    ...query.paths,
  ]);
  const entries: { readonly commit: string; readonly paths: string[] }[] = [];
  for (const field of splitNul(output)) {
    const path = field.replace(/^\n/, "");
    if (field.startsWith(commitMark)) entries.push({ commit: field.slice(1), paths: [] });
    else if (path !== "") entries.at(-1)?.paths.push(path);
  }
  return entries.map(({ commit, paths }) => parseCommit(commit, paths, now()));
}

function parseCommit(text: string, paths: readonly string[], now: number): CommitEntry {
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
    paths,
  };
}
