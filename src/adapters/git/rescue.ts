// Writes what could not be committed to `.tidemark/rescue` of the repository (contract 4.6, 9), so that a person can
// put it back. It never touches the ledger folder itself.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { invariant } from "../../core/failure/assert.ts";
import type { FileChange } from "../../ports/ledger-store.ts";

/** The rescue folder, relative to the repository's root. */
const rescueFolder = ".tidemark/rescue";

/** Writes the files below the rescue folder under their own paths; removals are left out. The folder's name. */
export async function writeRescue(root: string, files: readonly FileChange[]): Promise<string> {
  await mkdir(join(root, rescueFolder), { recursive: true });
  // The whole folder ignores itself, so that a clean work tree stays clean.
  await writeFile(join(root, ".tidemark", ".gitignore"), "*\n");
  for (const file of files) {
    if (file.content === undefined) continue;
    invariant(!file.path.split("/").includes(".."), "rescued files stay inside the rescue folder");
    const path = join(root, rescueFolder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, file.content);
    await rename(`${path}.new`, path);
  }
  return rescueFolder;
}
