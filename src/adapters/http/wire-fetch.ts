// `fetch` over node:http, for the body as it came over the wire: the built-in fetch decompresses by itself and hides
// how many bytes it received, so the bound of S20 could not be kept. Follows, retries and decompresses nothing, keeps
// connections open, and looks at every address before connecting (S1).

import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable } from "node:stream";

import { type Resolve, guardLookup } from "./address-guard.ts";

/** A fetch whose responses carry the undecoded body, and the sockets behind it. */
export interface Wire {
  readonly fetch: typeof fetch;
  close(): void;
}

/** Opens connections as they are needed; `resolve` replaces the system's name lookup. */
export function openWire(options: { readonly resolve?: Resolve } = {}): Wire {
  const agents = {
    "http:": new http.Agent({ keepAlive: true }),
    "https:": new https.Agent({ keepAlive: true }),
  };
  const lookup = guardLookup(options.resolve);
  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const isHttps = url.protocol === "https:";
      const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
      const settings = {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        agent: isHttps ? agents["https:"] : agents["http:"],
        lookup,
        signal: request.signal,
      };
      return await new Promise<Response>((resolve, reject) => {
        const outgoing = (isHttps ? https : http).request(url, settings);
        // Stays for the whole life of the request: bytes after a finished body are an error with nobody left to tell.
        outgoing.on("error", reject);
        outgoing.on("response", (incoming) => resolve(responseOf(incoming)));
        outgoing.end(body);
      });
    },
    close: () => {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
  }
  const status = incoming.statusCode ?? 0;
  if (status === 204 || status === 205 || status === 304) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  // A body that ends early is an error of this stream, with or without a length (S68).
  return new Response(Readable.toWeb(incoming), { status, headers });
}
