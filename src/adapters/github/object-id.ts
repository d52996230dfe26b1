// The ids that git gives to contents and to folders, so that what GitHub sends is proved and what we commit is known
// without asking (G5, G9). GitHub's repositories are SHA-1. Pure.

import { createHash } from "node:crypto";

/** Git's mode of a folder, as REST writes it. */
export const treeMode = "040000";

/** Git's mode of a regular file. */
export const fileMode = "100644";

/** A file or folder in a tree. */
export interface TreeItem {
  readonly name: string;
  readonly mode: string;
  readonly oid: string;
  /** Size of a file; 0 for anything else. */
  readonly bytes: number;
}

/** Git's blob id of a content. */
export function blobIdOf(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Git's tree id of a folder's items, in any order. */
export function treeIdOf(items: readonly TreeItem[]): string {
  const lines = items.map(({ name, mode, oid }) => ({
    // Git compares a folder's name as if a slash ended it.
    key: Buffer.from(mode === treeMode ? `${name}/` : name, "utf8"),
    line: Buffer.concat([
      Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`, "utf8"),
      Buffer.from(oid, "hex"),
    ]),
  }));
  const sorted = lines.toSorted((a, b) => Buffer.compare(a.key, b.key));
  const body = Buffer.concat(sorted.map(({ line }) => line));
  return createHash("sha1").update(`tree ${body.length}\0`).update(body).digest("hex");
}
