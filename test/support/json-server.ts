// json-server 0.17, an API nobody here wrote, on localhost over records in memory. It has no types of its own.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

export interface JsonServer extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly requests: () => number;
}

interface JsonServerPackage {
  create(): ((request: unknown, response: unknown) => void) & { use(handler: unknown): void };
  router(data: object): unknown;
}

/** Serves each member of `data` as a collection of its own. */
export async function serveJson(data: object): Promise<JsonServer> {
  const jsonServer = createRequire(import.meta.url)("json-server") as JsonServerPackage;
  const app = jsonServer.create();
  let requests = 0;
  app.use((_request: unknown, _response: unknown, next: () => void) => {
    requests += 1;
    next();
  });
  app.use(jsonServer.router(data));
  const server = createServer((request, response) => {
    app(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
