// Secrets and row values that a server gives back in everything that it answers: none reaches a commit, an output, a
// rescued record, a window row or another origin (I15, contract 3.1, S3 to S5).

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { describe, expect, it } from "vitest";

import {
  type Hook,
  type Item,
  type ItemRequest,
  makeItems,
  send,
  serveItems,
} from "../support/acceptance-api.ts";
import {
  itemsSync,
  type Json,
  projectOf,
  projectRepo,
  recordsOf,
} from "../support/acceptance-project.ts";
import { serveApi } from "../support/api-server.ts";
import { type CliEnd, runCli } from "../support/cli-process.ts";
import { cloneOf, emptyRepo, type GitRepo } from "../support/git-repo.ts";

const secret = "Canary/7f+Q9 zx=";
const rowValue = "row-canary-5d1c";
const now = "2026-01-02T00:02:00Z";
const env = { TIDEMARK_TOKEN: secret };
const items = makeItems(24, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }).map(
  (item): Item => ({ ...item, text: `${rowValue} ${item.id}` }),
);

const forms = [
  secret,
  secret.replaceAll(" ", "+"),
  encodeURIComponent(secret),
  encodeURI(secret),
  btoa(secret),
  encodeURIComponent(btoa(secret)),
  // In the middle of `user:secret`, where Base64 begins at another bit.
  btoa(`u:${secret}`).slice(4, 20),
  JSON.stringify(secret)
    .slice(1, -1)
    .replaceAll("/", String.raw`\/`),
];

/** The secret as it can stand in a URL. */
const linkForms = [secret, btoa(secret)]
  .map(encodeURIComponent)
  .concat(encodeURI(secret))
  .join("/");

const bearer = { type: "bearer", env: "TIDEMARK_TOKEN" };
const header = { type: "header", name: "X-Api-Key", env: "TIDEMARK_TOKEN" };
const byLink: Json = {
  ...itemsSync,
  request: { path: "/items", query: { from: "{{window.start}}", to: "{{window.end}}" } },
  order: { by: "none" },
  pages: { type: "link", next: "body:/next", unsafe: true },
};

describe("secrecy", () => {
  it.each([
    { auth: bearer, status: 401 },
    { auth: header, status: 400 },
    { auth: header, status: 429 },
    { auth: bearer, status: 500 },
  ])(
    "shows nothing of a $status whose headers and body echo the request ($auth.type)",
    async ({ auth, status }) => {
      const world = await broken(auth, byLink, (request, response) => {
        const echo = echoOf(request);
        response.setHeader("x-echo", encodeURIComponent(echo));
        response.setHeader("retry-after", "1");
        response.statusMessage = `No ${encodeURIComponent(secret)}`;
        return send(response, status, echo);
      });

      expect(world.received).toEqual([true]);
      expect(await leaksOf(world.repo, world.end)).toEqual([]);
    },
  );

  it.each([
    { what: "a redirect to", path: (form: string) => `/moved/${form}?token=${form}#${form}` },
    { what: "a redirect by long path to", path: (form: string) => `/${"m".repeat(110)}/${form}` },
  ])("shows nothing of $what a path of its own that holds the secret", async ({ path }) => {
    const world = await broken(bearer, byLink, (request, response) => {
      if (request.collection !== "items") return send(response, 404, echoOf(request));
      return redirectTo(response, path(linkForms));
    });

    expect(world.statuses).toEqual(["failed"]);
    expect(await leaksOf(world.repo, world.end)).toEqual([]);
  });

  it.each([
    { what: "a next link", leave: nextTo },
    { what: "a redirect", leave: redirectTo },
  ])("sends nothing to another port by $what, and shows nothing of it", async ({ leave }) => {
    await using foreign = await serveApi((_seen, response) => response.end("{}"));
    const target = `${foreign.url}/${linkForms}?key=${linkForms}`;
    const world = await broken(bearer, byLink, (_request, response) => leave(response, target));

    expect(world.statuses).toEqual(["failed"]);
    expect(await leaksOf(world.repo, world.end)).toEqual([]);
    expect(foreign.connections()).toBe(0);
  });

  it("shows nothing of hosts, user info and bodies that hold the secret", async () => {
    const host = encodeURIComponent(btoa(secret)).replaceAll(/%../g, "");
    for (const target of [
      `http://${host}.example/`,
      `http://u:${encodeURIComponent(secret)}@127.0.0.1:9/`,
    ]) {
      const world = await broken(bearer, byLink, (_request, response) => nextTo(response, target));
      expect(world.statuses).toEqual(["failed"]);
      expect(await leaksOf(world.repo, world.end)).toEqual([]);
    }
    for (const body of [`<html>${secret} ${rowValue}</html>`, `{"results": "${secret}"}`, secret]) {
      const world = await broken(bearer, byLink, (_request, response) => send(response, 200, body));
      expect(await leaksOf(world.repo, world.end)).toEqual([]);
    }
  });

  it("names failed items without their values, and hides a secret that is a key", async () => {
    const sync = {
      ...byLink,
      key: "/name",
      columns: { text: { path: "/text", type: "integer" } },
      tolerate: { failed_items: 50 },
    };
    const named = items.map((item) => ({ ...item, name: `${item.id} ${secret}` }));
    const broad = { id: 99, name: secret, updated_at: `${rowValue} ${secret}` };

    const world = await broken(header, sync, (_request, response) =>
      send(response, 200, JSON.stringify({ results: [...named, broad, rowValue] })),
    );

    expect(recordsOf(world.repo)).toMatchObject([{ item_counts: { fetched: 26, failed: 26 } }]);
    expect(await leaksOf(world.repo, world.end)).toEqual([]);
  });

  it("keeps row values out of ledger, window row and output of a window that succeeds", async () => {
    await using api = await serveItems(items);
    const repo = projectRepo(projectOf({ url: api.url, source: { auth: bearer } }));

    const end = await runCli(repo.folder, ["run", "--json"], { now, env });

    expect(recordsOf(repo)).toMatchObject([{ status: "succeeded", item_counts: { inserted: 24 } }]);
    expect(windowRecords(repo)).toHaveLength(1);
    expect(await leaksOf(repo, end)).toEqual([]);
  });

  it("keeps secrets and row values out of records that are rescued", async () => {
    const remote = emptyRepo({ bare: true });
    const closed = join(remote.folder, "closed");
    const world = await broken(
      header,
      byLink,
      (request, response) => {
        writeFileSync(closed, "");
        if (request.collection !== "items") return send(response, 404, echoOf(request));
        return redirectTo(response, `/moved/${encodeURIComponent(secret)}`);
      },
      (repo) => {
        repo.git("remote", "add", "origin", remote.folder);
        repo.git("push", "-q", "-u", "origin", "main");
        writeFileSync(
          join(remote.folder, "hooks/pre-receive"),
          `#!/bin/sh\n! test -e '${closed}'\n`,
          { mode: 0o755 },
        );
      },
    );

    expect(world.end.code).toBe(3);
    expect(rescued(world.repo)).toHaveLength(1);
    expect(await leaksOf(world.repo, world.end)).toEqual([]);
    expect(recordsOf(cloneOf(remote))).toMatchObject([{ status: "running" }]);
  });
});

interface Broken {
  readonly repo: GitRepo;
  readonly end: CliEnd;
  readonly statuses: readonly string[];
  /** Whether each first request carried the secret; a test that sends none shows nothing. */
  readonly received: readonly boolean[];
}

/** One run of one window against a server that answers as the hook says. */
async function broken(
  auth: Json,
  sync: Json,
  hook: Hook,
  prepare?: (repo: GitRepo) => void,
): Promise<Broken> {
  await using api = await serveItems(items);
  api.hook = hook;
  const source = { auth, limits: { tries: 2 } };
  const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync }, source }));
  prepare?.(repo);
  const end = await runCli(repo.folder, ["run"], { now, env });
  const sent = api.requests.slice(0, 1).map(({ headers }) => JSON.stringify(headers));
  return {
    repo,
    end,
    statuses: recordsOf(repo).map((record) => record.status),
    received: sent.map((text) => text.includes(secret)),
  };
}

function echoOf(request: ItemRequest): string {
  const all = { sent: request.headers, forms, value: rowValue, records: items };
  return JSON.stringify(all);
}

function nextTo(response: ServerResponse, next: string): true {
  return send(response, 200, JSON.stringify({ results: items.slice(0, 2), next }));
}

function redirectTo(response: ServerResponse, location: string): true {
  response.writeHead(302, { location });
  response.end();
  return true;
}

/** Where a secret or a row value can be read although it must not be. */
async function leaksOf(repo: GitRepo, end: CliEnd): Promise<readonly string[]> {
  const args = ["status", "--json"];
  const [status, log] = await Promise.all([
    runCli(repo.folder, args, { now, env }),
    runCli(repo.folder, ["log", "--json"], { now, env }),
  ]);
  const places: readonly (readonly [string, string])[] = [
    ["stdout", end.stdout],
    ["stderr", end.stderr],
    ["status", status.stdout + status.stderr],
    ["log", log.stdout + log.stderr],
    ["commits", repo.git("log", "--all", "-p", "--format=fuller")],
    ...windowRecords(repo).map((record) => ["window row", record] as const),
    ...rescued(repo).map((text) => ["rescue", text] as const),
  ];
  return places.flatMap(([place, text]) =>
    [...forms, rowValue].filter((form) => text.includes(form)).map((form) => `${place}: ${form}`),
  );
}

function windowRecords(repo: GitRepo): readonly string[] {
  const database = new DatabaseSync(join(repo.folder, ".tidemark/rows.db"), { readOnly: true });
  try {
    const rows = database.prepare("SELECT record FROM _tidemark_windows").all();
    return rows.map((row) => String(row["record"]));
  } finally {
    database.close();
  }
}

function rescued(repo: GitRepo): readonly string[] {
  const folder = join(repo.folder, ".tidemark");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.startsWith("rescue/") && path.endsWith(".json"))
    .map((path) => readFileSync(join(folder, path), "utf8"));
}
