// A branch that is moved and the pull request that shows it, in one mutation (github.md section 11). Serves the commit
// step: the published copy and proposals. Never decides whether something is to be published.

import {
  array,
  boolean,
  nullish,
  object,
  picklist,
  pipe,
  string,
  transform,
  type GenericSchema,
} from "valibot";

import type { CallOptions, GithubAnswer, GithubClient, GithubError } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";

/** What is asked of a pull request wherever one is read. */
export const pullFields = "id url state isCrossRepository headRefOid";

/** A pull request as `pullFields` shows it. */
export interface PullRequest {
  readonly id: string;
  readonly url: string;
  readonly state: "OPEN" | "CLOSED" | "MERGED";
  readonly isCrossRepository: boolean;
  /** Where its branch stood when it was last open. */
  readonly headRefOid: string;
}

const pullSchema = object({
  id: string(),
  url: string(),
  state: picklist(["OPEN", "CLOSED", "MERGED"]),
  isCrossRepository: boolean(),
  headRefOid: string(),
});

/** Pull requests of one head branch, as a connection with `pullFields` shows them. */
export const pullsSchema: GenericSchema<unknown, readonly PullRequest[]> = pipe(
  object({ nodes: array(nullish(pullSchema)) }),
  // A branch of that name in a fork is a stranger's.
  transform(({ nodes }) =>
    nodes.flatMap((pull) => (pull?.isCrossRepository === false ? [pull] : [])),
  ),
);

/** How a branch moves; `undefined` is a branch that does not exist. */
export interface BranchMove {
  readonly branch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A new pull request, or new words for one that is open. */
export type PullChange =
  | {
      readonly kind: "create";
      readonly base: string;
      readonly head: string;
      readonly title: string;
      readonly body: string;
    }
  | { readonly kind: "update"; readonly id: string; readonly title: string; readonly body: string };

export interface Publication {
  /** Node id of the repository. */
  readonly repositoryId: string;
  readonly move: BranchMove | undefined;
  readonly pull: PullChange | undefined;
}

/** A body of more than this many characters is reported to be answered with 502 (github.md section 11, G29). */
const bodyMax = 30_000;

/** Titles end here; GitHub refuses longer ones. */
const titleMax = 250;

const nothing = "0".repeat(40);

const sentSchema = object({
  pull: nullish(
    object({ pullRequest: nullish(object({ id: string(), url: string(), state: string() })) }),
  ),
});

/**
 * Moves the branch if it still is where it was read, and then opens or rewords the pull request: one request. Answers
 * the pull request. After an error either half may have taken effect; only reading again tells.
 */
export async function sendPublication(
  client: GithubClient,
  publication: Publication,
  options: Omit<CallOptions, "isRead">,
): Promise<GithubAnswer<{ readonly url: string; readonly isOpen: boolean } | undefined>> {
  const { repositoryId, move, pull } = publication;
  const variables = {
    ...(move === undefined ? {} : { refs: refsInput(repositoryId, move) }),
    ...(pull === undefined ? {} : { pull: pullInput(repositoryId, pull) }),
  };
  const document = publicationDocument(move !== undefined, pull?.kind);
  const answer = await client.graphql(document, variables, { ...options, isRead: false });
  const sent = parsedAnswer(answer, "the answer to a publication", sentSchema);
  if (!sent.ok) return sent;
  const shown = sent.data.pull?.pullRequest ?? undefined;
  if (pull !== undefined && shown === undefined) return { ok: false, error: notShown };
  return {
    ok: true,
    data: shown === undefined ? undefined : { url: shown.url, isOpen: shown.state === "OPEN" },
  };
}

const notShown: GithubError = {
  kind: "unknown",
  status: 200,
  type: undefined,
  message: "an answer without the pull request",
};

/** The mutation with the halves that are needed. */
export function publicationDocument(
  hasMove: boolean,
  pull: PullChange["kind"] | undefined,
): string {
  const parameters = [];
  const fields = [];
  if (hasMove) {
    parameters.push("$refs: UpdateRefsInput!");
    fields.push("refs: updateRefs(input: $refs) { clientMutationId }");
  }
  if (pull !== undefined) {
    const verb = pull === "create" ? "Create" : "Update";
    parameters.push(`$pull: ${verb}PullRequestInput!`);
    fields.push(`pull: ${pull}PullRequest(input: $pull) { pullRequest { id url state } }`);
  }
  return `mutation Publish(${parameters.join(", ")}) {\n  ${fields.join("\n  ")}\n}`;
}

function refsInput(repositoryId: string, { branch, before, after }: BranchMove): object {
  const update = {
    name: `refs/heads/${branch}`,
    // Zeros say that the branch must not exist, or shall not any more.
    beforeOid: before ?? nothing,
    afterOid: after ?? nothing,
    force: true,
  };
  return { repositoryId, refUpdates: [update] };
}

function pullInput(repositoryId: string, pull: PullChange): object {
  const words = { title: clampTitle(pull.title), body: clampBody(pull.body) };
  return pull.kind === "create"
    ? { repositoryId, baseRefName: pull.base, headRefName: pull.head, ...words }
    : { pullRequestId: pull.id, ...words };
}

/** The last guard against a body that GitHub does not take; who writes the text leaves out what can be spared (G29). */
export function clampBody(body: string): string {
  if (body.length <= bodyMax) return body;
  const room = bodyMax - leftOut(body.length).length;
  const lineEnd = body.lastIndexOf("\n", room);
  const kept = body.slice(0, lineEnd > 0 ? lineEnd : room).replace(/[\uD800-\uDBFF]$/, "");
  return kept + leftOut(body.length - kept.length);
}

function leftOut(characters: number): string {
  return `\n\n… ${characters} more characters are left out.`;
}

/** A title on one line that GitHub takes. */
export function clampTitle(title: string): string {
  const line = title.replace(/\s+/g, " ").trim();
  if (line.length <= titleMax) return line;
  return `${line.slice(0, titleMax - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
