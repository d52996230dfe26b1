// Files at a tip as they will be after changes that are not committed yet: where one commit settles several windows,
// each lands on what the one before it leaves behind (contract 4.4).

import type { FileChange, LedgerStore, TipFiles } from "../ports/ledger-store.ts";

/** The files with the changes made. Its tip is a name of its own, so that nobody takes it for the one below. */
export function withChanges(
  files: TipFiles,
  changes: readonly FileChange[],
  store: Pick<LedgerStore, "blobId">,
): TipFiles {
  if (changes.length === 0) return files;
  const changed = new Map(changes.map(({ path, content }) => [path, content]));
  const encoder = new TextEncoder();
  return {
    tip: `${files.tip}+` as TipFiles["tip"],
    read: async (path) => {
      if (!changed.has(path)) return await files.read(path);
      const content = changed.get(path);
      return content === undefined ? undefined : encoder.encode(content);
    },
    readMany: async (paths) => {
      const below = await files.readMany(paths.filter((path) => !changed.has(path)));
      const own = paths.flatMap((path) => {
        const content = changed.get(path);
        return content === undefined ? [] : [[path, encoder.encode(content)] as const];
      });
      return new Map([...below, ...own]);
    },
    list: async (folder) => {
      const below = folder === "" ? "" : `${folder}/`;
      const kept = (await files.list(folder)).filter(({ path }) => !changed.has(path));
      const added = [...changed].flatMap(([path, content]) =>
        content === undefined || !path.startsWith(below)
          ? []
          : [
              {
                path,
                mode: "100644",
                oid: store.blobId(content),
                bytes: encoder.encode(content).length,
              },
            ],
      );
      return [...kept, ...added].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** One change per path, the last one: what all of them together leave behind. */
export function lastOfEach(changes: readonly FileChange[]): readonly FileChange[] {
  return [...new Map(changes.map((change) => [change.path, change])).values()];
}
