// Writes what could not be committed to a folder for people (contract 4.6, 9), so that it can be put back. It never
// touches the ledger folder itself.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { invariant } from "../../core/failure/assert.ts";
import type { FileChange } from "../../ports/ledger-store.ts";

/** Writes the files below the folder under their own paths; removals are left out. */
export async function writeRescue(folder: string, files: readonly FileChange[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    if (file.content === undefined) continue;
    invariant(!file.path.split("/").includes(".."), "rescued files stay inside the rescue folder");
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, file.content);
    await rename(`${path}.new`, path);
  }
}

/** Makes a folder ignore itself, so that a clean work tree stays clean. */
export async function ignoreFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
}
