// Plain requests to the fake GitHub, as curl would send them, for its own tests.

import { onTestFinished } from "vitest";

import type { FakeRequest } from "./github-fake/faults.ts";
import {
  type GithubFake,
  type GithubFakeOptions,
  startGithubFake,
} from "./github-fake/github-fake.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Caller {
  readonly fake: GithubFake;
  /** `path` below the repository. */
  readonly rest: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly graphql: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ) => Promise<Answer>;
  /** One commit on `main`: contents by path, undefined removes. */
  readonly commit: (
    expected: string | undefined,
    files: Readonly<Record<string, string | undefined>>,
    branch?: string,
  ) => Promise<Answer>;
  /** Text of a file at a branch. */
  readonly show: (branch: string, path: string) => string;
}

const commitDocument = `
  mutation Commit($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`;

/** A fake that fails its test when it saw a violation, unless the test closes it. */
export async function callFake(options: GithubFakeOptions = {}): Promise<Caller> {
  const fake = await startGithubFake(options);
  onTestFinished(async () => {
    await fake.close();
  });
  const call = async (method: string, url: string, body: unknown): Promise<Answer> => {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${fake.token}`,
        "content-type": "application/json",
        "user-agent": "tidemark-test",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  const graphql = async (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
    await call("POST", fake.graphqlUrl, { query, variables });
  return {
    fake,
    graphql,
    rest: async (method, path, body) =>
      await call(method, `${fake.apiUrl}/repos/${fake.repository}${path}`, body),
    commit: async (expected, files, branch = "main") =>
      await graphql(commitDocument, { input: commitInput(fake, expected, files, branch) }),
    show: (branch, path) => fake.git("show", `${branch}:${path}`),
  };
}

/** Whether a request is a commit by GraphQL. */
export function isCommit({ fields }: FakeRequest): boolean {
  return fields.includes("createCommitOnBranch");
}

function commitInput(
  fake: GithubFake,
  expected: string | undefined,
  files: Readonly<Record<string, string | undefined>>,
  branch: string,
): unknown {
  const entries = Object.entries(files);
  return {
    branch: { repositoryNameWithOwner: fake.repository, branchName: branch },
    expectedHeadOid: expected,
    message: { headline: "claim", body: "Tidemark-Holder: local:1" },
    fileChanges: {
      additions: entries.flatMap(([path, content]) =>
        content === undefined ? [] : [{ path, contents: Buffer.from(content).toString("base64") }],
      ),
      deletions: entries.flatMap(([path, content]) => (content === undefined ? [{ path }] : [])),
    },
  };
}
