// The issues of the repository, with labels and comments.

import { notFound } from "./refusal.ts";

export interface FakeIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | null;
  labels: readonly string[];
  readonly comments: { readonly body: string; readonly createdAt: number }[];
  /** Login of who opened it. */
  readonly by: string;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
}

export class Issues {
  readonly all: FakeIssue[] = [];
  readonly #now: () => number;
  readonly #nextNumber: () => number;

  constructor(now: () => number, nextNumber: () => number) {
    this.#now = now;
    this.#nextNumber = nextNumber;
  }

  open(issue: {
    readonly title: string;
    readonly body?: string | null;
    readonly labels?: readonly string[];
    readonly by?: string;
  }): FakeIssue {
    const opened: FakeIssue = {
      number: this.#nextNumber(),
      title: issue.title,
      body: issue.body ?? null,
      state: "open",
      stateReason: null,
      labels: issue.labels ?? [],
      comments: [],
      by: issue.by ?? "mona",
      createdAt: this.#now(),
      updatedAt: this.#now(),
      closedAt: null,
    };
    this.all.push(opened);
    return opened;
  }

  get(number: number): FakeIssue {
    const found = this.all.find((issue) => issue.number === number);
    if (found === undefined) throw notFound();
    return found;
  }

  update(
    number: number,
    change: Partial<Pick<FakeIssue, "title" | "body" | "state" | "stateReason" | "labels">>,
  ): FakeIssue {
    const issue = this.get(number);
    const now = this.#now();
    if (change.state === "closed" && issue.state === "open") {
      issue.closedAt = now;
      issue.stateReason = "completed";
    }
    if (change.state === "open" && issue.state === "closed") {
      issue.closedAt = null;
      issue.stateReason = "reopened";
    }
    Object.assign(issue, change, { updatedAt: now });
    return issue;
  }

  comment(number: number, body: string): number {
    const issue = this.get(number);
    issue.comments.push({ body, createdAt: this.#now() });
    issue.updatedAt = this.#now();
    return issue.comments.length;
  }
}
