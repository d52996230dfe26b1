// The bare git repository behind the fake: objects, trees, commits and refs in git's own formats, so that what a test
// leaves behind is a history that one can clone. Knows nothing of GitHub.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { deflateSync } from "node:zlib";

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

const packedRef = /^([0-9a-f]{40}) (refs\/\S+)$/gmu;

const bytesMax = 256 * 1024 * 1024;

export class BareRepository {
  readonly folder: string;
  readonly #temporary: string;
  readonly #objects = new Map<string, GitObject>();
  readonly #trees = new Map<string, ReadonlyMap<string, TreeLine>>();
  readonly #sizes = new Map<string, number>();
  #reader: ObjectReader | undefined;

  constructor(defaultBranch: string) {
    this.#temporary = mkdtempSync(join(tmpdir(), "tidemark-github-"));
    this.folder = join(this.#temporary, "repository.git");
    execFileSync("git", ["init", "-q", "--bare", "--template=", "-b", defaultBranch, this.folder]);
    // People clone by the path of this folder and push what they like.
    const settings = "[gc]\n\tauto = 0\n[receive]\n\tdenyDeleteCurrent = ignore\n";
    appendFileSync(join(this.folder, "config"), settings);
  }

  /** Output of git in this repository, trimmed at the end. */
  git(...args: readonly string[]): string {
    const options = { cwd: this.folder, maxBuffer: bytesMax, encoding: "utf8" } as const;
    const done = spawnSync("git", args, options);
    if (done.status === 0) return done.stdout.trimEnd();
    throw new Error(`git ${args.join(" ")}: ${done.stderr.trim()}`);
  }

  /** Whether git agrees; for questions that it answers by its exit code. */
  agrees(...args: readonly string[]): boolean {
    return spawnSync("git", args, { cwd: this.folder, stdio: "ignore" }).status === 0;
  }

  /** Id of the object that a revision names. */
  resolve(revision: string): string | undefined {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision];
    const done = spawnSync("git", args, { cwd: this.folder, encoding: "utf8" });
    return done.status === 0 ? done.stdout.trim() : undefined;
  }

  /** Every branch and tag with the commit it names; read on every request, so no process is worth it. */
  refs(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const packed = join(this.folder, "packed-refs");
    if (existsSync(packed))
      for (const [, oid = "", name = ""] of readFileSync(packed, "utf8").matchAll(packedRef))
        found.set(name, oid);
    const entries = readdirSync(join(this.folder, "refs"), {
      recursive: true,
      withFileTypes: true,
    });
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      // A lock that somebody holds at this moment is no ref, and may be gone the next.
      if (!entry.isFile() || path.endsWith(".lock") || !existsSync(path)) continue;
      const oid = readFileSync(path, "utf8").trim();
      if (/^[0-9a-f]{40}$/u.test(oid)) found.set(relative(this.folder, path), oid);
    }
    return found;
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

  /** Bytes of an object without reading it: a listing names files of many megabytes. */
  size(oid: string): number {
    if (!this.#sizes.has(oid)) {
      const format = "--batch-check=%(objectname) %(objectsize)";
      for (const line of this.git("cat-file", "--batch-all-objects", format).split("\n"))
        this.#sizes.set(line.slice(0, 40), Number(line.slice(41)));
    }
    return this.#sizes.get(oid) ?? 0;
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

  /** The id of a blob with this content. */
  writeBlob(content: Uint8Array): string {
    return this.#write("blob", content);
  }

  writeTree(lines: readonly TreeLine[]): string {
    // Git sorts a folder as if its name ended in a slash.
    const sorted = lines
      .map((line) => ({ line, key: line.mode === "40000" ? `${line.name}/` : line.name }))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    const parts = sorted.flatMap(({ line: { mode, name, oid } }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(oid, "hex"),
    ]);
    return this.#write("tree", Buffer.concat(parts));
  }

  writeCommit(facts: Omit<CommitFacts, "oid">): string {
    const signature = ({ name, email, seconds }: Signature) =>
      `${name} <${email}> ${seconds} +0000`;
    const lines = [
      `tree ${facts.tree}`,
      ...facts.parents.map((parent) => `parent ${parent}`),
      `author ${signature(facts.author)}`,
      `committer ${signature(facts.committer)}`,
      "",
      facts.message,
    ];
    return this.#write("commit", Buffer.from(lines.join("\n")));
  }

  /** A loose object, as git itself stores it; a process for each would be most of the time of a test. */
  #write(type: ObjectType, content: Uint8Array): string {
    const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const oid = createHash("sha1").update(whole).digest("hex");
    const folder = join(this.folder, "objects", oid.slice(0, 2));
    const path = join(folder, oid.slice(2));
    if (existsSync(path)) return oid;
    mkdirSync(folder, { recursive: true });
    // Renamed into place: a reader never sees half of it.
    writeFileSync(`${path}.new`, deflateSync(whole, { level: 1 }));
    renameSync(`${path}.new`, path);
    return oid;
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
    const end = () => {
      for (const done of this.#waiting.splice(0)) done(undefined);
    };
    // A request may outlive the fake that is being closed.
    this.#process.on("error", end).on("close", end);
    this.#process.stdin?.on("error", end);
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
