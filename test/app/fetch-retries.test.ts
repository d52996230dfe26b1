import { describe, expect, it } from "vitest";

import { startDeadline } from "../../src/app/deadline.ts";
import type { ResponseRule } from "../../src/core/sync/sync-spec.ts";
import { at, windowOf } from "../support/builders.ts";
import { apiSync, harness } from "../support/fetch-harness.ts";
import { noResponse, respond } from "../support/scripted-source.ts";
import { seededRandom } from "../support/seeded-random.ts";

const item = { id: "a", updatedAt: "2026-11-23T12:00:00Z" };
const page = respond({ items: [item] });
const sync = apiSync({});

const rule = (statuses: readonly number[], action: ResponseRule["action"], waitMs?: number) => ({
  statuses,
  header: undefined,
  body: undefined,
  action,
  waitMs,
});

describe("the tries of a request", () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 529])(
    "sends the request again after a %i (S67)",
    async (status) => {
      const test = harness((_, index) => (index === 0 ? respond({}, { status }) : page));
      const { end, keys } = await test.read(sync);
      expect(keys).toEqual(["a"]);
      expect(end).toMatchObject({
        outcome: { ok: true },
        requests: { sent: 2, retried: 1 },
        mostCommon: { status, count: 1 },
      });
    },
  );

  it.each(["network", "timeout", "cut_off"] as const)(
    "sends the request again after no response: %s (S67)",
    async (cause) => {
      const test = harness((_, index) => (index === 0 ? noResponse(cause) : page));
      expect((await test.read(sync)).end).toMatchObject({
        outcome: { ok: true },
        requests: { sent: 2, retried: 1, throttled: 0 },
      });
    },
  );

  it("sends the request again after a page that is not JSON (S24)", async () => {
    const test = harness((_, index) => (index === 0 ? respond("<html>") : page));
    expect((await test.read(sync)).keys).toEqual(["a"]);
  });

  it.each([
    [noResponse("network"), "network"],
    [noResponse("timeout"), "timeout"],
    [respond("<html>"), "malformed_response"],
    [respond({}, { status: 503 }), "source_rejected"],
    [respond({}, { status: 429 }), "throttled"],
  ] as const)(
    "ends after five tries with the code of the cause (S68): %#",
    async (answer, code) => {
      const test = harness(() => answer);
      const { end } = await test.read(sync);
      expect(end).toMatchObject({
        outcome: { ok: false, failure: { code } },
        uncounted: true,
        acceptedPages: 0,
        requests: { sent: 5, retried: 4 },
      });
    },
  );

  it.each([
    [400, "source_rejected"],
    [404, "source_rejected"],
    [401, "auth"],
    [403, "auth"],
    [407, "auth"],
  ] as const)("never retries a %i, which is %s (S69)", async (status, code) => {
    const test = harness(() => respond({}, { status }));
    const { end } = await test.read(sync);
    expect(end.outcome).toMatchObject({ ok: false, failure: { code, status } });
    expect(end.uncounted).toBe(code === "auth");
    expect(test.session.closed?.code).toBe(code === "auth" ? "auth" : undefined);
    expect(test.source.sent).toHaveLength(1);
  });

  it("waits as long as Retry-After asks before it sends again (P20)", async () => {
    const sentAt: number[] = [];
    const test = harness((_, index) => {
      sentAt.push(test.clock.mono());
      return index === 0 ? respond({}, { status: 429, headers: { "retry-after": "30" } }) : page;
    });
    const { end } = await test.read(sync);
    expect(end.requests).toMatchObject({ sent: 2, throttled: 1 });
    expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  it("does not wait for a throttle longer than max_wait (S76)", async () => {
    const test = harness(() => respond({}, { status: 429, headers: { "retry-after": "3600" } }));
    const { end } = await test.read(sync);
    expect(end).toMatchObject({
      outcome: {
        ok: false,
        failure: { code: "throttled", status: 429, resumeAt: at("2026-11-25T07:00:00Z") },
      },
      uncounted: true,
    });
    expect(test.clock.mono()).toBe(0);
    expect(test.session.closed).toBeUndefined();
  });

  it("does not wait past the time budget (P21)", async () => {
    const test = harness(() => respond({}, { status: 429, headers: { "retry-after": "60" } }));
    const { end } = await test.read(sync, { deadlineAt: 59_000 });
    expect(end.outcome).toMatchObject({
      ok: false,
      failure: { code: "throttled", resumeAt: at("2026-11-25T06:01:00Z") },
    });
    expect(test.source.sent).toHaveLength(1);
  });

  it("ends with deadline when the pace alone does not fit the budget", async () => {
    const pace = [{ requests: 1, perMs: 60_000, mode: "fast" as const, burst: 1 }];
    const test = harness(
      (_, index) => respond({ items: [{ ...item, id: `r${index}` }], next: `${index}` }),
      { limits: { pace } },
    );
    const tokens = apiSync(
      { token: "{{page.token}}" },
      { pages: { type: "token", next: { in: "body", pointer: ["next"] } } },
    );
    const { end } = await test.read(tokens, { deadlineAt: 30_000 });
    expect(end).toMatchObject({
      outcome: { ok: false, failure: { code: "deadline" } },
      uncounted: false,
      acceptedPages: 1,
    });
  });

  it("ends a throttled request with resume_after one longest period on (P19)", async () => {
    const pace = [{ requests: 100, perMs: 3_600_000, mode: "fast" as const, burst: 50 }];
    const test = harness(() => respond({}, { status: 429 }), { limits: { tries: 1, pace } });
    const { end } = await test.read(sync);
    expect(end.outcome).toMatchObject({
      ok: false,
      failure: { code: "throttled", resumeAt: at("2026-11-25T07:00:00Z") },
    });
  });

  it("closes the source when it fails before it accepted anything (P19)", async () => {
    const test = harness(() => respond({}, { status: 503 }));
    await test.read(sync);
    expect(test.session).toMatchObject({ closed: { code: "source_rejected" }, isFaulted: true });
    const { end } = await test.read(sync);
    expect(end).toMatchObject({ uncounted: true, requests: { sent: 0 } });
  });

  it("counts a fault against the window once the source has accepted a request", async () => {
    let isDown = false;
    const test = harness(() => (isDown ? respond({}, { status: 503 }) : page));
    await test.read(sync);
    isDown = true;
    const { end } = await test.read(sync);
    expect(end).toMatchObject({ outcome: { ok: false }, uncounted: false });
    expect(test.session.closed).toBeUndefined();
  });

  it("closes the source after three requests that failed in a row (P19)", async () => {
    let isDown = false;
    const test = harness(() => (isDown ? respond({}, { status: 503 }) : page), {
      limits: { tries: 1 },
    });
    await test.read(sync);
    isDown = true;
    for (const closed of [undefined, undefined, "source_rejected"]) {
      await test.read(sync);
      expect(test.session.closed?.code).toBe(closed);
    }
  });

  it("begins the row anew after a request that was answered (P19)", async () => {
    let isDown = false;
    const test = harness(() => (isDown ? respond({}, { status: 503 }) : page), {
      limits: { tries: 1 },
    });
    for (const down of [false, true, true, false, true, true]) {
      isDown = down;
      await test.read(sync);
    }
    expect(test.session.closed).toBeUndefined();
  });

  it("sends nothing for a request that waited for its permit while the source was closed", async () => {
    const test = harness(async () => {
      await test.clock.wake(1000);
      return respond({}, { status: 401 });
    });
    const [first, second] = await Promise.all([test.read(sync), test.read(sync)]);
    expect(first.end).toMatchObject({ uncounted: true, requests: { sent: 1 } });
    expect(second.end).toMatchObject({
      outcome: { failure: { code: "auth" } },
      uncounted: true,
      requests: { sent: 0 },
    });
  });

  it("closes a sync, not its source, after three final refusals in a row (P19)", async () => {
    const test = harness(() => respond({}, { status: 404 }));
    for (let count = 0; count < 3; count += 1) await test.read(sync);
    expect(test.session.closed).toBeUndefined();
    expect(test.session.closedSync("contacts")?.code).toBe("source_rejected");
    await test.read(sync);
    expect(test.source.sent).toHaveLength(3);
  });

  it("lets retries die out when everything is refused (P19)", async () => {
    let isDown = false;
    const test = harness(() => (isDown ? respond({}, { status: 503 }) : page));
    await test.read(sync);
    isDown = true;
    const retried: number[] = [];
    for (let count = 0; count < 2; count += 1)
      retried.push((await test.read(sync)).end.requests.retried);
    isDown = false;
    await test.read(sync);
    isDown = true;
    for (let count = 0; count < 2; count += 1)
      retried.push((await test.read(sync)).end.requests.retried);
    expect(retried).toEqual([4, 4, 3, 0]);
  });

  it("sends nothing more of a source after the action stop (S70)", async () => {
    const test = harness(() => respond({}, { status: 429 }), {
      limits: { responses: [rule([429], "stop")] },
    });
    const { end } = await test.read(sync);
    expect(end.outcome).toMatchObject({
      ok: false,
      failure: { code: "throttled", resumeAt: at("2026-11-26") },
    });
    expect(test.session).toMatchObject({ closed: { code: "throttled" }, isFaulted: false });
    await test.read(sync);
    expect(test.source.sent).toHaveLength(1);
  });

  it("backs off by chance before a retry, twice as long at most each time (P18)", async () => {
    const sentAt: number[] = [];
    const test = harness(() => {
      sentAt.push(test.clock.mono());
      return respond({}, { status: 503 });
    });
    await test.read(sync);
    const chance = seededRandom(7);
    const waits = [250, 500, 1000, 2000].map((longest) => chance.next() * longest);
    expect(sentAt.slice(1).map((sent, index) => sent - (sentAt[index] ?? 0))).toEqual(
      waits.map((wait) => expect.closeTo(wait, 6)),
    );
  });

  it("waits at least as long as a rule says before a retry (S67)", async () => {
    const test = harness((_, index) => (index === 0 ? respond({}, { status: 404 }) : page), {
      limits: { responses: [rule([404], "retry", 5000)] },
    });
    await test.read(sync);
    expect(test.clock.mono()).toBeGreaterThanOrEqual(5000);
  });

  it("follows a redirect inside the origin, which is no retry (S5)", async () => {
    const test = harness((_, index) =>
      index === 0 ? respond("", { status: 307, headers: { location: "/v2/rows" } }) : page,
    );
    const { end } = await test.read(sync);
    expect(end.requests).toMatchObject({ sent: 2, retried: 0 });
    expect(test.source.sent[1]?.url).toBe("https://api.test/v2/rows");
  });

  it("counts a redirect and what follows it as one try (S5)", async () => {
    const answers = [
      respond("", { status: 307, headers: { location: "/v2/rows" } }),
      respond({}, { status: 503 }),
      page,
    ];
    const test = harness((_, index) => answers[index] ?? page, { limits: { tries: 2 } });
    const { end } = await test.read(sync);
    expect(end).toMatchObject({ outcome: { ok: true }, requests: { sent: 3, retried: 1 } });
  });

  it("follows at most three redirects, and none to another origin (S5)", async () => {
    const round = harness((_, index) =>
      respond("", { status: 302, headers: { location: `/v2/${index}` } }),
    );
    const { end } = await round.read(sync);
    expect(end).toMatchObject({
      outcome: { failure: { code: "source_rejected" } },
      requests: { sent: 4 },
    });
    const away = harness(() =>
      respond("", { status: 302, headers: { location: "https://evil.test/" } }),
    );
    expect((await away.read(sync)).end.requests.sent).toBe(1);
  });

  it("asks again when the server's clock is behind the end of the delay (S44)", async () => {
    const window = windowOf("2026-11-24", "2026-11-25");
    const test = harness(
      () =>
        respond(
          { items: [{ ...item, updatedAt: "2026-11-24T12:00:00Z" }] },
          { headers: { date: new Date(test.clock.wall() - 20_000).toUTCString() } },
        ),
      { wall: "2026-11-25T00:05:10Z" },
    );
    const { end, keys } = await test.read(sync, { window });
    expect(keys).toEqual(["a"]);
    expect(end).toMatchObject({ outcome: { ok: true }, acceptedPages: 1, requests: { sent: 2 } });
    expect(test.clock.mono()).toBe(10_000);
  });

  it("asks a server whose clock stands still four times, then gives up (S44)", async () => {
    const headers = { date: "Wed, 25 Nov 2026 00:04:50 GMT" };
    const test = harness(() => respond({ items: [] }, { headers }), {
      wall: "2026-11-25T00:05:10Z",
    });
    const { end } = await test.read(sync, { window: windowOf("2026-11-24", "2026-11-25") });
    expect(end).toMatchObject({
      outcome: { failure: { code: "incomplete" } },
      acceptedPages: 0,
      requests: { sent: 4 },
    });
  });

  it("ends as incomplete when the server's clock is too far behind to wait (S44)", async () => {
    const headers = { date: "Wed, 25 Nov 2026 00:04:00 GMT" };
    const test = harness(() => respond({ items: [] }, { headers }), {
      wall: "2026-11-25T00:05:10Z",
      limits: { maxWaitMs: 30_000 },
    });
    const { end } = await test.read(sync, { window: windowOf("2026-11-24", "2026-11-25") });
    expect(end).toMatchObject({
      outcome: { failure: { code: "incomplete", resumeAt: at("2026-11-25T00:06:10Z") } },
      uncounted: true,
    });
  });

  it("heeds no server clock that is more than an hour off, and none behind a cache (S44)", async () => {
    const date = "Tue, 24 Nov 2026 20:00:00 GMT";
    const read = async (headers: Readonly<Record<string, string>>) =>
      await harness(() => respond({ items: [item] }, { headers }), {
        wall: "2026-11-25T00:05:10Z",
      }).read(sync, { window: windowOf("2026-11-24", "2026-11-25") });
    expect((await read({ date })).end.warnings.map((warning) => warning.code)).toEqual([
      "server_clock",
    ]);
    const cached = await read({ date: "Wed, 25 Nov 2026 00:04:00 GMT", age: "60" });
    expect(cached.end).toMatchObject({ warnings: [], requests: { sent: 1 } });
  });

  it("ends as cancelled at once when stopped during a wait", async () => {
    const stop = new AbortController();
    const test = harness(() => {
      void test.clock.wake(5000).then(() => stop.abort());
      return respond({}, { status: 503, headers: { "retry-after": "60" } });
    });
    const { end } = await test.read(sync, { stop: stop.signal });
    expect(end).toMatchObject({
      outcome: { ok: false, failure: { code: "cancelled" } },
      uncounted: true,
    });
    expect(test.clock.mono()).toBe(5000);
  });

  it("ends with deadline when the budget's end aborts a request", async () => {
    const test = harness(async () => {
      await test.clock.wake(20_000);
      return page;
    });
    const deadline = startDeadline(10_000, test.clock, new AbortController().signal);
    const { end } = await test.read(sync, { stop: deadline.stop });
    expect(end).toMatchObject({
      outcome: { ok: false, failure: { code: "deadline" } },
      uncounted: false,
      acceptedPages: 0,
    });
  });
});
