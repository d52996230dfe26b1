// What GraphQL writes: one commit at an expected head, refs at expected ids, and pull requests.

import { zeroOid } from "./bare-repository.ts";
import type { TreeEdits } from "./edit-tree.ts";
import type { GraphqlContext } from "./graphql-context.ts";
import { commitNode } from "./graphql-objects.ts";
import { fullRefName, pullId, pullNode, refId, refNode, repositoryId } from "./graphql-queries.ts";
import { bot, github } from "./people.ts";
import type { FakePull } from "./pull-requests.ts";
import { notFound, Refusal } from "./refusal.ts";
import type { World } from "./world.ts";

type Node = Readonly<Record<string, unknown>>;
type Absent = null | undefined;

interface CommitInput {
  readonly branch: {
    readonly id?: string | Absent;
    readonly repositoryNameWithOwner?: string | Absent;
    readonly branchName?: string | Absent;
  };
  readonly expectedHeadOid: string;
  readonly message: { readonly headline: string; readonly body?: string | Absent };
  readonly fileChanges?:
    | {
        readonly additions?:
          | readonly { readonly path: string; readonly contents: string }[]
          | Absent;
        readonly deletions?: readonly { readonly path: string }[] | Absent;
      }
    | Absent;
}

interface RefUpdate {
  readonly name: string;
  readonly afterOid: string;
  readonly beforeOid?: string | Absent;
  readonly force?: boolean | Absent;
}

interface PullInput {
  readonly repositoryId: string;
  readonly baseRefName: string;
  readonly headRefName: string;
  readonly title: string;
  readonly body?: string | Absent;
}

interface PullChange {
  readonly pullRequestId: string;
  readonly title?: string | Absent;
  readonly body?: string | Absent;
  readonly baseRefName?: string | Absent;
  readonly state?: "OPEN" | "CLOSED" | Absent;
}

/** The root of every mutation. */
export const mutations: Node = {
  createCommitOnBranch: async ({ input }: { input: CommitInput }, context: GraphqlContext) =>
    payload(input, await createCommit(input, context)),
  updateRefs: async (
    { input }: { input: { repositoryId: string; refUpdates: readonly RefUpdate[] } },
    context: GraphqlContext,
  ) => payload(input, await updateRefs(input, context)),
  createPullRequest: ({ input }: { input: PullInput }, { world }: GraphqlContext) => {
    checkRepository(world, input.repositoryId);
    const { title, baseRefName: base, headRefName: head } = input;
    const pull = world.pulls.create({ title, head, base, body: input.body ?? null });
    return payload(input, { pullRequest: pullNode(world, pull) });
  },
  updatePullRequest: ({ input }: { input: PullChange }, { world }: GraphqlContext) => {
    const { title, body, baseRefName, state } = input;
    const pull = world.pulls.update(pullOf(world, input.pullRequestId).number, {
      ...(typeof title === "string" ? { title } : {}),
      ...(typeof body === "string" ? { body } : {}),
      ...(typeof baseRefName === "string" ? { base: baseRefName } : {}),
      ...(state ? { state: state === "OPEN" ? "open" : "closed" } : {}),
    });
    return payload(input, { actor: null, pullRequest: pullNode(world, pull) });
  },
  closePullRequest: (
    { input }: { input: { pullRequestId: string } },
    { world }: GraphqlContext,
  ) => {
    world.access.need("pullRequests", "write");
    const pull = pullOf(world, input.pullRequestId);
    world.pulls.close(pull.number);
    return payload(input, { pullRequest: pullNode(world, pull) });
  },
};

function payload(input: object, fields: Node): Node {
  const { clientMutationId } = input as { clientMutationId?: string };
  return { clientMutationId: clientMutationId ?? null, ...fields };
}

async function createCommit(input: CommitInput, context: GraphqlContext): Promise<Node> {
  const { world, view, between } = context;
  const ref = branchOf(world, input);
  const branch = ref.slice("refs/heads/".length);
  world.access.need("contents", "write");
  const head = view.ref(ref);
  if (head === undefined) throw new Refusal("Branch not found", { status: 200 });
  const expected = input.expectedHeadOid;
  if (head !== expected)
    throw new Refusal(
      `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
      { status: 200, type: "STALE_DATA" },
    );
  const edits = await editsOf(world, input, expected);
  const { headline, body } = input.message;
  const oid = await world.commitFiles(expected, edits, {
    message: body ? `${headline}\n\n${body}` : headline,
    author: bot,
    committer: github,
  });
  world.signed.add(oid);
  world.checkMove(branch, expected, oid);
  await between();
  if (!world.refs.move(ref, expected, oid)) {
    const moved = world.refs.now(ref);
    if (moved === undefined) throw new Refusal("Branch not found", { status: 200 });
    throw new Refusal(`${ref} is at ${moved} but expected ${expected}`, { status: 200 });
  }
  return {
    commit: await commitNode(world, oid),
    ref: refNode(world, ref, oid),
  };
}

function branchOf(world: World, { branch }: CommitInput): string {
  if (branch.id) {
    const found = [...world.repository.refs().keys()].find((ref) => refId(ref) === branch.id);
    if (found === undefined)
      throw notFound(`Could not resolve to a node with the global id of '${branch.id}'`);
    return found;
  }
  if (branch.repositoryNameWithOwner !== world.fullName || !branch.branchName)
    throw notFound(
      `Could not resolve to a Repository with the name '${branch.repositoryNameWithOwner}'.`,
    );
  return fullRefName(branch.branchName);
}

async function editsOf(world: World, input: CommitInput, expected: string): Promise<TreeEdits> {
  const { referee, repository } = world;
  const additions = input.fileChanges?.additions ?? [];
  const deletions = input.fileChanges?.deletions ?? [];
  const paths = [...additions, ...deletions].map(({ path }) => path);
  if (paths.length === 0) referee.violation("createCommitOnBranch without changes (G9)");
  if (new Set(paths).size < paths.length) {
    referee.violation("createCommitOnBranch names a path twice");
    throw new Refusal("A path was specified more than once", {
      status: 200,
      type: "UNPROCESSABLE",
    });
  }
  for (const path of paths) {
    world.checkPath(path);
    if (/^\/|^$|(?:^|\/)\.{0,2}(?:\/|$)/u.test(path)) {
      referee.violation(`createCommitOnBranch with the path ${JSON.stringify(path)}`);
      throw new Refusal(`The path ${path} is malformed`, { status: 200, type: "UNPROCESSABLE" });
    }
  }
  const tree = (await repository.commit(expected))?.tree ?? "";
  const edits = new Map<string, { mode: string; oid: string } | undefined>();
  for (const { path } of deletions) {
    if ((await repository.entryAt(tree, path)) === undefined)
      throw notFound(
        `A path was requested for deletion which does not exist as of commit oid \`${expected}\``,
      );
    edits.set(path, undefined);
  }
  for (const { path, contents } of additions) {
    const oid = repository.writeBlob(Buffer.from(contents, "base64"));
    const there = await repository.entryAt(tree, path);
    const mode = there === undefined || there.mode === "40000" ? "100644" : there.mode;
    edits.set(path, { mode, oid });
  }
  return edits;
}

async function updateRefs(
  input: { readonly repositoryId: string; readonly refUpdates: readonly RefUpdate[] },
  context: GraphqlContext,
): Promise<Node> {
  const { world, view, between } = context;
  checkRepository(world, input.repositoryId);
  for (const update of input.refUpdates) {
    const before = view.ref(update.name);
    if (update.beforeOid && update.beforeOid !== (before ?? zeroOid)) throw genericError();
    await checkUpdate(world, update, before);
  }
  await between();
  for (const update of input.refUpdates) {
    const before = update.beforeOid ?? view.ref(update.name) ?? zeroOid;
    if (!world.refs.move(update.name, before, update.afterOid)) throw genericError();
  }
  return {};
}

async function checkUpdate(
  world: World,
  update: RefUpdate,
  before: string | undefined,
): Promise<void> {
  const branch = update.name.replace(/^refs\/heads\//u, "");
  world.checkMove(branch, before, update.afterOid);
  if (update.afterOid === zeroOid) return;
  if ((await world.repository.commit(update.afterOid)) === undefined)
    throw new Refusal("afterOid does not exist", { status: 200, type: "NOT_FOUND" });
  const isForward = before === undefined || world.repository.isAncestor(before, update.afterOid);
  if (!isForward && update.force !== true)
    throw new Refusal("The update is not a fast forward", { status: 200, type: "UNPROCESSABLE" });
}

/** A stale `beforeOid` has no error of its own: the caller has to look. */
function genericError(): Refusal {
  return new Refusal(
    "Something went wrong while executing your query. Please include `0000:FAKE` when reporting this issue.",
    { status: 200 },
  );
}

function checkRepository(world: World, id: string): void {
  if (id !== repositoryId(world))
    throw notFound(`Could not resolve to a node with the global id of '${id}'`);
}

function pullOf(world: World, id: string): FakePull {
  const found = world.pulls.all.find((pull) => pullId(pull) === id);
  if (found === undefined)
    throw notFound(`Could not resolve to a node with the global id of '${id}'`);
  return found;
}
