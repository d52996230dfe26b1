// A tip in memory for destinations that live in the repository: files, and commits onto them.

import type { FileChange, Tip, TipFiles } from "../../src/ports/ledger-store.ts";

export interface MemoryTip {
  readonly files: Map<string, string>;
  tip(): TipFiles;
  commit(changes: readonly FileChange[]): void;
}

export function memoryTip(): MemoryTip {
  const files = new Map<string, string>();
  let commits = 0;
  return {
    files,
    tip() {
      const frozen = new Map(files);
      return {
        tip: `tip-${commits}` as Tip,
        read: async (path) => {
          const content = frozen.get(path);
          return content === undefined ? undefined : new TextEncoder().encode(content);
        },
        readMany: async (paths) =>
          new Map(
            paths.flatMap((path) => {
              const content = frozen.get(path);
              return content === undefined ? [] : [[path, new TextEncoder().encode(content)]];
            }),
          ),
        list: async (folder) =>
          [...frozen]
            .filter(([path]) => folder === "" || path.startsWith(`${folder}/`))
            .map(([path, content]) => ({
              path,
              mode: "100644",
              oid: content,
              bytes: new TextEncoder().encode(content).length,
            }))
            .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      };
    },
    commit(changes) {
      commits += 1;
      for (const { path, content } of changes) {
        if (content === undefined) files.delete(path);
        else files.set(path, content);
      }
    },
  };
}
