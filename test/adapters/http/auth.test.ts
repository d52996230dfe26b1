import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openHttpSource } from "../../../src/adapters/http/http-source.ts";
import { ConfigError } from "../../../src/core/failure/errors.ts";
import type { AuthSpec } from "../../../src/core/sync/sync-spec.ts";
import { sourceOf } from "../../support/builders.ts";

const home = "https://api.example.com";
const seen: Headers[] = [];
const server = setupServer(
  http.get(`${home}/contacts`, ({ request }) => {
    seen.push(request.headers);
    return HttpResponse.json({ items: [] });
  }),
);

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  seen.length = 0;
});
afterAll(() => server.close());

async function headersSent(auth: AuthSpec): Promise<Headers | undefined> {
  const secrets = new Map([
    ["TIDEMARK_TOKEN", "s3cr3t"],
    ["GITHUB_TOKEN", "gh-t0ken"],
  ]);
  const source = openHttpSource(sourceOf({ baseUrl: `${home}/v2`, auth }), { secrets });
  const request = { method: "GET", url: `${home}/contacts`, headers: {}, body: undefined } as const;
  const answer = await source.send(request, new AbortController().signal);
  await source.close();
  expect(answer).toMatchObject({ kind: "response", status: 200 });
  expect(seen.length).toBe(1);
  return seen[0];
}

test.each([
  [{ type: "bearer", env: "TIDEMARK_TOKEN", prefix: "Bearer" }, "authorization", "Bearer s3cr3t"],
  [{ type: "bearer", env: "TIDEMARK_TOKEN", prefix: "" }, "authorization", "s3cr3t"],
  [{ type: "header", name: "X-Key", env: "TIDEMARK_TOKEN", prefix: "" }, "x-key", "s3cr3t"],
  [{ type: "header", name: "X-Key", env: "TIDEMARK_TOKEN", prefix: "Key" }, "x-key", "Key s3cr3t"],
  [{ type: "github_token" }, "authorization", "Bearer gh-t0ken"],
] as const)("%j sends %s: %s (section 2)", async (auth, name, value) => {
  expect((await headersSent(auth))?.get(name)).toBe(value);
});

test("no auth sends no credential (section 2)", async () => {
  expect((await headersSent({ type: "none" }))?.has("authorization")).toBe(false);
});

test.each([
  ["nothing", undefined],
  ["nothing", ""],
  ["characters that no header can carry", "a\nb"],
  ["characters that no header can carry", "price in €"],
  ["characters that no header can carry", " padded "],
])("a secret that is %s is refused before anything is sent (S7)", (found, value) => {
  const auth = { type: "bearer", env: "TIDEMARK_TOKEN", prefix: "Bearer" } as const;
  const secrets = new Map(value === undefined ? [] : [["TIDEMARK_TOKEN", value]]);
  expect(() => openHttpSource(sourceOf({ baseUrl: home, auth }), { secrets })).toThrow(
    new ConfigError([
      `sources.crm.auth.env: expected a secret in the variable TIDEMARK_TOKEN, found ${found}; set it`,
    ]),
  );
});

test("a base_url that is no origin is refused (S1)", () => {
  const open = (): unknown =>
    openHttpSource(sourceOf({ baseUrl: "https://user:pass@api.example.com" }), {
      secrets: new Map(),
    });
  expect(open).toThrow(ConfigError);
});

test("an injected fetch takes the place of the network", async () => {
  const fetch = async (): Promise<Response> => new Response("[]", { headers: { "x-a": "1" } });
  const source = openHttpSource(sourceOf({ baseUrl: home }), { secrets: new Map(), fetch });
  const request = { method: "GET", url: `${home}/x`, headers: {}, body: undefined } as const;
  const answer = await source.send(request, new AbortController().signal);
  expect(answer).toMatchObject({ status: 200, body: { ok: true, text: "[]" }, bytes: 2 });
  expect(seen).toEqual([]);
});
