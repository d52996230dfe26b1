// Folders by their git id, for the life of a store: what did not change is never asked for again, and what our own
// commits make of a folder is computed, not read (G9). Knows nothing of what the files mean. No requests.

import { fileMode, treeIdOf, type TreeItem, treeMode } from "./object-id.ts";

/** The items of a folder by name. */
export type Folder = ReadonlyMap<string, TreeItem>;

/** Folders by their tree id. */
export type Trees = Map<string, Folder>;

/** What stands at a path after a commit: a file's id and size, or nothing. */
export type NewFile = { readonly oid: string; readonly bytes: number } | undefined;

/** A folder on the way was never read. */
export type Unknown = "unknown";

/** A folder after changes; undefined when nothing is left in it. */
export interface ChangedTree {
  readonly oid: string | undefined;
}

/**
 * A folder with changes at paths relative to it, new folders noted in `trees`. `undefined` for `tree` is a folder that
 * does not exist yet.
 */
export function changeTree(
  trees: Trees,
  tree: string | undefined,
  changes: ReadonlyMap<string, NewFile>,
): ChangedTree | Unknown {
  const before = tree === undefined ? new Map<string, TreeItem>() : trees.get(tree);
  if (before === undefined) return "unknown";
  const items = new Map(before);
  for (const [name, own] of byFirstName(changes)) {
    const changed = changeItem(trees, items.get(name), name, own);
    if (changed === "unknown") return "unknown";
    if (changed === undefined) items.delete(name);
    else items.set(name, changed);
  }
  if (items.size === 0) return { oid: undefined };
  const oid = treeIdOf([...items.values()]);
  trees.set(oid, items);
  return { oid };
}

/** Changes by the first name of their paths; the empty path is the thing itself. */
export function byFirstName<Value>(
  changes: ReadonlyMap<string, Value>,
): ReadonlyMap<string, ReadonlyMap<string, Value>> {
  const grouped = new Map<string, Map<string, Value>>();
  for (const [path, value] of changes) {
    const [name = "", ...rest] = path.split("/");
    const own = grouped.get(name) ?? new Map<string, Value>();
    grouped.set(name, own.set(rest.join("/"), value));
  }
  return grouped;
}

/** The item at a name after the changes below it. */
export function changeItem(
  trees: Trees,
  item: TreeItem | undefined,
  name: string,
  changes: ReadonlyMap<string, NewFile>,
): TreeItem | undefined | Unknown {
  if (changes.has("")) {
    const file = changes.get("");
    // An addition keeps the mode of a file that exists (section 7).
    const mode = item?.mode === "100755" ? item.mode : fileMode;
    return file === undefined ? undefined : { name, mode, ...file };
  }
  const changed = changeTree(trees, item?.mode === treeMode ? item.oid : undefined, changes);
  if (changed === "unknown") return changed;
  const { oid } = changed;
  return oid === undefined ? undefined : { name, mode: treeMode, oid, bytes: 0 };
}
