// Git objects as GraphQL shows them: commits with their history, trees with integer modes, blobs whose text is cut.

import type { CommitFacts, GitObject, Signature, TreeLine } from "./bare-repository.ts";
import { checkPage, connection, type PageArguments } from "./graphql-connection.ts";
import type { GraphqlContext } from "./graphql-context.ts";
import type { World } from "./world.ts";

type Node = Readonly<Record<string, unknown>>;

/** About where GitHub cuts `Blob.text`; the exact place is not known. */
const textBytesMax = 500_000;

/** The node of any object; null when there is none of this id. */
export async function objectNode(world: World, oid: string): Promise<Node | null> {
  const found = await world.repository.object(oid);
  switch (found?.type) {
    case "commit":
      return await commitNode(world, oid);
    case "tree":
      return treeNode(world, oid);
    case "blob":
      return blobNode(world, found);
    case "tag":
      return tagNode(world, found);
    case undefined:
      return null;
  }
}

export async function commitNode(world: World, oid: string): Promise<Node> {
  const commit = await world.repository.commit(oid);
  if (commit === undefined) throw new Error(`${oid} is no commit`);
  const { message, tree, author, committer, parents } = commit;
  const [headline = "", ...rest] = message.split("\n");
  return {
    ...gitObject(world, "Commit", "commit", oid),
    message,
    messageHeadline: headline,
    messageBody: rest.join("\n").trim(),
    committedDate: world.date(committer.seconds * 1000),
    authoredDate: world.date(author.seconds * 1000),
    author: actorNode(world, author),
    committer: actorNode(world, committer),
    committedViaWeb: committer.name === "GitHub",
    tree: () => treeNode(world, tree),
    file: async ({ path }: { path: string }) => {
      const line = await world.repository.entryAt(tree, path);
      return line === undefined ? null : await entryNode(world, line, path);
    },
    parents: async (page: PageArguments, { world: { referee } }: GraphqlContext) => {
      const nodes = await Promise.all(parents.map((parent) => commitNode(world, parent)));
      return connection("parents", nodes, page, referee);
    },
    history: async (wanted: HistoryArguments, { world: { referee } }: GraphqlContext) =>
      await history(world, commit, wanted, checkPage("history", wanted, referee)),
  };
}

interface HistoryArguments extends PageArguments {
  readonly path?: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
}

async function history(
  world: World,
  commit: CommitFacts,
  wanted: HistoryArguments,
  size: number,
): Promise<Node> {
  // GitHub's cursor: the commit that the walk began at, and the place in it.
  const skip = wanted.after ? Number(wanted.after.split(" ")[1]) + 1 : 0;
  const output = world.repository.git(
    "log",
    "--format=%H",
    `--skip=${skip}`,
    `--max-count=${size + 1}`,
    ...(wanted.since ? [`--since=${wanted.since}`] : []),
    ...(wanted.until ? [`--until=${wanted.until}`] : []),
    commit.oid,
    "--",
    ...(wanted.path ? [wanted.path] : []),
  );
  const oids = output === "" ? [] : output.split("\n");
  const nodes = await Promise.all(oids.slice(0, size).map((oid) => commitNode(world, oid)));
  const cursor = (index: number) => `${commit.oid} ${skip + index}`;
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(index) })),
    totalCount: () => Number(world.repository.git("rev-list", "--count", commit.oid)),
    pageInfo: {
      hasNextPage: oids.length > size,
      hasPreviousPage: skip > 0,
      startCursor: nodes.length === 0 ? null : cursor(0),
      endCursor: nodes.length === 0 ? null : cursor(nodes.length - 1),
    },
  };
}

function treeNode(world: World, oid: string): Node {
  return {
    ...gitObject(world, "Tree", "tree", oid),
    entries: async () =>
      await Promise.all(
        (await world.repository.tree(oid)).map((line) => entryNode(world, line, undefined)),
      ),
  };
}

async function entryNode(world: World, line: TreeLine, path: string | undefined): Promise<Node> {
  const mode = Number.parseInt(line.mode, 8);
  const type = line.mode === "40000" ? "tree" : line.mode === "160000" ? "commit" : "blob";
  return {
    __typename: "TreeEntry",
    name: line.name,
    ...(path === undefined ? {} : { path }),
    mode,
    type,
    oid: line.oid,
    size: type === "blob" ? () => world.repository.size(line.oid) : 0,
    object: async () => {
      if (type === "commit") return null;
      return type === "blob" ? listedBlob(world, line.oid) : await objectNode(world, line.oid);
    },
  };
}

/** A blob that is read when more is asked than its id and size. */
function listedBlob(world: World, oid: string): Node {
  const whole = async (): Promise<Node | null> => await objectNode(world, oid);
  return {
    ...gitObject(world, "Blob", "blob", oid),
    byteSize: () => world.repository.size(oid),
    isBinary: async () => (await whole())?.["isBinary"],
    isTruncated: async () => (await whole())?.["isTruncated"],
    text: async () => (await whole())?.["text"],
  };
}

function blobNode(world: World, { oid, bytes }: GitObject): Node {
  const text = textOf(bytes.subarray(0, textBytesMax));
  const isBinary = text === undefined;
  return {
    ...gitObject(world, "Blob", "blob", oid),
    byteSize: bytes.length,
    isBinary,
    isTruncated: !isBinary && bytes.length > textBytesMax,
    text: isBinary ? null : text,
  };
}

function tagNode(world: World, { oid, bytes }: GitObject): Node {
  const [, target = "", name = ""] =
    /^object (\S+)\ntype \S+\ntag (.+)$/mu.exec(bytes.toString()) ?? [];
  return {
    ...gitObject(world, "Tag", "tag", oid),
    name,
    target: async () => await objectNode(world, target),
  };
}

function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    // A cut may go through a character; what is left of it is dropped.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: true,
    });
  } catch {
    return undefined;
  }
}

function gitObject(world: World, typename: string, kind: string, oid: string): Node {
  const url = `${world.serverUrl}/${world.fullName}/${kind}/${oid}`;
  return {
    __typename: typename,
    id: `${typename}_${oid}`,
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitUrl: url,
    commitResourcePath: url,
    url,
  };
}

function actorNode(world: World, who: Signature): Node {
  return {
    __typename: "GitActor",
    name: who.name,
    email: who.email,
    date: world.date(who.seconds * 1000),
    user: null,
  };
}
