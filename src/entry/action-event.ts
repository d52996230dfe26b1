// What started this run, from the runner's variables and the event's payload, and what follows from it before anything
// is claimed: may it write, was it started by a commit of ours, what does verify compare. Decides only; reads nothing.

import * as v from "valibot";

import { ConfigError } from "../core/failure/errors.ts";
import type { Publish } from "../core/sync/sync-spec.ts";

/** The event of a run. */
export interface RunnerEvent {
  readonly name: string;
  readonly owner: string;
  readonly repository: string;
  /** The full name: `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`. */
  readonly ref: string;
  /** Undefined where the ref is no branch. */
  readonly branch: string | undefined;
  readonly sha: string;
  readonly runId: string;
  readonly attempt: number;
  readonly serverUrl: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  /** Folder of the checkout, and one for files that go with the runner. */
  readonly workspace: string;
  readonly temporary: string;
  /** Undefined where neither payload nor event tells. */
  readonly defaultBranch: string | undefined;
  /** Of the newest commit of a push. */
  readonly headMessage: string | undefined;
  /** The commit that a merge group is built on. */
  readonly groupBase: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

const patterns = {
  GITHUB_EVENT_NAME: /^[a-z_]{1,64}$/,
  GITHUB_REPOSITORY: /^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9._-]{1,128}$/,
  GITHUB_REF: /^refs\/[^\s\p{Cc}]{1,1024}$/u,
  GITHUB_REF_NAME: /^[^\s\p{Cc}]{1,1024}$/u,
  GITHUB_REF_TYPE: /^(branch|tag)$/,
  GITHUB_SHA: /^([0-9a-f]{40}|[0-9a-f]{64})$/,
  GITHUB_RUN_ID: /^[0-9]{1,20}$/,
  GITHUB_RUN_ATTEMPT: /^[1-9][0-9]{0,5}$/,
  GITHUB_SERVER_URL: /^https?:\/\/[^\s?#@]+$/,
  GITHUB_API_URL: /^https?:\/\/[^\s?#@]+$/,
  GITHUB_GRAPHQL_URL: /^https?:\/\/[^\s?#@]+$/,
  GITHUB_WORKSPACE: /^\S/,
  RUNNER_TEMP: /^\S/,
} as const;
type Name = keyof typeof patterns;
const names = Object.keys(patterns) as readonly Name[];

/** Reads the event. ConfigError where the runner's variables are missing or are not what a runner writes. */
export function readEvent(variables: Variables, payload: unknown): RunnerEvent {
  const values = readVariables(variables);
  const [owner = "", repository = ""] = values.GITHUB_REPOSITORY.split("/");
  const { default_branch: told, message, base } = readPayload(payload);
  const ref = values.GITHUB_REF;
  const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
  // A schedule runs on the default branch and nowhere else, and its payload may not say which that is.
  const implied = values.GITHUB_EVENT_NAME === "schedule" ? branch : undefined;
  return {
    name: values.GITHUB_EVENT_NAME,
    owner,
    repository,
    ref,
    branch,
    sha: values.GITHUB_SHA,
    runId: values.GITHUB_RUN_ID,
    attempt: Number(values.GITHUB_RUN_ATTEMPT),
    serverUrl: withoutSlash(values.GITHUB_SERVER_URL),
    apiUrl: withoutSlash(values.GITHUB_API_URL),
    graphqlUrl: withoutSlash(values.GITHUB_GRAPHQL_URL),
    workspace: values.GITHUB_WORKSPACE,
    temporary: values.RUNNER_TEMP,
    defaultBranch: told ?? implied,
    headMessage: message,
    groupBase: base,
  };
}

function readVariables(variables: Variables): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => (variables[name] ?? "") === "");
  if (missing.length > 0)
    throw new ConfigError([
      `${missing.join(" ")}: expected the variables of a step, found none of these; the action runs inside GitHub Actions, elsewhere use the command line`,
    ]);
  const values = Object.fromEntries(names.map((name) => [name, variables[name] ?? ""]));
  const read = values as Readonly<Record<Name, string>>;
  const isTag = read.GITHUB_REF.startsWith("refs/tags/");
  const problems = [
    ...names
      .filter((name) => !patterns[name].test(read[name]))
      .map((name) => `${name}: expected what a runner writes, found another text; do not set it`),
    ...(isTag === (read.GITHUB_REF_TYPE === "tag")
      ? []
      : ["GITHUB_REF_TYPE: expected the kind of GITHUB_REF, found another; do not set it"]),
    ...(read.GITHUB_REF.endsWith(`/${read.GITHUB_REF_NAME}`)
      ? []
      : ["GITHUB_REF_NAME: expected the end of GITHUB_REF, found another; do not set it"]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

// Payloads differ by event; what is absent or of another kind is not known.
const text = v.fallback(v.optional(v.string()), undefined);
const payloadSchema = v.object({
  repository: v.fallback(v.optional(v.object({ default_branch: text })), undefined),
  head_commit: v.fallback(v.optional(v.object({ message: text })), undefined),
  merge_group: v.fallback(v.optional(v.object({ base_sha: text })), undefined),
});

function readPayload(payload: unknown): {
  readonly default_branch: string | undefined;
  readonly message: string | undefined;
  readonly base: string | undefined;
} {
  const parsed = v.safeParse(payloadSchema, payload);
  const known = parsed.success ? parsed.output : undefined;
  return {
    default_branch: known?.repository?.default_branch,
    message: known?.head_commit?.message,
    base: known?.merge_group?.base_sha,
  };
}

const strangerEvents = ["pull_request", "pull_request_target", "merge_group"];

/** Why this event may not write, with the remedy; undefined when it may (G19). */
export function refusalToWrite(
  event: RunnerEvent,
  branches: { readonly defaultBranch: string; readonly ledgerBranch: string },
): string | undefined {
  const { defaultBranch, ledgerBranch } = branches;
  const allowed = [...new Set([defaultBranch, ledgerBranch])].join(" or ");
  if (strangerEvents.includes(event.name))
    return `event: expected one that may write, found ${event.name}, which can carry a change that nobody has reviewed; use mode verify on pull_request or merge_group, and run on ${allowed}`;
  if (event.branch === undefined)
    return `ref: expected the branch ${allowed}, found ${event.ref}; start the workflow on ${allowed}`;
  if (event.branch === defaultBranch || event.branch === ledgerBranch) return undefined;
  return `ref: expected the branch ${allowed}, found the branch ${event.branch}, whose configuration anybody who may push can change; start the workflow on ${allowed}, or look with dry-run`;
}

/** Why the ledger cannot live on this branch; undefined when it can. */
export function refusalOfLedger(
  publish: Publish,
  {
    defaultBranch,
    ledgerBranch,
  }: { readonly defaultBranch: string; readonly ledgerBranch: string },
): string | undefined {
  // They are forced, deleted or merged: the ledger would go with them.
  if (/^tidemark(\/|$)/.test(ledgerBranch))
    return `ledger.branch: expected none of the branches that Tidemark makes for people, found ${ledgerBranch}; choose a name that does not begin with tidemark/, for example tidemark-ledger`;
  if (publish === "pull_request" && ledgerBranch === defaultBranch)
    return `ledger.branch: expected a branch of its own for publish: pull_request, found the default branch ${defaultBranch}; leave the key out for tidemark-ledger`;
  return undefined;
}

/** Whether a push brought a commit of Tidemark itself, so that there is nothing to react to (G26). */
export function isOwnPush(event: RunnerEvent): boolean {
  if (event.name !== "push") return false;
  const paragraphs = (event.headMessage ?? "").trimEnd().split(/\n\s*\n/);
  return paragraphs.length > 1 && /^Tidemark-Holder: \S/m.test(paragraphs.at(-1) ?? "");
}

/** Whether nobody waits for the result of this run: a moved configuration is then no error (G18). */
export function isScheduled(event: RunnerEvent): boolean {
  return event.name === "schedule";
}

/** The page of this very attempt. */
export function runUrlOf(event: RunnerEvent): string {
  const { serverUrl, owner, repository, runId, attempt } = event;
  return `${serverUrl}/${owner}/${repository}/actions/runs/${runId}/attempts/${attempt}`;
}

/** Why verify would say nothing about the change of this event, with the remedy; undefined when it would (G33). */
export function refusalToVerify(event: RunnerEvent): string | undefined {
  if (event.name !== "pull_request_target") return undefined;
  return "event: expected pull_request or merge_group with mode verify, found pull_request_target, which runs beside the change and not on it; start the workflow on pull_request";
}

/** What verify compares the checked-out commit with; undefined: with nothing, its own laws are all there is (G33). */
export function verifyBaseOf(event: RunnerEvent): string | undefined {
  if (event.name === "merge_group") return event.groupBase ?? "HEAD^1";
  return event.name === "pull_request" ? "HEAD^1" : undefined;
}
