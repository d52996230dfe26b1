// What GraphQL reads: the repository, its refs, commits, trees and blobs, and its pull requests.

import { connection, type PageArguments } from "./graphql-connection.ts";
import type { GraphqlContext } from "./graphql-context.ts";
import { commitNode, objectNode } from "./graphql-objects.ts";
import type { FakePull } from "./pull-requests.ts";
import { notFound } from "./refusal.ts";
import { defaultBranch, type World } from "./world.ts";

type Node = Readonly<Record<string, unknown>>;

/** The root of every query. */
export const queries: Node = {
  rateLimit: (_: unknown, { rateLimit }: GraphqlContext) => rateLimit(),
  viewer: () => actor("github-actions[bot]"),
  repository: (wanted: { owner: string; name: string }, { world }: GraphqlContext) => {
    const isOurs = `${wanted.owner}/${wanted.name}`.toLowerCase() === world.fullName.toLowerCase();
    if (!isOurs)
      throw notFound(
        `Could not resolve to a Repository with the name '${wanted.owner}/${wanted.name}'.`,
      );
    world.access.need("contents", "read");
    return repositoryNode(world);
  },
};

function repositoryNode(world: World): Node {
  const url = `${world.serverUrl}/${world.fullName}`;
  return {
    __typename: "Repository",
    id: repositoryId(world),
    databaseId: 1,
    name: world.name,
    nameWithOwner: world.fullName,
    url,
    isPrivate: true,
    isArchived: false,
    isFork: false,
    owner: { ...actor(world.owner), __typename: "Organization" },
    defaultBranchRef: (_: unknown, { view }: GraphqlContext) =>
      refNode(world, `refs/heads/${defaultBranch}`, view.ref(`refs/heads/${defaultBranch}`)),
    ref: ({ qualifiedName }: { qualifiedName: string }, { view }: GraphqlContext) => {
      const name = fullRefName(qualifiedName);
      return refNode(world, name, view.ref(name));
    },
    object: async (
      { oid, expression }: { oid?: string | null; expression?: string | null },
      { view }: GraphqlContext,
    ) => {
      const wanted = oid ?? (await resolveExpression(world, view, expression ?? ""));
      return wanted === undefined ? null : await objectNode(world, wanted);
    },
    pullRequest: ({ number }: { number: number }) => pullNode(world, world.pulls.get(number)),
    pullRequests: (wanted: PullArguments, { world: { referee } }: GraphqlContext) =>
      connection("pullRequests", pullsFor(world, wanted), wanted, referee),
  };
}

export function repositoryId(world: World): string {
  return `R_${world.fullName}`;
}

interface PullArguments extends PageArguments {
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: "ASC" | "DESC" } | null;
}

function pullsFor(world: World, wanted: PullArguments): readonly Node[] {
  const { headRefName, baseRefName, states, orderBy } = wanted;
  const found = world.pulls.all.filter(
    (pull) =>
      (typeof headRefName !== "string" || pull.head === headRefName) &&
      (typeof baseRefName !== "string" || pull.base === baseRefName) &&
      (states === undefined || states === null || states.includes(pull.state)),
  );
  // Without an order GitHub promises none; by number is what one sees.
  const sorted = found.toSorted((a, b) =>
    orderBy?.field === "UPDATED_AT" ? a.updatedAt - b.updatedAt : a.number - b.number,
  );
  if (orderBy?.direction === "DESC") sorted.reverse();
  return sorted.map((pull) => pullNode(world, pull));
}

export function pullId(pull: FakePull): string {
  return `PR_${pull.number}`;
}

export function pullNode(world: World, pull: FakePull): Node {
  const date = (ms: number | null) => (ms === null ? null : world.date(ms));
  const url = `${world.serverUrl}/${world.fullName}/pull/${pull.number}`;
  return {
    __typename: "PullRequest",
    id: pullId(pull),
    number: pull.number,
    url,
    permalink: url,
    title: pull.title,
    body: pull.body ?? "",
    state: pull.state,
    closed: pull.state !== "OPEN",
    merged: pull.state === "MERGED",
    isDraft: false,
    isCrossRepository: false,
    headRefName: pull.head,
    headRefOid: pull.headOid,
    baseRefName: pull.base,
    baseRefOid: pull.baseOid,
    createdAt: date(pull.createdAt),
    updatedAt: date(pull.updatedAt),
    closedAt: date(pull.closedAt),
    mergedAt: date(pull.mergedAt),
    author: { ...actor("github-actions"), __typename: "Bot" },
    mergeCommit: async () =>
      pull.mergeCommit === null ? null : await commitNode(world, pull.mergeCommit),
    headRef: (_: unknown, { view }: GraphqlContext) =>
      refNode(world, `refs/heads/${pull.head}`, view.ref(`refs/heads/${pull.head}`)),
    baseRef: (_: unknown, { view }: GraphqlContext) =>
      refNode(world, `refs/heads/${pull.base}`, view.ref(`refs/heads/${pull.base}`)),
  };
}

export function refNode(world: World, fullName: string, oid: string | undefined): Node | null {
  if (oid === undefined) return null;
  const prefix = /^refs\/(?:heads|tags)\//u.exec(fullName)?.[0] ?? "refs/";
  const name = fullName.slice(prefix.length);
  return {
    __typename: "Ref",
    id: refId(fullName),
    name,
    prefix,
    target: async () => await objectNode(world, oid),
    associatedPullRequests: (wanted: PullArguments, { world: { referee } }: GraphqlContext) =>
      connection(
        "associatedPullRequests",
        pullsFor(world, { ...wanted, headRefName: wanted.headRefName ?? name }),
        wanted,
        referee,
      ),
  };
}

export function refId(fullName: string): string {
  return `REF_${fullName}`;
}

/** `main`, `heads/main` and `refs/heads/main` name the same. */
export function fullRefName(name: string): string {
  if (name.startsWith("refs/")) return name;
  return /^(?:heads|tags)\//u.test(name) ? `refs/${name}` : `refs/heads/${name}`;
}

async function resolveExpression(
  world: World,
  view: GraphqlContext["view"],
  expression: string,
): Promise<string | undefined> {
  const colon = expression.indexOf(":");
  const revision = colon < 0 ? expression : expression.slice(0, colon);
  const oid = resolveRevision(world, view, revision);
  if (oid === undefined || colon < 0) return oid;
  const commit = await world.repository.commit(oid);
  const tree = commit?.tree ?? oid;
  const path = expression.slice(colon + 1);
  return path === "" ? tree : (await world.repository.entryAt(tree, path))?.oid;
}

function resolveRevision(
  world: World,
  view: GraphqlContext["view"],
  revision: string,
): string | undefined {
  const [, name = "", steps = ""] = /^([^~^]*)(.*)$/u.exec(revision) ?? [];
  const named =
    view.ref(fullRefName(name === "HEAD" ? defaultBranch : name)) ?? view.ref(`refs/tags/${name}`);
  const start = named ?? (/^[0-9a-f]{7,40}$/u.test(name) ? name : undefined);
  if (start === undefined) return undefined;
  return world.repository.resolve(`${start}${steps}`);
}

function actor(login: string): Node {
  return {
    __typename: "User",
    id: `U_${login}`,
    login,
    url: `https://github.com/${login}`,
  };
}
