// The sync that this repository runs on itself, against a small API that answers as GitHub's list of issues does: a
// start bound, links that count rows, at most 100 a page. Only the place of the API differs from the file.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";
import { joined, recordsOf } from "../support/acceptance-project.ts";
import { type Seen, serveApi, type TestServer } from "../support/api-server.ts";
import { runAt, runCli } from "../support/cli-process.ts";
import { startedRepo } from "../support/git-repo.ts";

const file = ".github/tidemark.yml";
const written = readFileSync(join(import.meta.dirname, "../..", file), "utf8");
const startMs = Date.UTC(2026, 10, 1);

interface Issue {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly state_reason: string | null;
  readonly user: { readonly login: string } | null;
  readonly comments: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly pull_request?: { readonly html_url: string };
  readonly body: string;
}

/** Ids beyond 2^31, and 110 issues that one bulk edit dated to the same second. */
function makeIssues(count: number): readonly Issue[] {
  return Array.from({ length: count }, (_, index) => {
    const isBulk = index >= 200 && index < 310;
    const updatedMs = startMs + (isBulk ? 200 : index) * 600_000;
    const date = `${new Date(updatedMs).toISOString().slice(0, 19)}Z`;
    return {
      id: 2_400_000_000 + ((index * 37) % count),
      number: index + 1,
      title: `Issue ${index + 1} | "quoted", ü`,
      state: index % 3 === 0 ? "closed" : "open",
      state_reason: index % 3 === 0 ? "completed" : null,
      user: index % 50 === 0 ? null : { login: "ada" },
      comments: index % 4,
      created_at: "2026-10-01T00:00:00Z",
      updated_at: date,
      closed_at: index % 3 === 0 ? date : null,
      ...(index % 10 === 0 ? { pull_request: { html_url: `https://example.com/${index}` } } : {}),
      body: "never copied",
    };
  });
}

async function serveIssues(issues: readonly Issue[]): Promise<TestServer> {
  return await serveApi((seen, response) => {
    const url = new URL(seen.url, "http://localhost");
    const { since = "", per_page: size = "30", page = "1", ...rest } = queryOf(url);
    expect(rest).toEqual({ state: "all", sort: "updated", direction: "asc" });
    const found = issues.filter((issue) => issue.updated_at >= since);
    const from = (Number(page) - 1) * Number(size);
    const next = new URL(url);
    next.searchParams.set("page", String(Number(page) + 1));
    next.host = String(seen.headers["host"]);
    const hasNext = from + Number(size) < found.length;
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      ...(hasNext ? { link: `<${next.href}>; rel="next", <${url.href}>; rel="first"` } : {}),
    });
    response.end(JSON.stringify(found.slice(from, from + Number(size))));
  });
}

function queryOf(url: URL): Readonly<Record<string, string>> {
  return Object.fromEntries(url.searchParams);
}

function rowOf(issue: Issue): unknown {
  return {
    id: String(issue.id),
    _tidemark_watermark: issue.updated_at,
    _tidemark_deleted_at: null,
    number: issue.number,
    title: issue.title,
    state: issue.state,
    state_reason: issue.state_reason,
    author: issue.user?.login ?? null,
    comments: issue.comments,
    created_at: issue.created_at,
    closed_at: issue.closed_at,
    pull_request: issue.pull_request?.html_url ?? null,
  };
}

function isAsked(seen: Seen): boolean {
  return (
    seen.headers["authorization"] === "Bearer gh-t0ken" &&
    seen.headers["x-github-api-version"] === "2022-11-28" &&
    seen.url.startsWith("/repos/tidemark-sync/tidemark/issues?")
  );
}

test("the configuration of this repository is accepted as it is, without a warning", () => {
  const parsed = parseConfig(written, { file, envAllow: [], ledger: {} });
  expect(parsed.ok ? parsed.project.warnings : parsed.problems).toEqual([]);
});

test("it copies every issue once, page by page, and finds nothing to change the second time", async () => {
  const issues = makeIssues(440);
  await using api = await serveIssues(issues);
  const repo = startedRepo();
  repo.write(file, written.replace("https://api.github.com", api.url));
  repo.git("add", file);
  repo.git("commit", "-q", "-m", "configure");
  const env = { GITHUB_TOKEN: "gh-t0ken", GITHUB_API_URL: api.url };
  const now = "2026-11-05T00:17:00Z";

  const run = await runAt(repo.folder, now, ["run", "--max-windows", "10"], env);
  expect(run).toMatchObject({ code: 0, status: "ok", windows_succeeded: 4, gaps: [] });
  expect(joined(recordsOf(repo, "issues"))).toEqual(["2026-11-01T00:00:00Z--2026-11-05T00:00:00Z"]);
  expect(api.seen.every(isAsked)).toBe(true);
  expect(api.seen.some(({ url }) => url.includes("&page=2"))).toBe(true);

  const rows = repo.git("show", "HEAD:data/issues.ndjson").split("\n");
  expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(
    issues.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)).map(rowOf),
  );
  const again = ["backfill", "issues", "--from", "2026-11-01", "--to", "2026-11-05"];
  await runAt(repo.folder, now, [...again, "--reprocess", "all"], env);
  expect(repo.git("show", "HEAD:data/issues.ndjson").split("\n")).toEqual(rows);
  const verify = await runCli(repo.folder, ["verify", "--json"], { now, env });
  expect([verify.code, verify.stdout]).toEqual([0, "[]\n"]);
});

test("another host than that of the API never sees the token", async () => {
  await using api = await serveIssues([]);
  const repo = startedRepo();
  repo.write(file, written.replace("https://api.github.com", api.url));
  const env = { GITHUB_TOKEN: "gh-t0ken" };
  const run = await runCli(repo.folder, ["run"], { now: "2026-11-05T00:17:00Z", env });
  expect([run.code, run.stderr]).toEqual([
    2,
    "tidemark: .github/tidemark.yml:7 sources.github.base_url: expected the origin of the GitHub API, https://api.github.com, for auth github_token, found another; use bearer with a token made for that API\n",
  ]);
  expect(api.seen).toEqual([]);
});
