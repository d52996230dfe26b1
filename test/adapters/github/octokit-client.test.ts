// The client of GitHub on an injected fetch and a fake clock: what it sends, what answers mean, what is sent again, and
// how a cancel ends it (G1, G2, G3, G24, G28).

import { expect, onTestFinished, test } from "vitest";

import type {
  CallOptions,
  GithubAnswer,
  GithubClient,
} from "../../../src/adapters/github/client.ts";
import { openGithubClient } from "../../../src/adapters/github/octokit-client.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { startGithubFake } from "../../support/github-fake/github-fake.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const token = "ghs_aSecretOfThisTest";
const patient = Number.POSITIVE_INFINITY;
const reading: CallOptions = { until: patient, isRead: true };
const writing: CallOptions = { until: patient, isRead: false };
const document = "query Some { viewer { login } }";

interface Sent {
  readonly at: number;
  readonly request: Request;
}

type Reply = Response | Error | "never";

interface Scripted {
  readonly client: GithubClient;
  readonly clock: FakeClock;
  readonly cancel: AbortController;
  readonly sent: Sent[];
  /** Seconds on the clock at which requests were sent. */
  readonly seconds: () => readonly number[];
}

function json(
  body: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Replies in order, the last one for ever. */
function script(...replies: readonly (Reply | ((sent: number) => Reply))[]): Scripted {
  const clock = createFakeClock();
  const cancel = new AbortController();
  const sent: Sent[] = [];
  const client = openGithubClient({
    token,
    secrets: ["hunter22hunter22"],
    repository: "octo/ledger",
    apiUrl: "https://ghe.test/api/v3",
    graphqlUrl: "https://ghe.test/api/graphql",
    fetch: async (input, init) => {
      sent.push({ at: clock.mono(), request: new Request(input, init) });
      const next = replies[Math.min(sent.length, replies.length) - 1];
      const reply = typeof next === "function" ? next(sent.length) : next;
      if (reply instanceof Error) throw reply;
      if (reply instanceof Response) return reply.clone();
      return await new Promise<Response>(() => undefined);
    },
    clock,
    random: { next: () => 0, hex: () => "" },
    cancel: cancel.signal,
  });
  const seconds = (): readonly number[] => sent.map(({ at }) => at / 1000);
  return { client, clock, cancel, sent, seconds };
}

async function errorOf(answer: Promise<GithubAnswer<unknown>>): Promise<unknown> {
  const come = await answer;
  return come.ok ? come : come.error;
}

test("sends GraphQL to its own address, with version and token, through the fetch given (G1, G2)", async () => {
  const { client, sent } = script(json({ data: { viewer: { login: "octo" } } }));
  const answer = await client.graphql(document, { a: 1 }, reading);
  expect(answer).toEqual({ ok: true, data: { viewer: { login: "octo" } } });
  expect(sent.length).toBe(1);
  const [only] = sent;
  expect(only?.request.url).toBe("https://ghe.test/api/graphql");
  expect(only?.request.method).toBe("POST");
  expect(only?.request.headers.get("x-github-api-version")).toBe("2022-11-28");
  expect(only?.request.headers.get("authorization")).toBe(`token ${token}`);
  expect(await only?.request.json()).toEqual({ query: document, variables: { a: 1 } });
});

test("fills owner and repository into a REST route and encodes the rest", async () => {
  const { client, sent } = script(json({ ref: "x" }));
  await client.rest(
    "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
    { ref: "heads/a b", sha: "1", force: false },
    writing,
  );
  expect(sent[0]?.request.url).toBe(
    "https://ghe.test/api/v3/repos/octo/ledger/git/refs/heads%2Fa%20b",
  );
  expect(await sent[0]?.request.json()).toEqual({ sha: "1", force: false });
});

test("takes no data where there are errors (G2)", async () => {
  const { client } = script(
    json({ data: { a: 1 }, errors: [{ type: "NOT_FOUND", message: "no such thing" }] }),
  );
  expect(await errorOf(client.graphql(document, {}, writing))).toEqual({
    kind: "missing",
    status: 200,
    type: "NOT_FOUND",
    message: "no such thing",
  });
});

const wentWrong = "Something went wrong while executing your query. This is id 7.";

test.each([
  { status: 200, error: { type: "FORBIDDEN", message: "no" }, kind: "forbidden" },
  { status: 200, error: { type: "STALE_DATA", message: "Expected branch" }, kind: "refused" },
  { status: 200, error: { message: wentWrong }, kind: "unknown" },
  { status: 200, error: { message: "x is at 1 but expected 2" }, kind: "refused" },
  { status: 401, error: undefined, kind: "unauthorized" },
  { status: 403, error: undefined, kind: "forbidden" },
  { status: 404, error: undefined, kind: "missing" },
  { status: 409, error: undefined, kind: "refused" },
  { status: 413, error: undefined, kind: "refused" },
  { status: 422, error: undefined, kind: "refused" },
  { status: 500, error: undefined, kind: "unknown" },
  { status: 502, error: undefined, kind: "unknown" },
])("calls $status with $error.type $error.message $kind", async ({ status, error, kind }) => {
  const body = error === undefined ? { message: "words" } : { data: null, errors: [error] };
  const { client } = script(json(body, status));
  expect(await errorOf(client.graphql(document, {}, writing))).toEqual({
    kind,
    status,
    type: error?.type,
    message: error?.message ?? "words",
  });
});

test("joins what 422 says of single fields", async () => {
  const { client } = script(
    json({ message: "Validation Failed", errors: [{ message: "No commits between" }, "b"] }, 422),
  );
  expect(await errorOf(client.rest("POST /repos/{owner}/{repo}/pulls", {}, writing))).toMatchObject(
    {
      message: "Validation Failed: No commits between: b",
    },
  );
});

test("takes a body without its end, and half of a reading, for no answer", async () => {
  const type = { headers: { "content-type": "application/json" } };
  const cut = script(new Response('{"data": {"a"', type));
  expect(await errorOf(cut.client.graphql(document, {}, writing))).toMatchObject({
    kind: "unknown",
    status: 200,
  });
  const half = { data: { a: 1, b: null }, errors: [{ type: "LIMITS", message: "too much" }] };
  const { client, clock, seconds } = script(json(half), json({ data: { a: 1, b: 2 } }));
  expect(await clock.run(client.graphql(document, {}, reading))).toMatchObject({ ok: true });
  expect(seconds()).toEqual([0, 1]);
});

test("takes half of a change for an unknown answer, unless its error has a meaning", async () => {
  const data = { createCommitOnBranch: { commit: null } };
  const half = script(json({ data, errors: [{ type: "LIMITS", message: "too much" }] }));
  const no = script(json({ data, errors: [{ type: "FORBIDDEN", message: "no" }] }));
  expect(await errorOf(half.client.graphql(document, {}, writing))).toMatchObject({
    kind: "unknown",
  });
  expect(await errorOf(no.client.graphql(document, {}, writing))).toMatchObject({
    kind: "forbidden",
  });
  expect([half.sent.length, no.sent.length]).toEqual([1, 1]);
});

test("sends a reading again after 1, 2, 4 and 8 seconds, then gives it up", async () => {
  const { client, clock, seconds } = script(new TypeError("fetch failed"));
  const error = await clock.run(errorOf(client.graphql(document, {}, reading)));
  expect(error).toEqual({
    kind: "unknown",
    status: undefined,
    type: undefined,
    message: "fetch failed",
  });
  expect(seconds()).toEqual([0, 1, 3, 7, 15]);
});

test("does not begin a wait that ends too late", async () => {
  const { client, clock, seconds } = script(json({}, 502));
  await clock.run(client.graphql(document, {}, { until: 3500, isRead: true }));
  expect(seconds()).toEqual([0, 1, 3]);
});

test("never sends a writing again after an unknown answer (G3)", async () => {
  const { client, sent } = script(json({}, 502));
  await client.graphql(document, {}, writing);
  expect(sent.length).toBe(1);
});

test("gives an answer 15 seconds", async () => {
  const { client, clock, sent } = script("never");
  const error = await clock.run(errorOf(client.graphql(document, {}, writing)));
  expect(error).toEqual({
    kind: "unknown",
    status: undefined,
    type: undefined,
    message: "no answer in time",
  });
  expect(clock.mono()).toBe(15_000);
  expect(sent.length).toBe(1);
});

test.each([
  { name: "retry-after", status: 429, headers: { "retry-after": "7" }, at: 7 },
  { name: "retry-after of a 403", status: 403, headers: { "retry-after": "9" }, at: 9 },
  {
    name: "the reset of an empty bucket",
    status: 403,
    headers: {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.UTC(2026, 10, 25) / 1000 + 33),
    },
    at: 33,
  },
  {
    name: "the reset of an empty bucket, by GitHub's clock where ours is two hours fast",
    status: 403,
    headers: {
      date: "Tue, 24 Nov 2026 22:00:00 GMT",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.UTC(2026, 10, 24, 22) / 1000 + 44),
    },
    at: 44,
  },
  { name: "a minute", status: 429, headers: {}, at: 60 },
])("waits out a limit by $name, for writings too (G24)", async ({ status, headers, at }) => {
  const limited = json({ message: "slow down" }, status, headers);
  const { client, clock, seconds } = script(limited, json({ data: {} }));
  expect(await clock.run(client.graphql(document, {}, writing))).toEqual({ ok: true, data: {} });
  expect(seconds()).toEqual([0, at]);
});

test.each(["RATE_LIMITED", "RATE_LIMIT"])(
  "takes the GraphQL error %s for a limit",
  async (type) => {
    const message = "API rate limit already exceeded for user ID 1.";
    const limited = json({ errors: [{ type, code: "graphql_rate_limit", message }] });
    const { client, clock, seconds } = script(limited, json({ data: {} }));
    expect(await clock.run(client.graphql(document, {}, writing))).toEqual({ ok: true, data: {} });
    expect(seconds()).toEqual([0, 60]);
  },
);

test("goes on with GraphQL while the bucket of REST is empty, and the other way round (G24)", async () => {
  const reset = String(Date.UTC(2026, 10, 25) / 1000 + 1800);
  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
  const empty = json({ message: "API rate limit exceeded" }, 403, headers);
  const hurried = { ...reading, until: 1000 };
  const rest = script(empty, json({ data: {} }));
  const route = "GET /repos/{owner}/{repo}";
  expect(await errorOf(rest.client.rest(route, {}, hurried))).toMatchObject({ kind: "limited" });
  expect(await rest.client.graphql(document, {}, hurried)).toEqual({ ok: true, data: {} });
  expect(await errorOf(rest.client.rest(route, {}, hurried))).toMatchObject({ kind: "limited" });
  const graphql = script(empty, json({ id: 1 }));
  expect(await errorOf(graphql.client.graphql(document, {}, hurried))).toMatchObject({
    kind: "limited",
  });
  expect(await graphql.client.rest(route, {}, hurried)).toEqual({ ok: true, data: { id: 1 } });
  expect([rest.sent.length, graphql.sent.length]).toEqual([2, 2]);
});

test("doubles the minute while GitHub says no more, and begins anew after an answer (G24)", async () => {
  const limited = json({ errors: [{ message: "You have exceeded a secondary rate limit." }] });
  const fine = json({ data: {} });
  const { client, clock, seconds } = script(limited, limited, limited, fine, limited, fine);
  await clock.run(client.graphql(document, {}, writing));
  await clock.run(client.graphql(document, {}, writing));
  expect(seconds()).toEqual([0, 60, 180, 420, 420, 480]);
});

test("answers that a limit outlasts the call, and sends nothing before it ends (G24)", async () => {
  const limited = json({ message: "slow down" }, 429, { "retry-after": "90" });
  const { client, clock, sent, seconds } = script(limited, json({ data: {} }));
  const error = await clock.run(
    errorOf(client.graphql(document, {}, { ...writing, until: 60_000 })),
  );
  expect(error).toEqual({
    kind: "limited",
    status: undefined,
    type: undefined,
    message: "GitHub's limit lasts until 2026-11-25T00:01:30.000Z",
  });
  expect(await errorOf(client.graphql(document, {}, { ...reading, until: 1000 }))).toEqual(error);
  expect(sent.length).toBe(1);
  await clock.run(client.graphql(document, {}, reading));
  expect(seconds()).toEqual([0, 90]);
});

test("goes one by one, and readings of blobs four at once", async () => {
  const { client, clock, sent } = script("never");
  const calls = [1, 2, 3].map(() => client.graphql(document, {}, writing));
  await clock.advanceTo(1);
  expect(sent.length).toBe(1);
  const beside = [1, 2, 3, 4, 5, 6].map(() =>
    client.graphql(document, {}, { ...writing, isBeside: true }),
  );
  await clock.advanceTo(2);
  expect(sent.length).toBe(5);
  await clock.run(Promise.all([...calls, ...beside]));
  expect(sent.length).toBe(9);
});

test("gives a request that is under way at the cancel 2.5 seconds more (G28)", async () => {
  const { client, clock, cancel } = script("never");
  const call = errorOf(client.graphql(document, {}, writing));
  await clock.advanceTo(1000);
  cancel.abort();
  expect(await clock.run(call)).toMatchObject({ kind: "unknown" });
  expect(clock.mono()).toBe(3500);
});

test("gives a request that begins after the cancel what is left of 4.5 seconds (G28)", async () => {
  const { client, clock, cancel, seconds } = script("never");
  await clock.advanceTo(1000);
  cancel.abort();
  await clock.advanceTo(3000);
  expect(await clock.run(errorOf(client.graphql(document, {}, reading)))).toMatchObject({
    kind: "unknown",
  });
  expect(clock.mono()).toBe(5500);
  expect(await errorOf(client.graphql(document, {}, reading))).toEqual({
    kind: "limited",
    status: undefined,
    type: undefined,
    message: "not sent, since the run is being cancelled",
  });
  expect(seconds()).toEqual([3]);
});

test("waits for nothing while the run is being cancelled (G28)", async () => {
  const limited = script(json({ message: "slow down" }, 429));
  const waiting = errorOf(limited.client.graphql(document, {}, reading));
  await limited.clock.advanceTo(1000);
  limited.cancel.abort();
  expect(await limited.clock.run(waiting)).toMatchObject({ kind: "limited" });
  const failing = script(json({}, 502));
  const second = errorOf(failing.client.graphql(document, {}, reading));
  await failing.clock.advanceTo(500);
  failing.cancel.abort();
  expect(await failing.clock.run(second)).toMatchObject({ kind: "unknown", status: 502 });
  expect([limited.clock.mono(), failing.clock.mono()]).toEqual([1000, 500]);
  expect([limited.sent.length, failing.sent.length]).toEqual([1, 1]);
});

test("never repeats the token in its messages", async () => {
  const { client } = script(new TypeError(`bad header token ${token}`));
  expect(await errorOf(client.graphql(document, {}, writing))).toMatchObject({
    message: "bad header token ***",
  });
});

test("knows what is left of the graphql bucket, from the answer or its headers", async () => {
  const headers = {
    "x-ratelimit-remaining": "70",
    "x-ratelimit-reset": "1000",
    "x-ratelimit-resource": "graphql",
  };
  const core = { ...headers, "x-ratelimit-remaining": "3", "x-ratelimit-resource": "core" };
  const rateLimit = { remaining: 45, resetAt: "2026-11-25T01:00:00Z" };
  const { client } = script(
    json({ data: {} }),
    json({ data: {} }, 200, headers),
    json({ ok: 1 }, 200, core),
    json({ data: { rateLimit } }, 200, headers),
  );
  const left: unknown[] = [client.rateLeft()];
  for (const isGraphql of [true, true, false, true]) {
    if (isGraphql) await client.graphql(document, {}, reading);
    else await client.rest("GET /repos/{owner}/{repo}", {}, reading);
    left.push(client.rateLeft());
  }
  expect(left).toEqual([
    undefined,
    undefined,
    { remaining: 70, resetAt: 1_000_000 },
    { remaining: 70, resetAt: 1_000_000 },
    { remaining: 45, resetAt: Date.UTC(2026, 10, 25, 1) },
  ]);
});

test("shows no half of a secret where GitHub's words are cut", async () => {
  const words = `${"x".repeat(290)}hunter22hunter22 and more`;
  const { client } = script(json({ message: words }, 422));
  expect(await errorOf(client.rest("GET /repos/{owner}/{repo}", {}, reading))).toMatchObject({
    message: expect.stringMatching(/^x+\*{3} and/),
  });
});

test("sends through the fetch of @actions/github when none is given", async () => {
  const fake = await startGithubFake();
  onTestFinished(() => fake.close());
  const client = openGithubClient({
    token: fake.token,
    secrets: [],
    repository: fake.repository,
    apiUrl: fake.apiUrl,
    graphqlUrl: fake.graphqlUrl,
    fetch: undefined,
    clock: systemClock(),
    random: seededRandom(1),
    cancel: new AbortController().signal,
  });
  const query = `query { repository(owner: "octo", name: "ledger") { nameWithOwner } }`;
  expect(await client.graphql(query, {}, reading)).toEqual({
    ok: true,
    data: { repository: { nameWithOwner: "octo/ledger" } },
  });
  expect(await client.rest("GET /repos/{owner}/{repo}", {}, reading)).toMatchObject({ ok: true });
});
