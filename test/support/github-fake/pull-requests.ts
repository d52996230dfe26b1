// The pull requests: opened, edited and closed by the token, merged and closed by people, and closed by the server itself
// the moment their head has nothing ahead of their base, or one of the branches is gone.

import type { Access } from "./access.ts";
import { zeroOid } from "./bare-repository.ts";
import { mergedTree, type MergeHost, rebase } from "./merge.ts";
import { github, person } from "./people.ts";
import type { Referee } from "./referee.ts";
import type { Refs } from "./refs.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";

/** What pull requests need of the world around them. */
export interface PullHost extends MergeHost {
  readonly owner: string;
  readonly access: Access;
  readonly referee: Referee;
  readonly refs: Refs;
  now(): number;
  head(branch: string): string | undefined;
}

export interface FakePull {
  readonly number: number;
  title: string;
  body: string | null;
  state: "OPEN" | "CLOSED" | "MERGED";
  readonly head: string;
  base: string;
  /** Tip of the head branch, the last one when the branch is gone. */
  headOid: string;
  baseOid: string;
  mergeCommit: string | null;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  mergedAt: number | null;
}

export type MergeMethod = "merge" | "squash" | "rebase";

const bodyMax = 65_536;

export class PullRequests {
  readonly all: FakePull[] = [];
  readonly #world: PullHost;
  readonly #nextNumber: () => number;

  constructor(world: PullHost, nextNumber: () => number) {
    this.#world = world;
    this.#nextNumber = nextNumber;
  }

  create(wanted: {
    readonly title: string;
    readonly head: string;
    readonly base: string;
    readonly body: string | null;
  }): FakePull {
    this.#world.access.need("pullRequests", "write");
    if (this.#world.access.forbidsPullRequests)
      throw new Refusal("GitHub Actions is not permitted to create or approve pull requests.", {
        status: 403,
        type: "FORBIDDEN",
      });
    this.#checkBody(wanted.body);
    const { owner } = this.#world;
    const head = wanted.head.replace(new RegExp(`^${owner}:`, "u"), "");
    const headOid = this.#world.head(head);
    const baseOid = this.#world.head(wanted.base);
    if (headOid === undefined) throw invalidField("head");
    if (baseOid === undefined) throw invalidField("base");
    if (this.openFor(head, wanted.base) !== undefined)
      throw invalid("PullRequest", `A pull request already exists for ${owner}:${head}.`);
    if (this.#world.repository.ahead(baseOid, headOid) === 0)
      throw invalid("PullRequest", `No commits between ${wanted.base} and ${head}`);
    const now = this.#world.now();
    const opened: FakePull = {
      number: this.#nextNumber(),
      title: wanted.title,
      body: wanted.body,
      state: "OPEN",
      head,
      base: wanted.base,
      headOid,
      baseOid,
      mergeCommit: null,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
      mergedAt: null,
    };
    this.all.push(opened);
    return opened;
  }

  update(
    number: number,
    change: { title?: string; body?: string; base?: string; state?: "open" | "closed" },
  ): FakePull {
    this.#world.access.need("pullRequests", "write");
    const pull = this.get(number);
    this.#checkBody(change.body ?? null);
    if (change.state === "open" && pull.state !== "OPEN") this.#reopen(pull);
    if (change.state === "closed") this.close(number);
    if (change.title !== undefined) pull.title = change.title;
    if (change.body !== undefined) pull.body = change.body;
    if (change.base !== undefined) pull.base = change.base;
    pull.updatedAt = this.#world.now();
    return pull;
  }

  get(number: number): FakePull {
    const found = this.all.find((pull) => pull.number === number);
    if (found === undefined) throw notFound();
    return found;
  }

  openFor(head: string, base: string): FakePull | undefined {
    return this.all.find(
      (pull) => pull.state === "OPEN" && pull.head === head && pull.base === base,
    );
  }

  close(number: number): void {
    const pull = this.get(number);
    if (pull.state === "OPEN") this.#end(pull, "CLOSED");
  }

  /** A person merges. */
  async merge(
    number: number,
    method: MergeMethod,
    options: { readonly deleteBranch?: boolean } = {},
  ): Promise<string> {
    const { repository, refs } = this.#world;
    const pull = this.get(number);
    if (pull.state !== "OPEN") throw new Error(`pull request ${number} is ${pull.state}`);
    const base = this.#world.head(pull.base) ?? "";
    const head = this.#world.head(pull.head) ?? "";
    const merged =
      method === "rebase"
        ? await rebase(this.#world, base, head)
        : repository.writeCommit({
            tree: mergedTree(repository, base, head),
            parents: method === "merge" ? [base, head] : [base],
            author: this.#world.sign(person),
            committer: this.#world.sign(github),
            message: await this.#mergeMessage(pull, method, base, head),
          });
    pull.mergeCommit = merged;
    this.#end(pull, "MERGED");
    if (!refs.move(`refs/heads/${pull.base}`, base, merged))
      throw new Error(`${pull.base} moved while pull request ${number} was merged`);
    if (options.deleteBranch === true) refs.move(`refs/heads/${pull.head}`, head, zeroOid);
    return merged;
  }

  /** What follows for pull requests from the move of a ref. */
  follow(ref: string): void {
    const { refs, repository } = this.#world;
    for (const pull of this.all) {
      if (pull.state !== "OPEN") continue;
      const isHead = ref === `refs/heads/${pull.head}`;
      if (!isHead && ref !== `refs/heads/${pull.base}`) continue;
      const head = refs.now(`refs/heads/${pull.head}`);
      const base = refs.now(`refs/heads/${pull.base}`);
      pull.headOid = head ?? pull.headOid;
      pull.baseOid = base ?? pull.baseOid;
      if (head === undefined || base === undefined) this.#end(pull, "CLOSED");
      // The base took the commits up, or the head gave them up.
      else if (repository.ahead(base, head) === 0) this.#end(pull, isHead ? "CLOSED" : "MERGED");
    }
  }

  #end(pull: FakePull, state: "CLOSED" | "MERGED"): void {
    const now = this.#world.now();
    pull.state = state;
    pull.closedAt = now;
    pull.updatedAt = now;
    if (state === "MERGED") pull.mergedAt = now;
  }

  #reopen(pull: FakePull): void {
    const head = this.#world.head(pull.head);
    const base = this.#world.head(pull.base);
    const hasCommits =
      head !== undefined && base !== undefined && this.#world.repository.ahead(base, head) > 0;
    if (pull.state === "MERGED" || !hasCommits)
      throw invalid("PullRequest", "state cannot be changed. There are no new commits.");
    pull.state = "OPEN";
    pull.closedAt = null;
  }

  #checkBody(body: string | null): void {
    if (body === null) return;
    if (body.length > 30_000)
      this.#world.referee.violation("the body of a pull request exceeds 30,000 characters (G29)");
    if (body.length > bodyMax)
      throw invalid("PullRequest", `body is too long (maximum is ${bodyMax} characters)`);
  }

  async #mergeMessage(
    pull: FakePull,
    method: "merge" | "squash",
    base: string,
    head: string,
  ): Promise<string> {
    if (method === "merge")
      return `Merge pull request #${pull.number} from ${this.#world.owner}/${pull.head}\n\n${pull.title}`;
    const oids = this.#world.repository
      .git("rev-list", "--reverse", `${base}..${head}`)
      .split("\n");
    const messages: string[] = [];
    for (const oid of oids)
      messages.push((await this.#world.repository.commit(oid))?.message.trimEnd() ?? "");
    // One commit lends its own message; several are listed below the title.
    const [only = ""] = messages;
    const [subject = "", ...rest] = only.split("\n");
    return messages.length === 1
      ? [`${subject} (#${pull.number})`, ...rest].join("\n")
      : `${pull.title} (#${pull.number})\n\n${messages.map((text) => `* ${text}`).join("\n\n")}`;
  }
}

function invalidField(field: string): Refusal {
  return new Refusal("Validation Failed", {
    status: 422,
    type: "UNPROCESSABLE",
    details: [{ resource: "PullRequest", field, code: "invalid" }],
  });
}
