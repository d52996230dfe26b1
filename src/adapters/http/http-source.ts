// The port `source` over HTTP: sends one request once and tells what came of it (P1, S5). Serves 3 FETCH. No pace, no
// retry, no redirect, no judgement of a status; errors are told apart by code, never by their English text.

import type { Answer, ResponseHeaders } from "../../core/source/answer.ts";
import type { SourceSpec } from "../../core/sync/sync-spec.ts";
import type { Source, SourceRequest } from "../../ports/source.ts";
import { addressRefusedCode } from "./address-guard.ts";
import { makeAuthorize } from "./auth.ts";
import { makeClient } from "./client.ts";
import { type Tally, readBody } from "./read-body.ts";
import { openWire } from "./wire-fetch.ts";

/** What opening a source takes besides its description. */
export interface HttpSourceOptions {
  /** Values of secrets by the name of their variable (S7). */
  readonly secrets: ReadonlyMap<string, string>;
  /** Replaces the network; answers with the body undecoded, as it would come over the wire. */
  readonly fetch?: typeof fetch;
}

/** Opens a source; throws ConfigError when a secret is missing or unfit. */
export function openHttpSource(spec: SourceSpec, options: HttpSourceOptions): Source {
  const authorize = makeAuthorize(spec, options.secrets);
  const wire = openWire();
  const client = makeClient({ fetch: options.fetch ?? wire.fetch });
  return {
    send: async (request, stop) => {
      const headers = headersOf(request, authorize(request.url));
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), spec.limits.timeoutMs);
      const tally: Tally = { received: 0, bytes: 0 };
      let hasHeaders = false;
      try {
        const signal = AbortSignal.any([stop, late.signal]);
        const body = request.body === undefined ? {} : { body: request.body };
        const response = await client(request.url, {
          method: request.method,
          headers,
          signal,
          ...body,
        });
        hasHeaders = true;
        return await answerOf(response, spec.limits.maxBodyBytes, tally);
      } catch (error) {
        if (stop.aborted) return noResponse("aborted", "the run stopped the request", tally);
        if (late.signal.aborted) {
          return noResponse("timeout", `no whole answer within ${spec.limits.timeoutMs} ms`, tally);
        }
        const code = codeOf(error);
        return hasHeaders
          ? noResponse(
              "cut_off",
              `a body that ended early or cannot be decompressed${inBrackets(code)}`,
              tally,
            )
          : noResponse(code === "ETIMEDOUT" ? "timeout" : "network", wordsOf(code), tally);
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => {
      wire.close();
    },
  };
}

/** The credential goes last: nothing of the configuration stands in its place (S3). */
function headersOf(
  request: SourceRequest,
  credential: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    accept: "application/json",
    "user-agent": "tidemark",
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    ...Object.fromEntries(given),
    "accept-encoding": "gzip, br",
    ...credential,
  };
}

async function answerOf(response: Response, bytesMax: number, tally: Tally): Promise<Answer> {
  const body = await readBody(response, bytesMax, tally);
  const { status } = response;
  return { kind: "response", status, headers: headersIn(response), body, bytes: tally.bytes };
}

function headersIn(response: Response): ResponseHeaders {
  const headers = new Map<string, string[]>();
  for (const [name, value] of response.headers) {
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
}

type Cause = Extract<Answer, { kind: "no_response" }>["cause"];

function noResponse(cause: Cause, message: string, tally: Tally): Answer {
  return { kind: "no_response", cause, message, bytes: tally.bytes };
}

/** The innermost code of a chain of causes; several connection attempts at once come as an AggregateError. */
function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if ("code" in current && typeof current.code === "string") code = current.code;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}

const words: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "a refused connection"],
  ["ECONNRESET", "a connection closed before the answer"],
  ["EPIPE", "a connection closed before the answer"],
  ["ETIMEDOUT", "no connection in time"],
  ["ENOTFOUND", "a host name that does not exist"],
  ["EAI_AGAIN", "no answer from the name server"],
  [addressRefusedCode, "a host name that resolves to a link-local or metadata address"],
]);

function wordsOf(code: string | undefined): string {
  if (code === undefined) return "a failed connection";
  return words.get(code) ?? `a failed connection${inBrackets(code)}`;
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
