// Issues and pull requests over REST. A list of issues holds pull requests too, as GitHub's does.

import type { FakeIssue } from "./issues.ts";
import type { FakePull } from "./pull-requests.ts";
import { page, type RestCall, type RestHandler } from "./rest-call.ts";
import { repositoryBody, user } from "./rest-repository.ts";
import type { World } from "./world.ts";

const repo = "/repos/{owner}/{repo}";

export const issueHandlers: Readonly<Record<string, RestHandler>> = {
  [`GET ${repo}/pulls`]: listPulls,
  [`POST ${repo}/pulls`]: createPull,
  [`GET ${repo}/pulls/{pull_number}`]: getPull,
  [`PATCH ${repo}/pulls/{pull_number}`]: updatePull,
  [`GET ${repo}/issues`]: listIssues,
  [`POST ${repo}/issues`]: createIssue,
  [`GET ${repo}/issues/{issue_number}`]: getIssue,
  [`PATCH ${repo}/issues/{issue_number}`]: updateIssue,
  [`POST ${repo}/issues/{issue_number}/comments`]: createComment,
};

function listPulls(call: RestCall) {
  const { world, query } = call;
  world.access.need("pullRequests", "read");
  const { state = "open", head, base, direction } = query;
  const found = world.pulls.all
    .filter((pull) => state === "all" || state === (pull.state === "OPEN" ? "open" : "closed"))
    .filter((pull) => head === undefined || head === `${world.owner}:${pull.head}`)
    .filter((pull) => base === undefined || base === pull.base)
    .toSorted((a, b) => a.number - b.number);
  if ((direction ?? "desc") === "desc") found.reverse();
  return page(
    call,
    "/pulls",
    found.map((pull) => pullBody(call, pull)),
  );
}

function createPull(call: RestCall) {
  const { title, head, base, body } = call.body as Record<"title" | "head" | "base", string> & {
    body?: string | null;
  };
  const pull = call.world.pulls.create({ title: title ?? "", head, base, body: body ?? null });
  return { status: 201, body: pullBody(call, pull) };
}

function getPull(call: RestCall) {
  call.world.access.need("pullRequests", "read");
  const pull = call.world.pulls.get(Number(call.parameters["pull_number"]));
  return { status: 200, body: pullBody(call, pull) };
}

function updatePull(call: RestCall) {
  const number = Number(call.parameters["pull_number"]);
  const change = call.body as {
    title?: string;
    body?: string;
    base?: string;
    state?: "open" | "closed";
  };
  return { status: 200, body: pullBody(call, call.world.pulls.update(number, change)) };
}

function pullBody({ world, url }: RestCall, pull: FakePull): unknown {
  const html = `${world.serverUrl}/${world.fullName}/pull/${pull.number}`;
  const side = (ref: string, sha: string) => ({
    label: `${world.owner}:${ref}`,
    ref,
    sha,
    user: user(world.owner, "Organization"),
    repo: repositoryBody(world, url),
  });
  return {
    url: `${url}/pulls/${pull.number}`,
    id: pull.number,
    node_id: `PR_${pull.number}`,
    html_url: html,
    number: pull.number,
    state: pull.state === "OPEN" ? "open" : "closed",
    title: pull.title,
    body: pull.body,
    user: user("github-actions[bot]", "Bot"),
    created_at: world.date(pull.createdAt),
    updated_at: world.date(pull.updatedAt),
    closed_at: dateOf(world, pull.closedAt),
    merged_at: dateOf(world, pull.mergedAt),
    merged: pull.state === "MERGED",
    merge_commit_sha: pull.mergeCommit,
    draft: false,
    head: side(pull.head, pull.headOid),
    base: side(pull.base, pull.baseOid),
  };
}

function listIssues(call: RestCall) {
  const { world, query } = call;
  world.access.need("issues", "read");
  const { state = "open", labels, since, sort = "created", direction = "desc" } = query;
  const wanted = labels === undefined || labels === "" ? [] : labels.split(",");
  const pulls = world.pulls.all.map((pull) => pullAsIssue(pull));
  const found = [...world.issues.all, ...pulls]
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => wanted.every((label) => issue.labels.includes(label)))
    .filter((issue) => since === undefined || issue.updatedAt >= Date.parse(since))
    .toSorted((a, b) =>
      sort === "updated"
        ? a.updatedAt - b.updatedAt || a.number - b.number
        : a.createdAt - b.createdAt || a.number - b.number,
    );
  if (direction === "desc") found.reverse();
  const numbers = new Set(pulls.map(({ number }) => number));
  return page(
    call,
    "/issues",
    found.map((issue) => issueBody(call, issue, numbers.has(issue.number))),
  );
}

function pullAsIssue(pull: FakePull): FakeIssue {
  const { number, title, body, createdAt, updatedAt, closedAt } = pull;
  const state = pull.state === "OPEN" ? "open" : "closed";
  const by = "github-actions[bot]";
  const plain = { labels: [], comments: [], stateReason: null, by };
  return { number, title, body, state, createdAt, updatedAt, closedAt, ...plain };
}

interface IssueWords {
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: "open" | "closed";
  readonly state_reason?: FakeIssue["stateReason"];
  readonly labels?: readonly (string | { readonly name?: string })[];
}

function createIssue(call: RestCall) {
  call.world.access.need("issues", "write");
  const { title = "", body = null, labels } = call.body as IssueWords;
  const by = "github-actions[bot]";
  const issue = call.world.issues.open({ title, body, labels: namesOf(labels) ?? [], by });
  return { status: 201, body: issueBody(call, issue) };
}

function getIssue(call: RestCall) {
  call.world.access.need("issues", "read");
  return {
    status: 200,
    body: issueBody(call, call.world.issues.get(Number(call.parameters["issue_number"]))),
  };
}

function updateIssue(call: RestCall) {
  call.world.access.need("issues", "write");
  const number = Number(call.parameters["issue_number"]);
  const { title, body, state, state_reason: stateReason, labels } = call.body as IssueWords;
  const names = namesOf(labels);
  const issue = call.world.issues.update(number, {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(state === undefined ? {} : { state }),
    ...(stateReason === undefined ? {} : { stateReason }),
    ...(names === undefined ? {} : { labels: names }),
  });
  return { status: 200, body: issueBody(call, issue) };
}

function createComment(call: RestCall) {
  call.world.access.need("issues", "write");
  const number = Number(call.parameters["issue_number"]);
  const { body } = call.body as { body: string };
  const id = call.world.issues.comment(number, body);
  const { serverUrl, fullName } = call.world;
  return {
    status: 201,
    body: {
      id,
      body,
      url: `${call.url}/issues/comments/${id}`,
      html_url: `${serverUrl}/${fullName}/issues/${number}#issuecomment-${id}`,
      issue_url: `${call.url}/issues/${number}`,
      user: user("github-actions[bot]", "Bot"),
      created_at: call.world.date(),
      updated_at: call.world.date(),
    },
  };
}

function namesOf(labels: IssueWords["labels"]): readonly string[] | undefined {
  return labels?.map((label) => (typeof label === "string" ? label : (label.name ?? "")));
}

function issueBody({ world, url }: RestCall, issue: FakeIssue, isPull = false): unknown {
  const kind = isPull ? "pull" : "issues";
  const html = `${world.serverUrl}/${world.fullName}/${kind}/${issue.number}`;
  const own = `${url}/issues/${issue.number}`;
  return {
    id: issue.number,
    node_id: `${isPull ? "PR" : "I"}_${issue.number}`,
    url: own,
    repository_url: url,
    html_url: html,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((name, index) => ({
      id: index + 1,
      node_id: `L_${name}`,
      url: `${url}/labels/${encodeURIComponent(name)}`,
      name,
      description: null,
      color: "ededed",
      default: false,
    })),
    user: user(issue.by, issue.by.endsWith("[bot]") ? "Bot" : "User"),
    comments: issue.comments.length,
    created_at: world.date(issue.createdAt),
    updated_at: world.date(issue.updatedAt),
    closed_at: dateOf(world, issue.closedAt),
    ...(isPull
      ? {
          pull_request: {
            url: `${url}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
          },
        }
      : {}),
  };
}

function dateOf(world: World, ms: number | null): string | null {
  return ms === null ? null : world.date(ms);
}
