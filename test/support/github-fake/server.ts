// The HTTP side of the fake: logs every request, lets faults befall it, asks for the token, counts points, and hands what
// is left to REST or GraphQL.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { type FakeRequest, type FaultAction, Faults } from "./faults.ts";
import { answerGraphql, glance, type GraphqlBody } from "./graphql-answer.ts";
import { limitedAnswer, outOfPoints, partial, refusedInWords, wentWrong } from "./mishaps.ts";
import { findOperation } from "./openapi.ts";
import { type Bucket, Points } from "./points.ts";
import { answerRest, refusalBody } from "./rest-answer.ts";
import type { RestAnswer } from "./rest-call.ts";
import type { World } from "./world.ts";

const apiVersion = "2022-11-28";

/** GitHub's largest GraphQL request. */
const payloadMax = 45 * 1024 * 1024;

type Ending = RestAnswer | "destroyed" | "silent";

export class FakeServer {
  readonly requests: FakeRequest[] = [];
  readonly faults: Faults = new Faults();
  readonly points: Points;
  readonly watchers: Set<(request: FakeRequest) => void | Promise<void>> = new Set();
  readonly #world: World;
  readonly #server: Server;
  readonly #closing = new AbortController();

  constructor(world: World) {
    this.#world = world;
    this.points = new Points(world.now);
    this.#server = createServer((incoming, response) => {
      void this.#receive(incoming, response);
    });
  }

  /** The address, without a slash at its end. */
  async listen(): Promise<string> {
    await new Promise<void>((done) => {
      this.#server.listen(0, "127.0.0.1", done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // The caller went away while it was speaking: nothing was asked.
      return;
    }
    const raw = Buffer.concat(chunks);
    const request = this.#log(incoming, raw);
    const ending = await this.#ending(request, raw.length).catch((error: unknown) => {
      this.#world.referee.violation(`the fake failed at ${request.route}: ${String(error)}`);
      return refusalBody("Server Error", 500);
    });
    request.endedAt = this.#world.now();
    if (ending === "silent") return;
    if (ending === "destroyed") {
      incoming.socket.destroy();
      return;
    }
    request.status = ending.status;
    response.writeHead(ending.status, {
      "content-type": "application/json; charset=utf-8",
      date: new Date(request.endedAt).toUTCString(),
      "x-github-request-id": `FAKE:${request.index}`,
      ...(ending.status === 401 ? {} : this.points.headers(bucketOf(request))),
      ...ending.headers,
    });
    response.end(ending.body === undefined ? undefined : JSON.stringify(ending.body));
  }

  #log(incoming: IncomingMessage, raw: Buffer): FakeRequest {
    const method = incoming.method ?? "GET";
    const path = incoming.url ?? "/";
    const body = raw.length === 0 ? undefined : parsed(raw);
    const isGraphql = method === "POST" && path === "/query";
    const { name, fields } = isGraphql ? glance(body) : { name: undefined, fields: [] };
    const operation = isGraphql ? undefined : findOperation(method, restPath(path));
    const variables = isGraphql ? ((body as GraphqlBody)?.variables ?? {}) : {};
    const request: FakeRequest = {
      index: this.requests.length,
      method,
      path,
      route: isGraphql ? `graphql:${name ?? ""}` : (operation?.route ?? "unknown"),
      fields,
      variables: variables as Readonly<Record<string, unknown>>,
      body,
      headers: headersOf(incoming),
      startedAt: this.#world.now(),
      endedAt: undefined,
      status: undefined,
    };
    this.requests.push(request);
    return request;
  }

  async #ending(request: FakeRequest, size: number): Promise<Ending> {
    for (const watcher of this.watchers) await watcher(request);
    const actions = this.faults.take(request);
    for (const action of actions) if (action.kind === "delay") await this.#delay(action.ms);
    if (this.#closing.signal.aborted) return "silent";
    for (const action of actions) {
      const ending = this.#before(action, request);
      if (ending !== undefined) return ending;
    }
    this.#checkHeaders(request);
    if (!this.#world.access.accepts(request.headers["authorization"]))
      return refusalBody("Bad credentials", 401);
    if (!this.points.take(bucketOf(request)))
      return outOfPoints(request, this.points.headers(bucketOf(request)));
    if (size > payloadMax && request.route.startsWith("graphql:"))
      return refusalBody("A query payload cannot be larger than 45MB", 413);
    this.#world.refs.observe();
    const answer = await this.#answer(request, actions);
    return actions.reduce<Ending>((ending, action) => this.#after(action, request, ending), answer);
  }

  /** Over at once when the fake is closed: nobody is there to be answered. */
  async #delay(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** What ends a request before anything happens. */
  #before(action: FaultAction, request: FakeRequest): Ending | undefined {
    switch (action.kind) {
      case "reset":
        return "destroyed";
      case "hang":
        return "silent";
      case "fail":
        return { status: action.status, body: { message: "Server Error" } };
      case "refuse":
        return refusedInWords(request, action);
      case "unresolved":
        return refusalBody("Could not resolve to a node with the global id of 'PR_0'.", 422);
      case "limited":
        return limitedAnswer(action, request, this.#world.now());
      case "went-wrong":
        return action.when === "before" ? wentWrong(request) : undefined;
      default:
        return undefined;
    }
  }

  /** What becomes of an answer whose effect has happened. */
  #after(action: FaultAction, request: FakeRequest, ending: Ending): Ending {
    if (typeof ending === "string") return ending;
    if (action.kind === "lost") return "destroyed";
    if (action.kind === "went-wrong") return wentWrong(request);
    if (action.kind === "partial") return partial(ending, action.silent === true);
    return ending;
  }

  #checkHeaders(request: FakeRequest): void {
    const { referee } = this.#world;
    const version = request.headers["x-github-api-version"];
    if (version !== apiVersion)
      referee.violation(`${request.route} asks for the API version ${version ?? "of today"} (G1)`);
    if (request.headers["user-agent"] === undefined)
      referee.violation(`${request.route} names no user agent`);
  }

  async #answer(request: FakeRequest, actions: readonly FaultAction[]): Promise<RestAnswer> {
    const world = this.#world;
    const stale = actions.find((action) => action.kind === "stale");
    const view = world.refs.view(stale === undefined ? undefined : (stale.lag ?? { tips: 1 }));
    const between = async () => {
      for (const action of actions) if (action.kind === "between") await action.act();
    };
    if (request.route.startsWith("graphql:")) {
      const rateLimit = () => this.points.rateLimit();
      const body = (request.body ?? {}) as GraphqlBody;
      return {
        status: 200,
        body: await answerGraphql({ world, view, between, rateLimit }, body),
      };
    }
    const operation = findOperation(request.method, restPath(request.path));
    if (operation === undefined) {
      world.referee.violation(`${request.method} ${request.path} is no operation in use`);
      return refusalBody("Not Found", 404);
    }
    const query = Object.fromEntries(new URL(request.path, "http://fake").searchParams);
    const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
    return await answerRest(operation, { world, view, between, query, body }, request.body);
  }
}

function bucketOf(request: FakeRequest): Bucket {
  return request.route.startsWith("graphql:") ? "graphql" : "core";
}

/** Path below the base of the REST API; another path is no operation. */
function restPath(path: string): string {
  return /^\/rest(\/[^?]*)/u.exec(path)?.[1] ?? "";
}

function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString()) as unknown;
  } catch {
    return raw.toString();
  }
}

function headersOf(incoming: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
}
