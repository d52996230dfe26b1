// Remembers which moves of the ledger branch the index and files of a work tree may not have followed yet. Written
// before the branch moves, so that after a crash what Tidemark left behind is told apart from what the user changed.
// One file per run and work tree, so that no two processes ever write the same one.

import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { livenessOf, lockFolder } from "./lock-file.ts";

/** The branch went, or was about to go, from one tip to the next. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

const suffix = ".moves";
const movePattern = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64})$/;

/** Writes the moves of this run; none removes the file. */
export async function writeJournal(
  workTreeGitFolder: string,
  nonce: string,
  moves: readonly Move[],
): Promise<void> {
  const folder = lockFolder(workTreeGitFolder);
  const path = join(folder, `${nonce}${suffix}`);
  if (moves.length === 0) return rm(path, { force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.new`, moves.map((move) => `${move.from} ${move.to}\n`).join(""));
  await rename(`${path}.new`, path);
  return undefined;
}

/** Moves that ended runs left behind, by nonce. */
export async function leftJournals(
  workTreeGitFolder: string,
  gitFolder: string,
  ownNonce: string,
): Promise<ReadonlyMap<string, readonly Move[]>> {
  const folder = lockFolder(workTreeGitFolder);
  const left = new Map<string, readonly Move[]>();
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(suffix)) continue;
    const nonce = name.slice(0, -suffix.length);
    // A living run brings its own moves forward. One that has no lock file any more has ended.
    if (nonce === ownNonce || (await livenessOf(gitFolder, nonce)) === "alive") continue;
    left.set(nonce, parseMoves(await readFile(join(folder, name), "utf8").catch(() => "")));
  }
  return left;
}

function parseMoves(text: string): readonly Move[] {
  return text.split("\n").flatMap((line) => {
    const match = movePattern.exec(line);
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [{ from: match[1], to: match[2] }];
  });
}
