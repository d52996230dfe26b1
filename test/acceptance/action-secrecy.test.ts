// Secrets that source and GitHub give back in everything they say: none of them, in no form, reaches a commit, a log,
// summary, annotation, output, pull request, issue or rescued file, nor the other side (I15, section 13 of the platform
// page). Only the runner is told, by its own command for masks.

import { describe, it } from "vitest";

import { type Hook, type ItemRequest, send } from "../support/acceptance-api.ts";
import { itemsSync, type Json } from "../support/acceptance-project.ts";
import type { StepEnd } from "../support/action-process.ts";
import {
  type ActionWorld,
  annotationsIn,
  filesBelow,
  hourly,
  type OwnContext,
  openActionWorld,
} from "../support/action-world.ts";
import type { FakeRequest } from "../support/github-fake/faults.ts";

const ofSource = "Canary/7f+Q9 zx=";
const allowed = 'Extra"canary/9+42';
const secretEnv = { TIDEMARK_TOKEN: ofSource, EXTRA_KEY: allowed };
const inputs = { "env-allow": "EXTRA_KEY" };
const [firstDay, soon, later] = [
  "2026-01-02T00:02:00Z",
  "2026-01-02T00:30:00Z",
  "2026-01-02T01:30:00Z",
];

/** Items whose key is a text, none of which can be a row. */
const byLink: Json = {
  request: { path: "/items", query: { from: "{{window.start}}", to: "{{window.end}}" } },
  key: "/name",
  order: { by: "none" },
  pages: { type: "link", next: "body:/next", unsafe: true },
  columns: { text: { path: "/text", type: "integer" } },
};

describe.concurrent("secrecy of the action", { timeout: 60_000 }, () => {
  it("shows nothing of a source that echoes secrets in errors, headers and links", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openWorld({ onTestFinished });
    const hooks: readonly Hook[] = [
      (request, response) => {
        response.setHeader("x-echo", encodeURIComponent(echoOf(world, request)));
        response.statusMessage = `No ${encodeURIComponent(ofSource)}`;
        return send(response, 400, echoOf(world, request));
      },
      (request, response) => send(response, 500, echoOf(world, request)),
      (request, response) => {
        const target = `/moved/${encodeURIComponent(ofSource)}?token=${encodeURIComponent(ofSource)}`;
        if (request.collection !== "items") return send(response, 404, echoOf(world, request));
        response.writeHead(302, { location: target }).end();
        return true;
      },
    ];
    const ends: StepEnd[] = [];
    for (const [index, now] of [firstDay, soon, later].entries()) {
      world.api.hook = hooks[index];
      ends.push(await world.run(now, { env: secretEnv, inputs }));
    }

    const sent = world.api.requests.map(({ headers }) => headers["authorization"]);
    expect([...new Set(sent)]).toEqual([`Bearer ${ofSource}`]);
    expect(world.records("tidemark-ledger").map(({ status }) => status)).toEqual(["failed"]);
    expect(world.github.issues).toHaveLength(1);
    expect(world.github.pulls).toHaveLength(1);
    expect(leaksOf(world, ends)).toEqual([]);
  });

  it("hides secrets that are keys of failed items", async ({ expect, onTestFinished }) => {
    const world = await openWorld(
      { onTestFinished },
      { ...byLink, tolerate: { failed_items: 50 } },
      header,
    );
    const forms = echoes(world);
    world.api.hook = (request, response) => {
      const results = hourly(1).map((item, index) => {
        const name = `${item.id} ${forms[index % forms.length] ?? ""}`;
        return { ...item, name, text: name };
      });
      return send(response, 200, JSON.stringify({ results, echo: echoOf(world, request) }));
    };

    const end = await world.run(firstDay, { env: secretEnv, inputs });

    expect(world.api.requests.map(({ headers }) => headers["x-api-key"])).toEqual([allowed]);
    expect(world.records("tidemark-ledger")).toMatchObject([
      { status: "succeeded", item_counts: { fetched: 24, failed: 24 } },
    ]);
    const named = world.github.git(
      "show",
      "tidemark-ledger:ledger/items/2026/01/20260101T000000Z--20260102T000000Z.json",
    );
    expect(named).toContain('"key": "1 ***"');
    expect(leaksOf(world, [end])).toEqual([]);
  });

  it.for([
    {
      what: "reading",
      isIt: (request: FakeRequest) => request.route === "graphql:Tip",
      status: 403,
      code: 3,
    },
    { what: "claim", isIt: isCommit, status: 200, code: 3 },
    { what: "claim by its status", isIt: isCommit, status: 422, code: 3 },
    {
      what: "pull request",
      isIt: ({ fields }: FakeRequest) => fields.includes("updateRefs"),
      status: 200,
      code: 0,
    },
  ])(
    "shows nothing when GitHub echoes secrets as it refuses a $what",
    async ({ isIt, status, code }, { expect, onTestFinished }) => {
      const world = await openWorld({ onTestFinished });
      const message = echo(world);
      world.github.fault({ on: isIt, times: Infinity, do: { kind: "refuse", status, message } });

      const end = await world.run(firstDay, { env: secretEnv, inputs });

      expect(end.code).toBe(code);
      expect(annotationsIn(end.log).join("\n")).toContain("***");
      expect(end.summary).toContain(String.raw`\*\*\*`);
      expect(leaksOf(world, [end])).toEqual([]);
    },
  );

  it("shows nothing in rescued records, nor when GitHub echoes secrets as it refuses an issue", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openWorld({ onTestFinished }, byLink, header);
    const { github, api } = world;
    api.items = hourly(1).map((item) => ({ ...item, name: `${item.id} ${ofSource}` }));
    const message = echo(world);
    github.fault({
      on: (request) => isCommit(request) && api.requests.length > 0,
      do: { kind: "refuse", status: 200, message },
    });
    github.fault({
      on: ({ method, route }) => method === "POST" && route.endsWith("/issues"),
      do: { kind: "refuse", status: 403, message },
    });

    const rescued = await world.run(firstDay, { env: secretEnv, inputs });
    const failed = await world.run(soon, { env: secretEnv, inputs });

    expect([rescued.code, failed.code]).toEqual([3, 1]);
    expect(Object.keys(filesBelow(rescued.temporary))).toEqual([
      "tidemark-rescue/ledger/items/2026/01/20260101T000000Z--20260102T000000Z.json",
    ]);
    expect(rescued.summary).toContain('"key": "1 ***"');
    expect(annotationsIn(failed.log).filter((line) => line.includes("issue"))).toEqual([
      expect.stringContaining("***"),
    ]);
    expect(leaksOf(world, [rescued, failed])).toEqual([]);
  });

  it.for([
    { names: "sync", given: () => ({ sync: ofSource }) },
    { names: "sync, by the token", given: ({ github }: ActionWorld) => ({ sync: github.token }) },
    {
      names: "max-windows and time-budget",
      given: () => ({ "max-windows": ofSource, "time-budget": base64Of(ofSource) }),
    },
    { names: "mode and fail-on", given: () => ({ mode: allowed, "fail-on": allowed }) },
    { names: "ledger-branch", given: () => ({ "ledger-branch": allowed }) },
  ])(
    "shows nothing of a secret that stands in the wrong input: $names",
    async ({ given }, { expect, onTestFinished }) => {
      const world = await openWorld({ onTestFinished });

      const end = await world.run(firstDay, {
        env: secretEnv,
        inputs: { ...inputs, ...given(world) },
      });

      expect([end.code, world.api.requests]).toEqual([2, []]);
      expect(annotationsIn(end.log).join("\n")).toContain("***");
      expect(leaksOf(world, [end])).toEqual([]);
    },
  );
});

const bearer = { type: "bearer", env: "TIDEMARK_TOKEN" };
const header = { type: "header", name: "X-Api-Key", env: "EXTRA_KEY" };

async function openWorld(
  context: OwnContext,
  sync: Json = {},
  auth: Json = bearer,
): Promise<ActionWorld> {
  const alerts = { zero: "allow", issue: true };
  return await openActionWorld(context, {
    project: {
      source: { auth, limits: { tries: 2 } },
      syncs: { items: { ...itemsSync, alerts, ...sync } },
      more: { ledger: { publish: "pull_request" } },
    },
  });
}

function isCommit({ fields }: FakeRequest): boolean {
  return fields.includes("createCommitOnBranch");
}

/** Each secret with all forms in which it can be read. */
function formsOf({ github }: ActionWorld): readonly (readonly [string, readonly string[]])[] {
  return [ofSource, allowed, github.token].map((secret) => {
    // In the middle of `user:secret`, where Base64 begins at another bit.
    const middle = base64Of(`u:${secret}`).slice(4, 20);
    return [secret, [...wholeForms(secret), middle]] as const;
  });
}

function wholeForms(secret: string): readonly string[] {
  return [
    secret,
    secret.replaceAll(" ", "+"),
    encodeURIComponent(secret),
    encodeURI(secret),
    base64Of(secret),
    encodeURIComponent(base64Of(secret)),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function base64Of(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** All secrets in all forms, one after the other. */
function echoes({ github }: ActionWorld): readonly string[] {
  return [ofSource, allowed, github.token].flatMap((secret) => [
    ...wholeForms(secret),
    base64Of(`u:${secret}`),
  ]);
}

function echo(world: ActionWorld): string {
  return echoes(world).join(" ");
}

function echoOf(world: ActionWorld, { headers }: ItemRequest): string {
  return JSON.stringify({ message: echo(world), sent: headers });
}

/** Where a secret can be read although it must not be. */
function leaksOf(world: ActionWorld, ends: readonly StepEnd[]): readonly string[] {
  const { github, api } = world;
  const objects = github.git("cat-file", "--batch-all-objects", "--batch", "--buffer");
  const places: readonly (readonly [string, string])[] = [
    ["history", github.git("log", "--all", "-p", "--format=fuller")],
    ["objects", objects],
    ["pull requests", JSON.stringify(github.pulls)],
    ["issues", JSON.stringify(github.issues)],
    ...github.requests.map((request) => ["to GitHub", toGithub(request)] as const),
    ...ends.flatMap((end) => placesOf(end)),
  ];
  const found = places.flatMap(([place, text]) => readable(place, text, formsOf(world)));
  const toSource = api.requests.map(
    ({ headers, query }) => `${JSON.stringify(headers)} ${query.toString()}`,
  );
  const own = JSON.stringify(world.project).includes("EXTRA_KEY") ? allowed : ofSource;
  const foreign = formsOf(world).filter(([secret]) => secret !== own);
  return [...found, ...toSource.flatMap((text) => readable("to the source", text, foreign))];
}

function placesOf(end: StepEnd): readonly (readonly [string, string])[] {
  const log = end.log.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return [
    ["log", log.join("\n")],
    ["summary", end.summary],
    ["outputs", JSON.stringify(end.outputs)],
    ...Object.entries(filesBelow(end.temporary)),
  ];
}

// All but the header that has to carry the token; file contents as they are.
function toGithub({ path, body, headers }: FakeRequest): string {
  const { authorization: _, ...others } = headers;
  const contents = [...JSON.stringify(body ?? "").matchAll(/"contents":"([^"]*)"/g)];
  const decoded = contents.map(([, base64 = ""]) => Buffer.from(base64, "base64").toString());
  return [path, JSON.stringify(body ?? ""), JSON.stringify(others), ...decoded].join("\n");
}

function readable(
  place: string,
  text: string,
  secrets: readonly (readonly [string, readonly string[]])[],
): readonly string[] {
  return secrets.flatMap(([, forms]) =>
    forms
      .filter((form) => text.includes(form))
      .map((form) => `${place}: ${form} in ${excerpt(text, form)}`),
  );
}

function excerpt(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 100), at + form.length + 40);
}
