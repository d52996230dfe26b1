// One commit on top of another, made of parts that GitHub has or is given, on no branch yet (github.md section 9).
// Serves the published copy and proposals. Moves no branch: whoever calls decides where the commit goes.

import { object, string } from "valibot";

import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import { fileMode, treeMode } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";

/** A path of the new tree: by the id of what GitHub has, by its text, or taken out. */
export type TreePart =
  | { readonly path: string; readonly mode: string; readonly oid: string | undefined }
  | { readonly path: string; readonly content: string };

export interface BranchCommit {
  /** Tree that the parts are put into. */
  readonly tree: string;
  /** The only parent. */
  readonly parent: string;
  readonly parts: readonly TreePart[];
  readonly message: string;
}

const madeSchema = object({ sha: string() });

/** The id of the commit: two requests. Author and committer are left out, so that GitHub signs it (section 9). */
export async function makeBranchCommit(
  client: GithubClient,
  { tree, parent, parts, message }: BranchCommit,
  options: Omit<CallOptions, "isRead">,
): Promise<GithubAnswer<string>> {
  const patience = { ...options, isRead: false };
  const body = { base_tree: tree, tree: parts.map(writtenPart) };
  const trees = await client.rest("POST /repos/{owner}/{repo}/git/trees", body, patience);
  const madeTree = parsedAnswer(trees, "the new tree", madeSchema);
  if (!madeTree.ok) return madeTree;
  const commits = await client.rest(
    "POST /repos/{owner}/{repo}/git/commits",
    { message, tree: madeTree.data.sha, parents: [parent] },
    patience,
  );
  const made = parsedAnswer(commits, "the new commit", madeSchema);
  return made.ok ? { ok: true, data: made.data.sha } : made;
}

function writtenPart(part: TreePart): object {
  if ("content" in part)
    return { path: part.path, mode: fileMode, type: "blob", content: part.content };
  const { path, mode, oid } = part;
  return { path, mode, type: mode === treeMode ? "tree" : "blob", sha: oid ?? null };
}
