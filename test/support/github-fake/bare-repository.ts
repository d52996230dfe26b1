// The bare git repository behind the fake: objects, trees, commits and refs by git's own plumbing, so that what a test
// leaves behind is a history that one can clone. Knows nothing of GitHub.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly bytes: Buffer;
}

/** One line of a tree, `mode` as git writes it: `100644`, `40000`. */
export interface TreeLine {
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Who made it, and when, in seconds since the epoch. */
export interface Signature extends Person {
  readonly seconds: number;
}

export interface CommitFacts {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export const zeroOid: string = "0".repeat(40);

const bytesMax = 256 * 1024 * 1024;

export class BareRepository {
  readonly folder: string;
  readonly #temporary: string;
  readonly #objects = new Map<string, GitObject>();
  readonly #trees = new Map<string, ReadonlyMap<string, TreeLine>>();
  #reader: ObjectReader | undefined;

  constructor(defaultBranch: string) {
    this.#temporary = mkdtempSync(join(tmpdir(), "tidemark-github-"));
    this.folder = join(this.#temporary, "repository.git");
    execFileSync("git", ["init", "-q", "--bare", "--template=", "-b", defaultBranch, this.folder]);
    // People clone by the path of this folder and push what they like.
    const settings = "[gc]\n\tauto = 0\n[receive]\n\tdenyDeleteCurrent = ignore\n";
    appendFileSync(join(this.folder, "config"), settings);
  }

  git(...args: readonly string[]): string {
    return this.run(args).toString().trimEnd();
  }

  /** Output as it came; `input` is what git reads. */
  run(args: readonly string[], input?: string | Uint8Array, env: NodeJS.ProcessEnv = {}): Buffer {
    const done = spawnSync("git", args, {
      cwd: this.folder,
      env: { ...process.env, GIT_CONFIG_NOSYSTEM: "1", ...env },
      maxBuffer: bytesMax,
      ...(input === undefined ? {} : { input }),
    });
    if (done.status === 0) return done.stdout;
    throw new Error(`git ${args.join(" ")}: ${done.stderr.toString().trim()}`);
  }

  /** Whether git agrees; for questions that it answers by its exit code. */
  agrees(...args: readonly string[]): boolean {
    return spawnSync("git", args, { cwd: this.folder, stdio: "ignore" }).status === 0;
  }

  /** Every branch and tag with the commit it names. */
  refs(): ReadonlyMap<string, string> {
    const lines = this.git("for-each-ref", "--format=%(objectname) %(refname)").split("\n");
    return new Map(
      lines.filter((line) => line !== "").map((line) => [line.slice(41), line.slice(0, 40)]),
    );
  }

  /** The swap: false when the ref is not at `before` any more. Zeros mean that there is none. */
  swap(ref: string, before: string | undefined, after: string): boolean {
    const expected = before === undefined ? [] : [before];
    return after === zeroOid
      ? this.agrees("update-ref", "-d", ref, ...expected)
      : this.agrees("update-ref", ref, after, ...expected);
  }

  async object(oid: string): Promise<GitObject | undefined> {
    const known = this.#objects.get(oid);
    if (known !== undefined) return known;
    this.#reader ??= new ObjectReader(this.folder);
    const found = await this.#reader.read(oid);
    if (found !== undefined) this.#objects.set(found.oid, found);
    return found;
  }

  /** Entries in git's order; none when this is no tree. */
  async tree(oid: string): Promise<readonly TreeLine[]> {
    return [...(await this.#entries(oid)).values()];
  }

  async #entries(oid: string): Promise<ReadonlyMap<string, TreeLine>> {
    const known = this.#trees.get(oid);
    if (known !== undefined) return known;
    const found = await this.object(oid);
    const lines = found?.type === "tree" ? parseTree(found.bytes) : [];
    const entries = new Map(lines.map((line) => [line.name, line]));
    if (found !== undefined) this.#trees.set(oid, entries);
    return entries;
  }

  async commit(oid: string): Promise<CommitFacts | undefined> {
    const found = await this.object(oid);
    return found?.type === "commit" ? parseCommit(found) : undefined;
  }

  /** The entry at a path below a tree. */
  async entryAt(tree: string, path: string): Promise<TreeLine | undefined> {
    let at: TreeLine = { mode: "40000", name: "", oid: tree };
    for (const name of path.split("/")) {
      const next = (await this.#entries(at.oid)).get(name);
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  /** Blob ids, in the order of the contents; one process for all of them. */
  writeBlobs(contents: readonly Uint8Array[]): readonly string[] {
    if (contents.length === 0) return [];
    const folder = mkdtempSync(join(this.#temporary, "blobs-"));
    const paths = contents.map((content, index) => {
      const path = join(folder, String(index));
      writeFileSync(path, content);
      return path;
    });
    const args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    const oids = this.run(args, `${paths.join("\n")}\n`)
      .toString()
      .trimEnd()
      .split("\n");
    rmSync(folder, { recursive: true, force: true });
    return oids;
  }

  /** Throws when an object that a line names does not exist. */
  writeTree(lines: readonly TreeLine[]): string {
    const text = lines.map(({ mode, oid, name }) => {
      const padded = mode.padStart(6, "0");
      const type = padded === "040000" ? "tree" : padded === "160000" ? "commit" : "blob";
      return `${padded} ${type} ${oid}\t${name}\0`;
    });
    return this.run(["mktree", "-z"], text.join("")).toString().trimEnd();
  }

  writeCommit(facts: Omit<CommitFacts, "oid">): string {
    const parents = facts.parents.flatMap((parent) => ["-p", parent]);
    const { author, committer } = facts;
    return this.run(["commit-tree", facts.tree, ...parents], facts.message, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: `@${author.seconds} +0000`,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: `@${committer.seconds} +0000`,
    })
      .toString()
      .trimEnd();
  }

  isAncestor(older: string, newer: string): boolean {
    return this.agrees("merge-base", "--is-ancestor", older, newer);
  }

  /** Commits of `head` that `base` does not have. */
  ahead(base: string, head: string): number {
    return Number(this.git("rev-list", "--count", `${base}..${head}`));
  }

  close(): void {
    this.#reader?.close();
    rmSync(this.#temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

function parseTree(bytes: Buffer): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    lines.push({
      mode: bytes.toString("latin1", at, space),
      name: bytes.toString("utf8", space + 1, end),
      oid: bytes.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return lines;
}

function parseCommit({ oid, bytes }: GitObject): CommitFacts {
  const text = bytes.toString();
  const end = text.indexOf("\n\n");
  const headers = text.slice(0, end).split("\n");
  const all = (name: string) =>
    headers
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
  return {
    oid,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: parseSignature(all("author")[0] ?? ""),
    committer: parseSignature(all("committer")[0] ?? ""),
    message: text.slice(end + 2).replace(/\n$/u, ""),
  };
}

function parseSignature(line: string): Signature {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+) /u.exec(line) ?? [];
  return { name, email, seconds: Number(seconds) };
}

/** One `git cat-file --batch` for all reads: hundreds of blobs in a query are no hundreds of processes. */
class ObjectReader {
  readonly #process: ChildProcess;
  readonly #waiting: ((object: GitObject | undefined) => void)[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that have to be there before anything can be parsed. */
  #needed = 1;

  constructor(folder: string) {
    this.#process = spawn("git", ["cat-file", "--batch"], {
      cwd: folder,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#process.stdout?.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (this.#size >= this.#needed) this.#parse();
    });
    this.#process.on("close", () => {
      for (const done of this.#waiting.splice(0)) done(undefined);
    });
  }

  async read(name: string): Promise<GitObject | undefined> {
    // A name with a line break would be two questions.
    if (name === "" || /[\n\0]/u.test(name)) return undefined;
    return await new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin?.write(`${name}\n`);
    });
  }

  #parse(): void {
    let bytes = Buffer.concat(this.#chunks);
    for (;;) {
      const lineEnd = bytes.indexOf(0x0a);
      if (lineEnd < 0) {
        this.#needed = bytes.length + 1;
        break;
      }
      const line = bytes.toString("utf8", 0, lineEnd);
      const found = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/u.exec(line);
      const start = lineEnd + 1;
      const end = found === null ? start : start + Number(found[3]) + 1;
      if (bytes.length < end) {
        this.#needed = end;
        break;
      }
      const [, oid = "", type = ""] = found ?? [];
      const content = Buffer.from(bytes.subarray(start, end - 1));
      bytes = bytes.subarray(end);
      this.#waiting.shift()?.(
        found === null ? undefined : { oid, type: type as ObjectType, bytes: content },
      );
    }
    this.#chunks = [bytes];
    this.#size = bytes.length;
  }

  close(): void {
    this.#process.stdin?.end();
  }
}
