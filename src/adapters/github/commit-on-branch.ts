// One commit with one mutation: an atomic commit of many files and an exact compare-and-swap (section 7, G7). Says what
// GitHub answered; what that means is landing.ts.

import { object, string } from "valibot";

import type { CommitRequest, FileChange } from "../../ports/ledger-store.ts";
import type { GithubAnswer, GithubClient } from "./client.ts";
import type { MadeCommit } from "./git-data.ts";
import { parsedAnswer } from "./parsed-answer.ts";

/** The mutation that makes a ledger commit. */
export const commitDocument: string = `mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } } }
}`;

/** Above one of these the Git Data API takes the commit (G7). */
const filesMax = 100;
const bytesMax = 1_000_000;

/** Whether the changes go with one mutation. */
export function fitsMutation(changes: readonly FileChange[]): boolean {
  const bytes = changes.reduce((sum, { content }) => sum + Buffer.byteLength(content ?? ""), 0);
  return changes.length <= filesMax && bytes <= bytesMax;
}

const answerSchema = object({
  createCommitOnBranch: object({
    commit: object({ oid: string(), tree: object({ oid: string() }) }),
  }),
});

/** Sends the commit; the same request makes the same mutation again. */
export async function sendMutation(
  client: GithubClient,
  branch: string,
  { expected, message, changes, until }: CommitRequest,
): Promise<GithubAnswer<MadeCommit>> {
  const [headline = "", ...rest] = message.split("\n");
  const input = {
    branch: { repositoryNameWithOwner: `${client.owner}/${client.name}`, branchName: branch },
    expectedHeadOid: expected,
    message: { headline, body: rest.join("\n").trim() },
    fileChanges: {
      additions: changes.flatMap(({ path, content }) =>
        content === undefined
          ? []
          : [{ path, contents: Buffer.from(content, "utf8").toString("base64") }],
      ),
      deletions: changes.flatMap(({ path, content }) => (content === undefined ? [{ path }] : [])),
    },
  };
  const sent = await client.graphql(commitDocument, { input }, { until, isRead: false });
  const answer = parsedAnswer(sent, "the commit", answerSchema);
  // GitHub said no error and no commit either: it may have landed.
  if (!answer.ok)
    return sent.ok ? { ok: false, error: { ...answer.error, kind: "unknown" } } : answer;
  const { oid, tree } = answer.data.createCommitOnBranch.commit;
  return { ok: true, data: { oid, root: tree.oid } };
}
