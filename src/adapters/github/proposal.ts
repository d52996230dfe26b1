// Changes of the ledger that wait for a person (G35): one commit on the tip, a branch of its own, one pull request
// against the ledger branch. Serves `backfill` with approval. Never forces or appends to a branch: it appears with its
// commit in it, or not at all.

import { nullish, object, string, type InferOutput } from "valibot";

import { LedgerError } from "../../core/failure/errors.ts";
import type { Published } from "../../core/report/published.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Proposal, Proposals } from "../../ports/proposals.ts";
import { makeBranchCommit, type TreePart } from "./branch-commit.ts";
import type { CallOptions, GithubAnswer, GithubClient, GithubError } from "./client.ts";
import { fileMode } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import { inSentence, isFinal, refusedPull } from "./pull-refusal.ts";
import { pullFields, pullsSchema, sendPublication } from "./pull-request.ts";
import { waitForRound } from "./rounds.ts";

export interface GithubProposalsOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
  /** Ends the waits between two tries (G28). */
  readonly cancel: AbortSignal;
  readonly ledgerBranch: string;
  /** Makes the ledger branch where it is missing: there is no pull request against nothing. */
  readonly ensureBranch: () => Promise<void>;
  /** The repository's page: GITHUB_SERVER_URL and its name. */
  readonly repositoryUrl: string;
}

type Patience = Omit<CallOptions, "isRead">;

/** One proposal at work. */
interface Proposing {
  readonly proposal: Proposal;
  readonly options: GithubProposalsOptions;
  readonly patience: Patience;
}

/** Sent once and, where GitHub does not know its own branch yet or an answer got lost, three times again. */
const triesMax = 4;

const patienceMs = 60_000;

/** What lies at the branch before, and after something went wrong. */
export const proposalQuery: string = `query Proposal($owner: String!, $name: String!, $tip: GitObjectID!, $branch: String!, $head: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    id
    at: object(oid: $tip) { ... on Commit { tree { oid } } }
    taken: ref(qualifiedName: $branch) { target { oid } }
    pulls: pullRequests(headRefName: $head, baseRefName: $base, states: [OPEN], first: 10) { nodes { ${pullFields} } }
  }
}`;

const placeSchema = object({
  repository: object({
    id: string(),
    at: nullish(object({ tree: nullish(object({ oid: string() })) })),
    taken: nullish(object({ target: nullish(object({ oid: string() })) })),
    pulls: pullsSchema,
  }),
});

type Place = InferOutput<typeof placeSchema>["repository"];

/** The port Proposals: five requests. */
export function githubProposals(options: GithubProposalsOptions): Proposals {
  return {
    propose: async (proposal) => {
      await options.ensureBranch();
      const patience = { until: options.clock.mono() + patienceMs };
      return propose({ proposal, options, patience });
    },
  };
}

async function propose(proposing: Proposing): Promise<Published> {
  const { proposal, options, patience } = proposing;
  const place = await readPlace(proposing);
  if (!place.ok) throw refusal(proposal, place.error.message);
  if (place.data.taken?.target) throw taken(proposal);
  const tree = place.data.at?.tree?.oid;
  if (tree === undefined) throw refusal(proposal, "GitHub does not know the commit it begins at");
  const commit = await makeBranchCommit(
    options.client,
    { tree, parent: proposal.tip, parts: partsOf(proposal), message: proposal.message },
    patience,
  );
  if (!commit.ok) throw refusal(proposal, commit.error.message);
  return show(place.data.id, commit.data, proposing);
}

async function readPlace({ proposal, options, patience }: Proposing): Promise<GithubAnswer<Place>> {
  const { client, ledgerBranch } = options;
  const variables = {
    owner: client.owner,
    name: client.name,
    tip: proposal.tip,
    branch: `refs/heads/${proposal.branch}`,
    head: proposal.branch,
    base: ledgerBranch,
  };
  const answer = await client.graphql(proposalQuery, variables, { ...patience, isRead: true });
  const read = parsedAnswer(answer, "the place of the proposal", placeSchema);
  return read.ok ? { ok: true, data: read.data.repository } : read;
}

function partsOf({ changes }: Proposal): readonly TreePart[] {
  return changes.map(({ path, content }) =>
    content === undefined ? { path, mode: fileMode, oid: undefined } : { path, content },
  );
}

/**
 * Branch first, pull request second, never both in one mutation: its second half would go on where the first one was
 * refused, and show a branch that somebody else has made meanwhile.
 */
async function show(
  repositoryId: string,
  commit: string,
  proposing: Proposing,
): Promise<Published> {
  const { proposal, options, patience } = proposing;
  const { client, ledgerBranch } = options;
  const { branch, title, body } = proposal;
  const steps = {
    move: { repositoryId, move: { branch, before: undefined, after: commit }, pull: undefined },
    pull: {
      repositoryId,
      move: undefined,
      pull: { kind: "create", base: ledgerBranch, head: branch, title, body },
    },
  } as const;
  let next: keyof typeof steps = "move";
  for (let failures = 0; ;) {
    const sent = await sendPublication(client, steps[next], patience);
    if (sent.ok && sent.data !== undefined) return { kind: "open", url: sent.data.url };
    if (sent.ok) {
      next = "pull";
      continue;
    }
    failures += 1;
    // It may have taken effect all the same: the branch itself tells.
    const place = await readPlace(proposing);
    if (!place.ok) throw refusal(proposal, place.error.message);
    const at = place.data.taken?.target?.oid;
    if (at !== undefined && at !== commit) throw taken(proposal);
    const [open] = place.data.pulls;
    if (open !== undefined) return { kind: "open", url: open.url };
    // Once moved it is there, even where a replica does not show it yet.
    if (at !== undefined) next = "pull";
    if (failures >= triesMax || isFinal(sent.error)) {
      if (next === "move") throw refusal(proposal, sent.error.message);
      return refused(sent.error, proposing);
    }
    await waitForRound(failures, options);
  }
}

function refused(wrong: GithubError | undefined, { proposal, options }: Proposing): Published {
  const { ledgerBranch, repositoryUrl } = options;
  return refusedPull(wrong, { repositoryUrl, base: ledgerBranch, head: proposal.branch });
}

function taken({ branch }: Proposal): LedgerError {
  return new LedgerError(
    `${branch}: expected a new branch for the proposal, found that it exists; it was left as it is: merge, close or delete it first`,
  );
}

function refusal({ branch }: Proposal, found: string): LedgerError {
  return new LedgerError(
    `${branch}: expected to be made for the proposal, found: ${inSentence(found)}; nothing was ordered: run the command again, and give the job \`contents: write\` and the branch no rule that refuses it`,
  );
}
