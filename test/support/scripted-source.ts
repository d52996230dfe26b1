// A source in memory: answers what a script says, keeps what it was sent. Besides, a small API that filters, sorts
// and pages rows as its options say, so that bounds and continuation are tested against something that behaves.

import { compareKeys } from "../../src/core/row/key-order.ts";
import { fieldsOf, formatInstant, type Instant } from "../../src/core/time/instant.ts";
import { instantFromFields, parseInstant } from "../../src/core/time/instant.ts";
import type { Answer, Source, SourceRequest } from "../../src/ports/source.ts";

export interface ScriptedSource extends Source {
  /** Everything sent, in order. */
  readonly sent: readonly SourceRequest[];
}

/** Answers each request by the script; `index` counts tries from 0. */
export function scriptedSource(
  script: (request: SourceRequest, index: number) => Answer | Promise<Answer>,
): ScriptedSource {
  const sent: SourceRequest[] = [];
  return {
    sent,
    async send(request, stop) {
      sent.push(request);
      const answer = await script(request, sent.length - 1);
      return stop.aborted ? noResponse("aborted") : answer;
    },
    async close() {},
  };
}

/** A response with a JSON document, or text as it is. */
export function respond(
  document: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Answer {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const headers = Object.entries(options.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), [value]] as const,
  );
  return {
    kind: "response",
    status: options.status ?? 200,
    headers: new Map(headers),
    body: { ok: true, text },
    bytes: text.length,
  };
}

/** A try that ended without a response. */
export function noResponse(cause: "network" | "timeout" | "cut_off" | "aborted"): Answer {
  return { kind: "no_response", cause, message: `no response (${cause})`, bytes: 0 };
}

/** A record of the small API. */
export interface Row {
  readonly id: string | number;
  readonly updatedAt: Instant;
}

export interface SmallApi {
  readonly rows: readonly Row[];
  /** What the server really does, whatever the configuration declares. */
  readonly start: "inclusive" | "exclusive";
  readonly end: "inclusive" | "exclusive" | "none";
  /** The unit that the server compares in, cut in UTC. */
  readonly granularityMicros: number;
  readonly order: "watermark" | "key" | "given";
  /** Largest page whatever is asked for. */
  readonly pageMax: number;
}

/**
 * Query parameters: `from`, `to` (RFC 3339), `size`, one of `page` (from 1), `offset`, `token`; `after` (a key),
 * `afterAt` with `after` for both. Answers `{items, next, total}`; ids go out as their type.
 */
export function smallApi(api: SmallApi): (request: SourceRequest) => Answer {
  return (request) => {
    const query = new URL(request.url).searchParams;
    const size = Math.min(api.pageMax, Number(query.get("size") ?? api.pageMax));
    const rows = inOrder(api).filter((row) => isAsked(api, row, query));
    const from = Number(query.get("token") ?? query.get("offset") ?? 0);
    const first = query.has("page") ? (Number(query.get("page")) - 1) * size : from;
    const items = rows.slice(first, first + size);
    const next = first + size < rows.length ? String(first + size) : null;
    return respond({
      items: items.map((row) => ({ id: row.id, updatedAt: formatInstant(row.updatedAt) })),
      next,
      total: rows.length,
    });
  };
}

function inOrder(api: SmallApi): readonly Row[] {
  if (api.order === "given") return api.rows;
  return api.rows.toSorted((a, b) => {
    const byTime = api.order === "watermark" ? a.updatedAt - b.updatedAt : 0;
    return byTime || compareKeys(String(a.id), String(b.id));
  });
}

function isAsked(api: SmallApi, row: Row, query: URLSearchParams): boolean {
  const cut = (at: Instant): number =>
    Math.floor(at / api.granularityMicros) * api.granularityMicros;
  const at = cut(row.updatedAt);
  const from = timeOf(query.get("from"));
  const to = timeOf(query.get("to"));
  if (from !== undefined && (api.start === "inclusive" ? at < cut(from) : at <= cut(from)))
    return false;
  if (to !== undefined && api.end === "inclusive" && at > cut(to)) return false;
  if (to !== undefined && api.end === "exclusive" && at >= cut(to)) return false;
  return isAfter(row, query.get("after"), timeOf(query.get("afterAt")));
}

function isAfter(row: Row, after: string | null, afterAt: Instant | undefined): boolean {
  if (after === null) return true;
  const byKey = compareKeys(String(row.id), after) > 0;
  if (afterAt === undefined) return byKey;
  return row.updatedAt > afterAt || (row.updatedAt === afterAt && byKey);
}

function timeOf(text: string | null): Instant | undefined {
  if (text === null) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`not a time: ${text}`);
  return instantFromFields(fieldsOf(at));
}
