// The Git Data API: blobs, trees, commits and refs.

import { type TreeLine, zeroOid } from "./bare-repository.ts";
import { editTree } from "./edit-tree.ts";
import { bot, github } from "./people.ts";
import { notFound, Refusal } from "./refusal.ts";
import type { RestCall, RestHandler } from "./rest-call.ts";

const repo = "/repos/{owner}/{repo}";

export const gitHandlers: Readonly<Record<string, RestHandler>> = {
  [`GET ${repo}/git/blobs/{file_sha}`]: getBlob,
  [`POST ${repo}/git/blobs`]: createBlob,
  [`GET ${repo}/git/trees/{tree_sha}`]: getTree,
  [`POST ${repo}/git/trees`]: createTree,
  [`POST ${repo}/git/commits`]: createCommit,
  [`POST ${repo}/git/refs`]: createRef,
  [`PATCH ${repo}/git/refs/{ref}`]: updateRef,
  [`DELETE ${repo}/git/refs/{ref}`]: deleteRef,
};

async function getBlob({ world, parameters, url }: RestCall) {
  world.access.need("contents", "read");
  const sha = parameters["file_sha"] ?? "";
  const found = /^[0-9a-f]{40}$/u.test(sha) ? await world.repository.object(sha) : undefined;
  if (found?.type !== "blob") throw notFound();
  // GitHub breaks the lines of what it encodes.
  const content = found.bytes.toString("base64").replaceAll(/.{60}/gu, "$&\n");
  return {
    status: 200,
    body: {
      sha,
      node_id: `Blob_${sha}`,
      size: found.bytes.length,
      url: `${url}/git/blobs/${sha}`,
      content,
      encoding: "base64",
    },
  };
}

function createBlob({ world, body, url }: RestCall) {
  world.access.need("contents", "write");
  const { content, encoding } = body as { content: string; encoding?: string };
  const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
  if (bytes.length > 40 * 1024 * 1024)
    throw new Refusal("Sorry, your input was too large to process.", { status: 422 });
  const sha = world.repository.writeBlob(bytes);
  return { status: 201, body: { sha, url: `${url}/git/blobs/${sha}` } };
}

async function getTree({ world, view, parameters, query, url }: RestCall) {
  world.access.need("contents", "read");
  const asked = parameters["tree_sha"] ?? "";
  const oid = view.ref(`refs/heads/${asked}`) ?? asked;
  const commit = await world.repository.commit(oid);
  const found = await world.repository.object(commit?.tree ?? oid);
  if (found?.type !== "tree") throw notFound();
  const tree: unknown[] = [];
  const walk = async (of: string, prefix: string): Promise<void> => {
    for (const line of await world.repository.tree(of)) {
      const type = typeOf(line);
      const size = (await world.repository.object(line.oid))?.bytes.length;
      tree.push({
        path: `${prefix}${line.name}`,
        mode: line.mode.padStart(6, "0"),
        type,
        sha: line.oid,
        ...(type === "blob" ? { size } : {}),
        url: `${url}/git/${type}s/${line.oid}`,
      });
      if (type === "tree" && query["recursive"] !== undefined)
        await walk(line.oid, `${prefix}${line.name}/`);
    }
  };
  await walk(found.oid, "");
  // The id that was asked for, a commit's too; that is a trap of the real one.
  return {
    status: 200,
    body: { sha: oid, url: `${url}/git/trees/${oid}`, tree, truncated: false },
  };
}

interface TreeItem {
  readonly path: string;
  readonly mode: string;
  readonly type?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

async function createTree({ world, body, url }: RestCall) {
  world.access.need("contents", "write");
  const { tree, base_tree: base } = body as { tree: readonly TreeItem[]; base_tree?: string };
  const baseOid =
    base === undefined ? undefined : ((await world.repository.commit(base))?.tree ?? base);
  if (baseOid !== undefined && (await world.repository.object(baseOid))?.type !== "tree")
    throw new Refusal("base_tree is not a valid tree oid", { status: 422 });
  const edits = new Map<string, { mode: string; oid: string } | undefined>();
  for (const item of tree) {
    world.checkPath(item.path);
    edits.set(item.path, await editOf(world, baseOid, item));
  }
  const sha = await editTree(world.repository, baseOid, edits);
  if (sha === undefined) throw new Refusal("Invalid tree info", { status: 422 });
  const lines = await world.repository.tree(sha);
  return {
    status: 201,
    body: {
      sha,
      url: `${url}/git/trees/${sha}`,
      truncated: false,
      tree: lines.map((line) => ({
        path: line.name,
        mode: line.mode.padStart(6, "0"),
        type: typeOf(line),
        sha: line.oid,
        url: `${url}/git/${typeOf(line)}s/${line.oid}`,
      })),
    },
  };
}

async function editOf(
  world: RestCall["world"],
  baseOid: string | undefined,
  item: TreeItem,
): Promise<{ mode: string; oid: string } | undefined> {
  const badState = () => new Refusal("GitRPC::BadObjectState", { status: 422 });
  if (item.sha === null) {
    const there =
      baseOid === undefined ? undefined : await world.repository.entryAt(baseOid, item.path);
    if (there === undefined) throw badState();
    return undefined;
  }
  const { sha, content } = item;
  if ((sha === undefined) === (content === undefined))
    throw new Refusal("Must supply either tree.sha or tree.content", { status: 422 });
  const oid = sha ?? world.repository.writeBlob(Buffer.from(content ?? ""));
  const mode = item.mode.replace(/^0/u, "");
  const found = /^[0-9a-f]{40}$/u.test(oid) ? await world.repository.object(oid) : undefined;
  const expected = typeOf({ mode, name: "", oid });
  if (expected !== "commit" && found?.type !== expected) throw badState();
  if (item.type !== undefined && item.type !== expected) throw badState();
  return { mode, oid };
}

interface CommitBody {
  readonly message: string;
  readonly tree: string;
  readonly parents?: readonly string[];
  readonly author?: { readonly name: string; readonly email: string; readonly date?: string };
  readonly committer?: { readonly name?: string; readonly email?: string };
}

async function createCommit({ world, body, url }: RestCall) {
  world.access.need("contents", "write");
  const { message, tree, parents = [], author, committer } = body as unknown as CommitBody;
  if ((await world.repository.object(tree))?.type !== "tree")
    throw new Refusal("Tree SHA does not exist", { status: 422 });
  for (const parent of parents)
    if ((await world.repository.commit(parent)) === undefined)
      throw new Refusal("Parent SHA does not exist or is not a commit object", { status: 422 });
  const isSigned = author === undefined && committer === undefined;
  const by = world.sign(author ?? bot);
  const committedBy = world.sign(isSigned ? github : { ...bot, ...author, ...committer });
  const facts = { message, tree, parents, author: by, committer: committedBy };
  const sha = world.repository.writeCommit(facts);
  if (isSigned) world.signed.add(sha);
  const link = (kind: string, oid: string) => ({ sha: oid, url: `${url}/git/${kind}/${oid}` });
  const html = (oid: string) => `${world.serverUrl}/${world.fullName}/commit/${oid}`;
  return {
    status: 201,
    body: {
      ...link("commits", sha),
      node_id: `Commit_${sha}`,
      html_url: html(sha),
      author: { name: by.name, email: by.email, date: world.date(by.seconds * 1000) },
      committer: {
        name: committedBy.name,
        email: committedBy.email,
        date: world.date(committedBy.seconds * 1000),
      },
      tree: link("trees", tree),
      message,
      parents: parents.map((parent) => ({ ...link("commits", parent), html_url: html(parent) })),
      verification: { verified: isSigned, reason: isSigned ? "valid" : "unsigned" },
    },
  };
}

async function createRef(call: RestCall) {
  const { world, view, body, between } = call;
  const { ref, sha } = body as { ref: string; sha: string };
  world.access.need("contents", "write");
  if (!/^refs\/[^/]+\/./u.test(ref))
    throw new Refusal(`${ref} is not a valid ref name.`, { status: 422 });
  await checkObject(call, sha);
  if (view.ref(ref) !== undefined) throw new Refusal("Reference already exists", { status: 422 });
  await between();
  if (!world.refs.move(ref, zeroOid, sha))
    throw new Refusal("Reference already exists", { status: 422 });
  return { status: 201, body: refBody(call, ref, sha) };
}

async function updateRef(call: RestCall) {
  const { world, view, body, between } = call;
  const { sha, force } = body as { sha: string; force?: boolean };
  const ref = `refs/${call.parameters["ref"]}`;
  world.access.need("contents", "write");
  const before = view.ref(ref);
  if (before === undefined) throw new Refusal("Reference does not exist", { status: 422 });
  await checkObject(call, sha);
  const notForward = () => new Refusal("Update is not a fast forward", { status: 422 });
  if (force !== true && !world.repository.isAncestor(before, sha)) throw notForward();
  world.checkMove(ref.replace(/^refs\/heads\//u, ""), before, sha);
  await between();
  if (!world.refs.move(ref, force === true ? undefined : before, sha)) throw notForward();
  return { status: 200, body: refBody(call, ref, sha) };
}

async function deleteRef(call: RestCall) {
  const { world, view, between } = call;
  const ref = `refs/${call.parameters["ref"]}`;
  world.access.need("contents", "write");
  if (view.ref(ref) === undefined) throw new Refusal("Reference does not exist", { status: 422 });
  await between();
  if (!world.refs.move(ref, undefined, zeroOid))
    throw new Refusal("Reference does not exist", { status: 422 });
  return { status: 204 };
}

async function checkObject({ world }: RestCall, sha: string): Promise<void> {
  if (!/^[0-9a-f]{40}$/u.test(sha) || (await world.repository.object(sha)) === undefined)
    throw new Refusal("Object does not exist", { status: 422 });
}

function refBody({ url }: RestCall, ref: string, sha: string): unknown {
  return {
    ref,
    node_id: `REF_${ref}`,
    url: `${url}/git/${ref}`,
    object: { type: "commit", sha, url: `${url}/git/commits/${sha}` },
  };
}

function typeOf({ mode }: TreeLine): "blob" | "tree" | "commit" {
  if (mode === "40000") return "tree";
  return mode === "160000" ? "commit" : "blob";
}
