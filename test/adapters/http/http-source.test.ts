import { brotliCompressSync, gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { openHttpSource } from "../../../src/adapters/http/http-source.ts";
import { InvariantError } from "../../../src/core/failure/errors.ts";
import type { Answer } from "../../../src/core/source/answer.ts";
import { classify } from "../../../src/core/source/classify.ts";
import type { LimitsSpec, SourceSpec } from "../../../src/core/sync/sync-spec.ts";
import type { SourceRequest } from "../../../src/ports/source.ts";
import { type TestServer, serveApi, serveBytes } from "../../support/api-server.ts";
import { limitsOf, sourceOf } from "../../support/builders.ts";

const get = (url: string): SourceRequest => ({ method: "GET", url, headers: {}, body: undefined });
const secrets = new Map([["TIDEMARK_TOKEN", "s3cr3t"]]);
const never = new AbortController().signal;

/** Sends once to a path of the server, by a source that lives there. */
async function ask(
  server: TestServer,
  options: { path?: string; limits?: Partial<LimitsSpec>; spec?: Partial<SourceSpec> } = {},
): Promise<Answer> {
  const spec = sourceOf({
    baseUrl: server.url,
    limits: limitsOf(options.limits),
    ...options.spec,
  });
  const source = openHttpSource(spec, { secrets });
  try {
    return await source.send(get(`${server.url}${options.path ?? "/"}`), never);
  } finally {
    await source.close();
  }
}

const textOf = (answer: Answer): unknown =>
  answer.kind === "response" ? [answer.status, answer.body, answer.bytes] : answer;
const ok = (text: string): unknown => [200, { ok: true, text }, Buffer.byteLength(text)];
const head = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`;

test("hands over status, headers and text as they came (S20)", async () => {
  await using server = await serveApi((_seen, response) => {
    response.writeHead(418, { "X-Total-Count": "7", Link: '</a>; rel="next"' }).end('{"ü":1}');
  });
  const answer = await ask(server);
  expect(textOf(answer)).toEqual([418, { ok: true, text: '{"ü":1}' }, 8]);
  const headers = answer.kind === "response" ? answer.headers : new Map();
  expect([headers.get("x-total-count"), headers.get("link")]).toEqual([
    ["7"],
    ['</a>; rel="next"'],
  ]);
});

test("sends body, headers and the credential, and asks for the codings it can undo (S20, S3)", async () => {
  await using server = await serveApi((_seen, response) => response.end("{}"));
  const auth = { type: "header", name: "X-API-Key", env: "TIDEMARK_TOKEN", prefix: "Key" } as const;
  const source = openHttpSource(sourceOf({ baseUrl: server.url, auth }), { secrets });
  const headers = { "X-Version": "2", "Accept-Encoding": "deflate", "x-api-key": "mine" };
  const request = {
    method: "POST",
    url: `${server.url}/s?q=%2F+a`,
    headers,
    body: '{"a":1}',
  } as const;
  await source.send(request, never);
  await source.close();
  expect(server.seen).toMatchObject([
    {
      method: "POST",
      url: "/s?q=%2F+a",
      body: '{"a":1}',
      headers: {
        "accept-encoding": "gzip, br",
        "content-type": "application/json",
        accept: "application/json",
        "user-agent": "tidemark",
        "x-api-key": "Key s3cr3t",
        "x-version": "2",
      },
    },
  ]);
});

test.each([
  ["gzip", (text: string) => gzipSync(text)],
  ["x-gzip", (text: string) => gzipSync(text)],
  ["br", (text: string) => brotliCompressSync(text)],
  ["identity", (text: string) => Buffer.from(text)],
] as const)("undoes the coding %s and counts what comes out (S20)", async (coding, encode) => {
  const text = JSON.stringify({ items: Array.from({ length: 500 }, (_, id) => ({ id })) });
  await using server = await serveApi((_seen, response) => {
    response.writeHead(200, { "content-encoding": coding }).end(encode(text));
  });
  expect(textOf(await ask(server))).toEqual(ok(text));
});

test("drops a BOM, refuses what is not UTF-8 (S21)", async () => {
  await using server = await serveApi((seen, response) => {
    response.end(seen.url === "/bom" ? "\uFEFF{}" : Buffer.from([0x22, 0xfc, 0x22]));
  });
  expect(await ask(server, { path: "/bom" })).toMatchObject({ body: { ok: true, text: "{}" } });
  expect(await ask(server)).toMatchObject({
    body: { ok: false, reason: "a body that is not UTF-8" },
  });
});

test("a body beyond max_body is given up at the first byte too many (S20)", async () => {
  await using server = await serveApi((_seen, response) => response.end("x".repeat(1001)));
  expect(textOf(await ask(server, { limits: { maxBodyBytes: 1001 } }))).toEqual(
    ok("x".repeat(1001)),
  );
  expect(await ask(server, { limits: { maxBodyBytes: 1000 } })).toMatchObject({
    body: { ok: false, reason: "a body of more than 1000 bytes (limits.max_body)" },
  });
});

test("an endless body ends at max_body, and its connection with it (S20)", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serveApi((_seen, response) => {
    response.on("close", () => closed.resolve());
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000))) continue;
    };
    response.on("drain", more);
    more();
  });
  const answer = await ask(server, { limits: { maxBodyBytes: 100_000 } });
  expect(answer).toMatchObject({ kind: "response", body: { ok: false } });
  await closed.promise;
});

test.each([
  ["gzip", gzipSync(Buffer.alloc(20_000_000))],
  ["br", brotliCompressSync(Buffer.alloc(20_000_000))],
] as const)("a %s bomb is given up soon after 1 MiB (S20)", async (coding, bomb) => {
  await using server = await serveApi((_seen, response) => {
    response.writeHead(200, { "content-encoding": coding }).end(bomb);
  });
  const answer = await ask(server);
  expect(answer).toMatchObject({
    body: { ok: false, reason: "a body of more than 200 times the bytes received" },
  });
  expect(answer.bytes).toBeLessThan(6_000_000);
});

test.each(["gzip, gzip", "zstd", "deflate", "br, gzip"])(
  "the coding %s, not asked for, is refused (S20)",
  async (coding) => {
    await using server = await serveApi((_seen, response) => {
      response.writeHead(200, { "content-encoding": coding }).end("{}");
    });
    expect(await ask(server)).toMatchObject({
      body: { ok: false, reason: "a content coding that was not asked for" },
    });
  },
);

test("broken or shortened compression counts as a body cut short (S68)", async () => {
  const whole = gzipSync("x".repeat(10_000));
  await using server = await serveApi((seen, response) => {
    const bytes = seen.url === "/cut" ? whole.subarray(0, 30) : Buffer.from("not gzip at all");
    response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
  });
  expect(await ask(server, { path: "/cut" })).toMatchObject({ cause: "cut_off" });
  expect(await ask(server)).toMatchObject({ cause: "cut_off" });
});

test("a connection reset at any byte of an answer never gives a page (S68)", async () => {
  const bytes = `${head(20)}[{"id":1},{"id":22}]`;
  for (let cut = 0; cut < bytes.length; cut += 1) {
    await using server = await serveBytes((socket) => {
      socket.write(bytes.slice(0, cut), () => socket.resetAndDestroy());
    });
    const answer = await ask(server);
    expect(answer.kind).toBe("no_response");
    expect(cut < head(20).length ? ["network"] : ["network", "cut_off"]).toContain(
      answer.kind === "no_response" && answer.cause,
    );
  }
});

test("a body shorter than its length, or chunks without an end, are cut short (S68)", async () => {
  for (const bytes of [
    `${head(100)}{}`,
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
  ]) {
    await using server = await serveBytes((socket) => socket.end(bytes));
    expect(await ask(server)).toMatchObject({ kind: "no_response", cause: "cut_off" });
  }
});

test("a body longer than its length is read to its length, and harms nobody (S68)", async () => {
  await using server = await serveBytes((socket) => socket.end(`${head(2)}{}{"more":1}`));
  expect(textOf(await ask(server))).toEqual(ok("{}"));
});

test("what is no HTTP, and a closed port, are network (S68)", async () => {
  await using server = await serveBytes((socket) => socket.end("SSH-2.0-nonsense\r\n"));
  expect(await ask(server)).toMatchObject({ kind: "no_response", cause: "network" });
  const gone = await serveBytes(() => undefined);
  await gone[Symbol.asyncDispose]();
  expect(await ask(gone)).toEqual({
    kind: "no_response",
    cause: "network",
    message: "a refused connection",
    bytes: 0,
  });
});

test("a connection that the server closed while idle costs one try and no resend (P1)", async () => {
  await using server = await serveBytes((socket, turn) => {
    if (turn === 1) socket.write(`${head(2)}{}`);
    else socket.destroy();
  });
  const source = openHttpSource(sourceOf({ baseUrl: server.url }), { secrets });
  const answers = [];
  for (let turn = 1; turn <= 3; turn += 1) {
    const answer = await source.send(get(`${server.url}/${turn}`), never);
    answers.push(answer.kind === "response" ? answer.status : answer.cause);
  }
  await source.close();
  expect(answers).toEqual([200, "network", 200]);
  expect(server.seen.map((seen) => seen.body.split(" ")[1])).toEqual(["/1", "/2", "/3"]);
});

test("keeps one connection for requests one after another (P9)", async () => {
  await using server = await serveApi((_seen, response) => response.end("{}"));
  const source = openHttpSource(sourceOf({ baseUrl: server.url }), { secrets });
  for (let turn = 1; turn <= 5; turn += 1) await source.send(get(`${server.url}/`), never);
  await source.close();
  expect([server.seen.length, server.connections()]).toEqual([5, 1]);
});

test("the timeout runs from connect to the last byte (P8)", async () => {
  await using silent = await serveApi(() => undefined);
  const limits = { timeoutMs: 50 };
  expect(await ask(silent, { limits })).toEqual({
    kind: "no_response",
    cause: "timeout",
    message: "no whole answer within 50 ms",
    bytes: 0,
  });
  await using slow = await serveApi((_seen, response) => response.write('{"half":'));
  expect(await ask(slow, { limits })).toMatchObject({ cause: "timeout", bytes: 8 });
});

test("an aborted stop ends the try at once, before and within the body (P24)", async () => {
  const stop = new AbortController();
  await using server = await serveApi((_seen, response) => {
    response.write("{");
    setTimeout(() => stop.abort(), 20);
  });
  const source = openHttpSource(sourceOf({ baseUrl: server.url }), { secrets });
  const first = await source.send(get(`${server.url}/`), stop.signal);
  const second = await source.send(get(`${server.url}/`), stop.signal);
  await source.close();
  expect([first, second]).toMatchObject([{ cause: "aborted" }, { cause: "aborted" }]);
  expect(server.seen.length).toBe(1);
});

test("follows no redirect, inside the origin or out of it (S5)", async () => {
  await using other = await serveApi((_seen, response) => response.end("{}"));
  await using server = await serveApi((seen, response) => {
    response.writeHead(302, { location: seen.url === "/in" ? "/x" : `${other.url}/x` }).end();
  });
  const auth = { type: "bearer", env: "TIDEMARK_TOKEN", prefix: "Bearer" } as const;
  for (const path of ["/in", "/out"]) {
    expect(await ask(server, { path, spec: { auth } })).toMatchObject({ status: 302 });
  }
  expect([server.seen.length, other.seen.length]).toEqual([2, 0]);
});

test("a second origin sees nothing, whatever the URL looks like (S3, S4)", async () => {
  await using other = await serveApi((_seen, response) => response.end("{}"));
  await using server = await serveApi((_seen, response) => response.end("{}"));
  const auth = { type: "bearer", env: "TIDEMARK_TOKEN", prefix: "Bearer" } as const;
  const source = openHttpSource(sourceOf({ baseUrl: server.url, auth }), { secrets });
  for (const url of [
    `${other.url}/`,
    `http://localhost:${server.port}/`,
    `http://127.0.0.1:${server.port}@127.0.0.1:${other.port}/`,
    `http://user:pass@127.0.0.1:${server.port}/`,
    `http://127.0.0.1:${server.port}.localhost:${other.port}/`,
    `http://[::ffff:127.0.0.1]:${server.port}/`,
    `https://127.0.0.1:${server.port}/`,
    `http:\\\\127.0.0.1:${other.port}\\`,
    "file:///etc/passwd",
    "/relative",
  ]) {
    await expect(source.send(get(url), never)).rejects.toBeInstanceOf(InvariantError);
  }
  await source.close();
  expect([server.seen, other.seen]).toEqual([[], []]);
  expect([server.connections(), other.connections()]).toEqual([0, 0]);
});

test("HTML, an empty page and deep nesting are told apart by reading them (S21, S24, S25)", async () => {
  await using server = await serveApi((seen, response) => {
    if (seen.url === "/204") response.writeHead(204).end();
    else response.end(seen.url === "/deep" ? "[".repeat(100_000) : "<html>busy</html>");
  });
  const actions = [];
  for (const path of ["/204", "/deep", "/html"]) {
    const url = `${server.url}${path}`;
    const asked = { source: "crm", method: "GET", url, redirects: 0, limits: limitsOf() } as const;
    actions.push(classify(await ask(server, { path }), asked).action);
  }
  expect(actions).toEqual(["empty", "fail", "retry"]);
});
