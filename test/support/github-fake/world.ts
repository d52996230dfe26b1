// All that the fake GitHub holds: one repository, its refs, pull requests, issues and workflow runs, and who may do what.

import { Access } from "./access.ts";
import { BareRepository, type Person, type Signature, zeroOid } from "./bare-repository.ts";
import { editTree, type TreeEdits } from "./edit-tree.ts";
import { Issues } from "./issues.ts";
import { PullRequests } from "./pull-requests.ts";
import { Referee } from "./referee.ts";
import { Refs } from "./refs.ts";
import { Refusal } from "./refusal.ts";

export interface WorkflowRun {
  status: string;
  conclusion: string | null;
  run_attempt: number;
}

export const defaultBranch = "main";

const refusedWorkflow =
  "refusing to allow a GitHub App to create or update workflow without `workflows` permission";

export class World {
  readonly owner: string;
  readonly name: string;
  readonly now: () => number;
  readonly repository: BareRepository = new BareRepository(defaultBranch);
  readonly access: Access = new Access();
  readonly referee: Referee = new Referee();
  readonly refs: Refs;
  readonly pulls: PullRequests;
  readonly issues: Issues;
  readonly runs: Map<string, WorkflowRun> = new Map();
  /** Commits that GitHub signed. */
  readonly signed: Set<string> = new Set();
  /** Where links point to; known when the server listens. */
  serverUrl = "";

  constructor(repository: string, now: () => number) {
    const [owner = "", name = ""] = repository.split("/");
    this.owner = owner;
    this.name = name;
    this.now = now;
    const nextNumber = numbers();
    this.pulls = new PullRequests(this, nextNumber);
    this.issues = new Issues(now, nextNumber);
    this.refs = new Refs(this.repository, now, (ref) => this.pulls.follow(ref));
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  sign(who: Person): Signature {
    return { ...who, seconds: Math.floor(this.now() / 1000) };
  }

  date(ms: number = this.now()): string {
    return new Date(ms).toISOString().replace(/\.\d+Z$/u, "Z");
  }

  head(branch: string): string | undefined {
    this.refs.observe();
    return this.refs.now(`refs/heads/${branch}`);
  }

  /** A commit on top of a parent, or the first one. */
  async commitFiles(
    parent: string | undefined,
    edits: TreeEdits,
    how: { readonly message: string; readonly author: Person; readonly committer: Person },
  ): Promise<string> {
    const base = parent === undefined ? undefined : await this.repository.commit(parent);
    const tree = await editTree(this.repository, base?.tree, edits);
    return this.repository.writeCommit({
      tree: tree ?? this.repository.writeTree([]),
      parents: parent === undefined ? [] : [parent],
      author: this.sign(how.author),
      committer: this.sign(how.committer),
      message: how.message,
    });
  }

  /** Throws when the token may not move this branch to this commit. */
  checkMove(branch: string, before: string | undefined, after: string): void {
    this.access.need("contents", "write");
    this.access.checkMove(branch, this.signed.has(after));
    if (!this.access.guardsWorkflows || before === undefined || after === zeroOid) return;
    const changed = this.repository.git(
      "diff",
      "--name-only",
      before,
      after,
      "--",
      ".github/workflows",
    );
    if (changed !== "") throw new Refusal(refusedWorkflow, { status: 403, type: "FORBIDDEN" });
  }

  /** Throws for files that no token of Actions may write; the design never tries (G8). */
  checkPath(path: string): void {
    if (!path.startsWith(".github/")) return;
    this.referee.violation(`a commit writes ${path} (G8)`);
    if (path.startsWith(".github/workflows/"))
      throw new Refusal(refusedWorkflow, { status: 403, type: "FORBIDDEN" });
  }
}

/** Issues and pull requests share one row of numbers. */
function numbers(): () => number {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}
