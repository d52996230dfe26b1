// A well-behaved API on localhost over records in memory, walked by (watermark, key), offset or page inside of both
// bounds, and hooks that make it misbehave. Bounds are `from` inclusive and `to` exclusive, as `itemsSync` of acceptance-project.ts
// declares, so that each request tells which window it serves.

import type { ServerResponse } from "node:http";

import { type Seen, serveApi, type TestServer } from "./api-server.ts";

export interface Item {
  readonly id: number;
  readonly updated_at: string;
  readonly text?: string;
  readonly name?: string;
}

export interface ItemRequest {
  /** 1 for the first request of this server. */
  readonly number: number;
  readonly collection: string;
  /** `from--to` as asked. */
  readonly range: string;
  readonly headers: Seen["headers"];
  readonly query: URLSearchParams;
}

/** Takes a request over: true when it has answered, or will, or never will. */
export type Hook = (request: ItemRequest, response: ServerResponse) => boolean | Promise<boolean>;

export interface ItemsApi extends TestServer {
  /** May be replaced and changed between requests. */
  items: Item[];
  hook: Hook | undefined;
  readonly requests: ItemRequest[];
  /** Requests by range. */
  byRange(): Map<string, number>;
}

/** `count` items from `start`, `everySeconds` apart, with ids from `firstId`. */
export function makeItems(
  count: number,
  options: { start: string; everySeconds: number; firstId?: number },
): Item[] {
  const first = Date.parse(options.start);
  return Array.from({ length: count }, (_, index) => ({
    id: (options.firstId ?? 1) + index,
    updated_at: isoSeconds(first + index * options.everySeconds * 1000),
    text: `item ${index}`,
  }));
}

/** Serves the items under every path. */
export async function serveItems(items: readonly Item[]): Promise<ItemsApi> {
  const requests: ItemRequest[] = [];
  const server = await serveApi((seen, response) => {
    response.sendDate = false;
    const request = requestOf(seen, requests.length + 1);
    requests.push(request);
    void answer(api, request, response);
  });
  const api: ItemsApi = {
    ...server,
    items: [...items],
    hook: undefined,
    requests,
    byRange: () => {
      const counts = new Map<string, number>();
      for (const { range } of requests) counts.set(range, (counts.get(range) ?? 0) + 1);
      return counts;
    },
  };
  return api;
}

/** Sends a body with a status. */
export function send(response: ServerResponse, status: number, body: string): true {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
  return true;
}

/** An instant as the API writes it. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

async function answer(
  api: ItemsApi,
  request: ItemRequest,
  response: ServerResponse,
): Promise<void> {
  if ((await api.hook?.(request, response)) === true) return;
  const { query } = request;
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? "~"];
  const [afterTime, afterId] = [query.get("wm") ?? "", Number(query.get("key") ?? "0")];
  const found = api.items
    .filter((item) => item.updated_at >= from && item.updated_at < to)
    .filter(
      (item) => item.updated_at > afterTime || (item.updated_at === afterTime && item.id > afterId),
    )
    .toSorted((a, b) => compare(a.updated_at, b.updated_at) || a.id - b.id);
  const limit = Number(query.get("limit") ?? "100");
  const skipped = Number(query.get("offset") ?? limit * (Number(query.get("page") ?? "1") - 1));
  const results = found.slice(skipped, skipped + limit);
  send(response, 200, JSON.stringify({ total: found.length, results }));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function requestOf(seen: Seen, number: number): ItemRequest {
  const url = new URL(seen.url, "http://localhost");
  return {
    number,
    collection: url.pathname.slice(1),
    range: `${url.searchParams.get("from") ?? ""}--${url.searchParams.get("to") ?? ""}`,
    headers: seen.headers,
    query: url.searchParams,
  };
}
