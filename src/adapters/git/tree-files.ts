// Reads files of a commit, many with one call of git. Never from the work tree.

import { invariant } from "../../core/failure/assert.ts";
import { LedgerError } from "../../core/failure/errors.ts";
import type { Tip, TipFiles, TreeEntry } from "../../ports/ledger-store.ts";
import { gitOutput, splitNul } from "./git-command.ts";
import type { Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

/** Reads files at one tip. */
export function filesAt(repository: Repository, tip: Tip): TipFiles {
  return {
    tip,
    read: async (path) => (await readFilesAt(repository, tip, [path])).get(path),
    readMany: (paths) => readFilesAt(repository, tip, paths),
    list: (folder) => listFolder(repository, tip, folder),
  };
}

async function listFolder(
  repository: Repository,
  tip: Tip,
  folder: string,
): Promise<readonly TreeEntry[]> {
  if (tip === unbornTip) return [];
  const paths = folder === "" ? [] : ["--", `${folder}/`];
  const args = ["ls-tree", "-r", "-l", "-z", "--full-tree", tip, ...paths];
  return splitNul(await gitOutput(repository.folder, args)).map((line) => {
    const tab = line.indexOf("\t");
    const [mode = "", , oid = "", bytes = ""] = line.slice(0, tab).split(/ +/);
    return { path: line.slice(tab + 1), mode, oid, bytes: bytes === "-" ? 0 : Number(bytes) };
  });
}

/** Bytes of the files that exist. */
async function readFilesAt(
  repository: Repository,
  tip: Tip,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (tip === unbornTip || paths.length === 0) return files;
  for (const path of paths)
    invariant(!/[\n\0]/.test(path), "files with line breaks in their names are never read");
  const input = paths.map((path) => `${tip}:${path}\n`).join("");
  const output = await gitOutput(repository.folder, ["cat-file", "--batch"], { input });
  let from = 0;
  for (const path of paths) {
    const lineEnd = output.indexOf(10, from);
    const header = output.toString("utf8", from, lineEnd);
    from = lineEnd + 1;
    const match = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header);
    if (lineEnd < 0 || (match === null && !header.endsWith(" missing")))
      throw new LedgerError(`git cat-file: expected ${path} or its absence, found another answer`);
    if (match === null) continue;
    const bytes = Number(match[2]);
    // Copied, since a small file would hold the whole output in memory.
    if (match[1] === "blob") files.set(path, new Uint8Array(output.subarray(from, from + bytes)));
    from += bytes + 1;
  }
  return files;
}
