// Commits of the ledger branch with their trailers: who, when and what (contract 3.6). Reads only. GitHub filters by one
// path at a time, so several are read side by side and merged by date.

import { array, boolean, nullish, object, string } from "valibot";

import { parseTrailers } from "../../core/record/commit-message.ts";
import { instantOfMs } from "../../core/time/instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CommitEntry, LedgerStore, Tip } from "../../ports/ledger-store.ts";
import type { GithubClient } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";

/** One page of the commits of a path; without a path of all. */
export const historyDocument: string = `query History($owner: String!, $name: String!, $tip: GitObjectID!, $path: String, $after: String, $first: Int!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit {
    history(first: $first, path: $path, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { oid message committedDate author { name } }
    }
  } } }
}`;

const historySchema = object({
  pageInfo: object({ hasNextPage: boolean(), endCursor: nullish(string()) }),
  nodes: array(
    object({
      oid: string(),
      message: string(),
      committedDate: string(),
      author: nullish(object({ name: nullish(string()) })),
    }),
  ),
});

const answerSchema = object({
  repository: object({ at: nullish(object({ history: nullish(historySchema) })) }),
});

const pageMax = 100;

/** Commits that are looked through for the one that excludes what is before it. */
const sinceMax = 2000;

interface Reading {
  readonly client: GithubClient;
  readonly clock: Clock;
  readonly patience: Patience;
}

/** Commits that touch any of the paths, newest first; none of `since` and what is before it. */
export async function readHistory(
  reading: Reading,
  tip: Tip,
  { paths, since, limit }: Parameters<LedgerStore["history"]>[1],
): Promise<readonly CommitEntry[]> {
  if (limit < 1) return [];
  const after =
    since === undefined
      ? undefined
      : await pathHistory(reading, { tip, path: undefined, limit: sinceMax, until: since });
  if (after !== undefined && paths.length === 0) return after.slice(0, limit);
  const isAfter = new Set(after?.map(({ id }) => id));
  const found = new Map<Tip, CommitEntry>();
  for (const path of paths.length === 0 ? [undefined] : paths)
    for (const entry of await pathHistory(reading, { tip, path, limit, until: since }))
      if (after === undefined || isAfter.has(entry.id)) found.set(entry.id, entry);
  const entries = [...found.values()];
  // One path keeps git's own order; of several only the dates tell.
  if (paths.length > 1) entries.sort((a, b) => b.committedAt - a.committedAt);
  return entries.slice(0, limit);
}

/** The commits of one path until a commit is met, or the limit. */
async function pathHistory(
  { client, clock, patience }: Reading,
  query: {
    readonly tip: Tip;
    readonly path: string | undefined;
    readonly limit: number;
    readonly until: Tip | undefined;
  },
): Promise<readonly CommitEntry[]> {
  const entries: CommitEntry[] = [];
  let after: string | undefined;
  while (entries.length < query.limit) {
    const variables = {
      owner: client.owner,
      name: client.name,
      tip: query.tip,
      path: query.path ?? null,
      after: after ?? null,
      first: Math.min(pageMax, query.limit - entries.length),
    };
    const call = { until: patience.until(), isRead: true };
    const answer = parsedAnswer(
      await client.graphql(historyDocument, variables, call),
      "the history",
      answerSchema,
    );
    if (!answer.ok) throw readError("the history of the ledger", answer.error);
    const page = answer.data.repository.at?.history;
    if (!page) return entries;
    for (const node of page.nodes) {
      if (node.oid === query.until) return entries;
      entries.push(entryOf(node, clock.wall()));
    }
    if (!page.pageInfo.hasNextPage || !page.pageInfo.endCursor) return entries;
    after = page.pageInfo.endCursor;
  }
  return entries;
}

function entryOf(
  node: {
    readonly oid: string;
    readonly message: string;
    readonly committedDate: string;
    readonly author?: { readonly name?: string | null | undefined } | null | undefined;
  },
  now: number,
): CommitEntry {
  const [subject = ""] = node.message.split(/\n\s*\n/);
  const date = Date.parse(node.committedDate);
  return {
    id: node.oid as Tip,
    // A commit dated in the future counts as dated now (contract 9).
    committedAt: instantOfMs(Math.min(Number.isNaN(date) ? now : date, now)),
    author: node.author?.name ?? "",
    subject: subject.trim().replaceAll(/\s*\n\s*/g, " "),
    trailers: parseTrailers(node.message),
  };
}
