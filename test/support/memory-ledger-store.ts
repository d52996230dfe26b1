// A ledger store in memory: the same contract as git, for tests of what is above it. Two stores may share one branch.

import { createHash } from "node:crypto";

import { instantOfMs } from "../../src/core/time/instant.ts";
import type {
  CommitEntry,
  FileChange,
  LedgerStore,
  Tip,
  TreeEntry,
} from "../../src/ports/ledger-store.ts";

interface MemoryCommit {
  readonly id: Tip;
  readonly parent: Tip | undefined;
  readonly message: string;
  readonly paths: readonly string[];
  readonly files: ReadonlyMap<string, MemoryFile>;
}

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly mode: string;
}

/** A branch that several stores may share. */
export interface MemoryBranch {
  tip: Tip;
  readonly commits: Map<Tip, MemoryCommit>;
  /** Puts files there as a person would, of any bytes and mode. */
  edit(files: Readonly<Record<string, string | Uint8Array | undefined>>, mode?: string): Tip;
}

export function memoryBranch(): MemoryBranch {
  const start: MemoryCommit = {
    id: "start" as Tip,
    parent: undefined,
    message: "start",
    paths: [],
    files: new Map(),
  };
  const branch: MemoryBranch = {
    tip: start.id,
    commits: new Map([[start.id, start]]),
    edit: (files, mode = "100644") => {
      const changed = new Map(
        Object.entries(files).map(([path, content]) => [
          path,
          content === undefined ? undefined : { bytes: bytesOf(content), mode },
        ]),
      );
      return addCommit(branch, "edit by hand", changed);
    },
  };
  return branch;
}

export function memoryStore(branch: MemoryBranch, now: () => number = () => 0): LedgerStore {
  const filesAt = (tip: Tip): ReadonlyMap<string, MemoryFile> =>
    branch.commits.get(tip)?.files ?? new Map<string, MemoryFile>();
  return {
    open: () => Promise.resolve([]),
    tip: () => Promise.resolve(branch.tip),
    files: (tip) => ({
      tip,
      read: (path) => Promise.resolve(filesAt(tip).get(path)?.bytes),
      readMany: (paths) => {
        const files = paths.flatMap((path) => {
          const file = filesAt(tip).get(path);
          return file === undefined ? [] : [[path, file.bytes] as const];
        });
        return Promise.resolve(new Map(files));
      },
      list: (folder) => Promise.resolve(entriesBelow(filesAt(tip), folder)),
    }),
    claimHold: () => undefined,
    commit: ({ expected, message, changes }) => {
      if (changes.length === 0) throw new Error("no commit is made without changes");
      if (branch.tip !== expected) return Promise.resolve({ kind: "conflict" });
      return Promise.resolve({
        kind: "committed",
        tip: addCommit(branch, message, filesOf(changes)),
      });
    },
    history: (tip, { paths, since, limit }) => {
      const found: CommitEntry[] = [];
      for (let at: Tip | undefined = tip; at !== undefined && at !== since;) {
        const commit: MemoryCommit | undefined = branch.commits.get(at);
        if (commit === undefined) break;
        const isOwn = commit.paths.some((path) => paths.length === 0 || touches(path, paths));
        if (isOwn && found.length < limit) found.push(entryOf(commit, now()));
        at = commit.parent;
      }
      return Promise.resolve(found);
    },
    resolve: (ref) => Promise.resolve(branch.commits.get(ref as Tip)?.id),
    blobId: (content) => idOf(bytesOf(content)),
  };
}

function addCommit(
  branch: MemoryBranch,
  message: string,
  changed: ReadonlyMap<string, MemoryFile | undefined>,
): Tip {
  const files = new Map(branch.commits.get(branch.tip)?.files);
  for (const [path, file] of changed) {
    if (file === undefined) files.delete(path);
    else files.set(path, file);
  }
  const id = `commit-${branch.commits.size}` as Tip;
  const paths = [...changed.keys()].toSorted();
  branch.commits.set(id, { id, parent: branch.tip, message, paths, files });
  branch.tip = id;
  return id;
}

function filesOf(changes: readonly FileChange[]): ReadonlyMap<string, MemoryFile | undefined> {
  return new Map(
    changes.map(({ path, content }) => [
      path,
      content === undefined ? undefined : { bytes: bytesOf(content), mode: "100644" },
    ]),
  );
}

function entriesBelow(
  files: ReadonlyMap<string, MemoryFile>,
  folder: string,
): readonly TreeEntry[] {
  return [...files]
    .filter(([path]) => path.startsWith(`${folder}/`))
    .map(([path, { bytes, mode }]) => ({ path, mode, oid: idOf(bytes), bytes: bytes.length }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function touches(path: string, paths: readonly string[]): boolean {
  return paths.some((of) => path === of || path.startsWith(`${of}/`));
}

function entryOf(commit: MemoryCommit, now: number): CommitEntry {
  const [subject = "", ...lines] = commit.message.split("\n");
  const trailers = lines.flatMap((line) => {
    const match = /^([A-Za-z-]+): (.*)$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [[match[1], match[2]] as const];
  });
  return {
    id: commit.id,
    committedAt: instantOfMs(now),
    author: "memory",
    subject,
    trailers,
  };
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function idOf(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
