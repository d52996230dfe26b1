// The repository itself, the rules of a branch, and the workflow runs.

import { notFound } from "./refusal.ts";
import type { RestCall, RestHandler } from "./rest-call.ts";
import { defaultBranch, type World } from "./world.ts";

const repo = "/repos/{owner}/{repo}";

export const repositoryHandlers: Readonly<Record<string, RestHandler>> = {
  [`GET ${repo}`]: ({ world, url }) => ({ status: 200, body: repositoryBody(world, url) }),
  [`GET ${repo}/rules/branches/{branch}`]: getRules,
  [`GET ${repo}/actions/runs/{run_id}`]: getRun,
};

/** With all that links need; used inside pull requests too. */
export function repositoryBody(world: World, url: string): Readonly<Record<string, unknown>> {
  const { access } = world;
  return {
    id: 1,
    node_id: `R_${world.fullName}`,
    name: world.name,
    full_name: world.fullName,
    owner: user(world.owner, "Organization"),
    private: true,
    html_url: `${world.serverUrl}/${world.fullName}`,
    url,
    default_branch: defaultBranch,
    visibility: "private",
    permissions: {
      admin: false,
      pull: true,
      push: access.permissions.contents === "write",
    },
  };
}

export function user(login: string, type: "User" | "Bot" | "Organization" = "User"): unknown {
  return { login, id: 1, node_id: `U_${login}`, type };
}

function getRules({ world, parameters }: RestCall) {
  return {
    status: 200,
    body: world.access.rulesOf(parameters["branch"] ?? "", world.fullName),
  };
}

function getRun({ world, parameters, url }: RestCall) {
  world.access.need("actions", "read");
  const id = parameters["run_id"] ?? "";
  const run = world.runs.get(id);
  if (run === undefined) throw notFound();
  const now = world.date();
  return {
    status: 200,
    body: {
      id: Number(id),
      status: run.status,
      conclusion: run.conclusion,
      run_attempt: run.run_attempt,
      run_started_at: now,
      created_at: now,
      updated_at: now,
      head_branch: defaultBranch,
      head_sha: world.refs.now(`refs/heads/${defaultBranch}`) ?? "",
      url: `${url}/actions/runs/${id}`,
      html_url: `${world.serverUrl}/${world.fullName}/actions/runs/${id}`,
    },
  };
}
