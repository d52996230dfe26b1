// A GitHub for tests: an HTTP server over a real bare repository that answers as GitHub does, and a referee that judges
// every request by GitHub's published descriptions (G31, G32). `close` throws when it saw a violation.

import type { Permissions, Protection } from "./access.ts";
import { zeroOid } from "./bare-repository.ts";
import type { TreeEdits } from "./edit-tree.ts";
import type { FakeRequest, Fault } from "./faults.ts";
import type { FakeIssue, Issues } from "./issues.ts";
import { person } from "./people.ts";
import type { Points } from "./points.ts";
import type { FakePull, MergeMethod } from "./pull-requests.ts";
import { FakeServer } from "./server.ts";
import { defaultBranch, type WorkflowRun, World } from "./world.ts";

/** A file as a person pushes it; `mode` as git writes it, for what is no regular file. */
export type PushedFile = string | { readonly mode: string; readonly content: string };

export interface GithubFakeOptions {
  /** Of the first commit on `main`. */
  readonly files?: Readonly<Record<string, PushedFile>>;
  /** Epoch ms; the wall clock unless told. */
  readonly now?: () => number;
  /** `owner/name`, `octo/ledger` unless told. */
  readonly repository?: string;
}

export interface GithubFake {
  /** As GITHUB_API_URL. */
  readonly apiUrl: string;
  /** As GITHUB_GRAPHQL_URL; it does not lie below `apiUrl`. */
  readonly graphqlUrl: string;
  /** As GITHUB_SERVER_URL. */
  readonly serverUrl: string;
  readonly repository: string;
  /** The good token. */
  readonly token: string;
  /** The bare repository; it can be cloned, and pushed to. */
  readonly gitDir: string;
  /** Every request in order of arrival. */
  readonly requests: readonly FakeRequest[];
  readonly violations: readonly string[];
  readonly pulls: readonly FakePull[];
  /** Tests may change an issue as people do. */
  readonly issues: readonly FakeIssue[];
  /** Workflow runs by id. */
  readonly runs: Map<string, WorkflowRun>;
  /** What the token may do; tests change it. */
  readonly permissions: Permissions;
  /** Points left; tests set them, or switch the limit off. */
  readonly points: Points;
  /** Tip of a branch; undefined when there is none. */
  head(branch: string): string | undefined;
  git(...args: readonly string[]): string;
  /** A person pushes one commit; `undefined` removes a file. A new branch begins at `main`. */
  push(
    branch: string,
    files: Readonly<Record<string, PushedFile | undefined>>,
    message?: string,
  ): Promise<string>;
  fault(fault: Fault): void;
  /** Called before each request is answered, in time to push or merge; gives the way to stop it. */
  onRequest(callback: (request: FakeRequest) => void | Promise<void>): () => void;
  protect(branch: string, protection: Protection): void;
  unprotect(branch: string): void;
  /** From now on the token may read, and nothing else. */
  readOnlyToken(): void;
  expireToken(): void;
  /** The token is good again, as a new one would be. */
  renewToken(): void;
  deleteBranch(branch: string): void;
  /** The setting that keeps Actions from opening pull requests. */
  forbidPullRequests(): void;
  /** Refuses to move a branch over changes of workflow files. */
  guardWorkflows(): void;
  openIssue(issue: Parameters<Issues["open"]>[0]): FakeIssue;
  /** A person merges; the new tip of the base. */
  merge(
    number: number,
    method: MergeMethod,
    options?: { readonly deleteBranch?: boolean },
  ): Promise<string>;
  closePull(number: number): void;
  /** Ends the server and removes the repository; throws an error that lists every violation. */
  close(): Promise<void>;
}

export async function startGithubFake(options: GithubFakeOptions = {}): Promise<GithubFake> {
  const world = new World(options.repository ?? "octo/ledger", options.now ?? Date.now);
  const server = new FakeServer(world);
  const serverUrl = await server.listen();
  world.serverUrl = serverUrl;
  await push(world, defaultBranch, options.files ?? { "README.md": "hello\n" }, "start");
  let isClosed = false;
  return {
    apiUrl: `${serverUrl}/rest`,
    graphqlUrl: `${serverUrl}/query`,
    serverUrl,
    repository: world.fullName,
    token: world.access.token,
    gitDir: world.repository.folder,
    requests: server.requests,
    violations: world.referee.violations,
    pulls: world.pulls.all,
    issues: world.issues.all,
    runs: world.runs,
    permissions: world.access.permissions,
    points: server.points,
    head: (branch) => world.head(branch),
    git: (...args) => world.repository.git(...args),
    push: async (branch, files, message = "a person's change") =>
      await push(world, branch, files, message),
    fault: (fault) => server.faults.plan(fault),
    onRequest: (callback) => {
      server.watchers.add(callback);
      return () => server.watchers.delete(callback);
    },
    ...switches(world),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await server.close();
      world.repository.close();
      world.referee.verdict();
    },
  };
}

function switches(
  world: World,
): Pick<
  GithubFake,
  | "protect"
  | "unprotect"
  | "readOnlyToken"
  | "expireToken"
  | "renewToken"
  | "deleteBranch"
  | "forbidPullRequests"
  | "guardWorkflows"
  | "openIssue"
  | "merge"
  | "closePull"
> {
  const { access, pulls, issues, refs } = world;
  return {
    protect: (branch, protection) => access.protect(branch, protection),
    unprotect: (branch) => access.unprotect(branch),
    readOnlyToken: () => {
      for (const what of ["contents", "issues", "pullRequests"] as const)
        access.permissions[what] = "read";
    },
    expireToken: () => {
      access.isExpired = true;
    },
    renewToken: () => {
      access.isExpired = false;
    },
    deleteBranch: (branch) => {
      refs.move(`refs/heads/${branch}`, undefined, zeroOid);
    },
    forbidPullRequests: () => {
      access.forbidsPullRequests = true;
    },
    guardWorkflows: () => {
      access.guardsWorkflows = true;
    },
    openIssue: (issue) => issues.open(issue),
    merge: async (number, method, options) => await pulls.merge(number, method, options),
    closePull: (number) => pulls.close(number),
  };
}

async function push(
  world: World,
  branch: string,
  files: Readonly<Record<string, PushedFile | undefined>>,
  message: string,
): Promise<string> {
  const tip = world.head(branch);
  const parent = tip ?? world.head(defaultBranch);
  const entries = Object.entries(files);
  const edits: TreeEdits = new Map(
    entries.map(([path, file]) => {
      if (file === undefined) return [path, undefined];
      const { mode, content } = typeof file === "string" ? { mode: "100644", content: file } : file;
      return [path, { mode, oid: world.repository.writeBlob(Buffer.from(content)) }];
    }),
  );
  const how = { message, author: person, committer: person };
  const oid = await world.commitFiles(parent, edits, how);
  if (!world.refs.move(`refs/heads/${branch}`, tip ?? zeroOid, oid))
    throw new Error(`${branch} moved while a person pushed`);
  return oid;
}
