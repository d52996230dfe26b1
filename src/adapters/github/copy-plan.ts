// What is to be done about the published copy (github.md section 11): pure, so that each case can be shown. Serves the
// commit step. The ledger branch is the truth; the copy is base plus ledger in one commit, and the base keeps
// everything else, a README in the ledger folder included.

import {
  copyBranch,
  type BranchState,
  type CopyNames,
  type CopyState,
  type Entries,
} from "./copy-state.ts";
import { fileMode, treeMode } from "./object-id.ts";
import type { BranchMove, PullRequest } from "./pull-request.ts";

/** One path of a tree that is made from another one; `oid: undefined` takes it out. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly oid: string | undefined;
}

export type CopyStep =
  /** Base and ledger agree: there is nothing to merge. `move` takes a copy away that was left over. */
  | { readonly kind: "agree"; readonly move: BranchMove | undefined }
  /** The copy is what it should be; `open` is its pull request. Without one, a person has closed it. */
  | { readonly kind: "current"; readonly open: PullRequest | undefined }
  /** The copy is what it should be and has never been shown. */
  | { readonly kind: "show" }
  | {
      readonly kind: "derive";
      readonly base: BranchState;
      readonly changes: readonly TreeChange[];
      readonly before: string | undefined;
      readonly open: PullRequest | undefined;
    };

/** Only such folders hold run records; what else lies in the ledger folder is nobody's business (contract 9). */
const syncId = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The next step. `ledger` is what the ledger branch holds; undefined base: there is nothing to derive from. */
export function nextCopyStep(
  state: CopyState,
  ledger: Entries,
  names: CopyNames,
): CopyStep | undefined {
  const { base, copy, pulls } = state;
  if (base === undefined) return undefined;
  const changes = changesBetween(base.entries, ledger, names);
  if (changes.length === 0) return { kind: "agree", move: removal(copy) };
  const open = pulls.find((pull) => pull.state === "OPEN");
  if (copy === undefined || !isCurrent(copy, base, ledger, names))
    return { kind: "derive", base, changes, before: copy?.tip, open };
  if (open !== undefined) return { kind: "current", open };
  // Closed with this very commit: a person does not want it now. The next difference is shown again.
  const isClosed = pulls.some((pull) => pull.headRefOid === copy.tip);
  return isClosed ? { kind: "current", open: undefined } : { kind: "show" };
}

function removal(copy: BranchState | undefined): BranchMove | undefined {
  return copy === undefined
    ? undefined
    : { branch: copyBranch, before: copy.tip, after: undefined };
}

// Somebody may have pushed to the copy, and the base may have gone on: both show in its parents.
function isCurrent(
  copy: BranchState,
  base: BranchState,
  ledger: Entries,
  names: CopyNames,
): boolean {
  return (
    copy.parents.length === 1 &&
    copy.parents[0] === base.tip &&
    changesBetween(copy.entries, ledger, names).length === 0
  );
}

/** What makes the published paths of `from` those of `to`. */
export function changesBetween(
  from: Entries,
  to: Entries,
  names: CopyNames,
): readonly TreeChange[] {
  const [old, wanted] = [published(from, names), published(to, names)];
  const changes: TreeChange[] = [];
  for (const [path, { mode, oid }] of wanted)
    if (old.get(path)?.oid !== oid) changes.push({ path, mode, oid });
  for (const [path, { mode }] of old)
    if (!wanted.has(path)) changes.push({ path, mode, oid: undefined });
  return changes;
}

/** The folders of syncs, retired ones too, and the data files. Anything irregular stays what the base has (G6). */
function published(entries: Entries, { ledgerPath, dataPaths }: CopyNames): Entries {
  const data = new Set(dataPaths);
  return new Map(
    [...entries].filter(([path, { mode }]) => {
      if (data.has(path)) return mode === fileMode;
      const isInLedger = path.startsWith(`${ledgerPath}/`);
      return isInLedger && mode === treeMode && syncId.test(path.slice(ledgerPath.length + 1));
    }),
  );
}
