// Small servers on 127.0.0.1 that misbehave as scripted: over node:http for answers, over node:net for bytes.

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A running server; closing it ends its connections too. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Connections accepted so far. */
  readonly connections: () => number;
}

/** Answers requests as the handler says. */
export async function serveApi(
  handle: (seen: Seen, response: ServerResponse, request: IncomingMessage) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const entry: Seen = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(entry);
      handle(entry, response, request);
    });
  });
  return await listen(server, seen);
}

/** Answers bytes: `respond` is called once per request head that arrives on a connection. */
export async function serveBytes(
  respond: (socket: Socket, turn: number) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createNetServer((socket) => {
    let turn = 0;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      seen.push({ method: "", url: "", headers: {}, body: chunk.toString() });
      turn += 1;
      respond(socket, turn);
    });
  });
  return await listen(server, seen);
}

async function listen(server: Server, seen: readonly Seen[]): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
