// Fetch: the request template of a sync becomes one request (S11 to S19). Pure text work: the same values give the
// same bytes (S19). It attaches no secret (S3) and decides nothing about pages.

import { fail, type Failure, type Outcome, succeed } from "../failure/failure.ts";
import type { RequestSpec, SourceSpec, SyncSpec, Template } from "../sync/sync-spec.ts";
import { stringifyExact } from "./exact-json.ts";
import { ExactNumber } from "./exact-number.ts";
import { type PlaceholderValue, type PlaceholderValues, splitTemplate } from "./template.ts";

/** A request without credentials, as the port `source` takes it. */
export interface RenderedRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What a request is rendered from. */
export interface RenderInput {
  readonly source: Pick<SourceSpec, "baseUrl" | "headers" | "vars">;
  readonly sync: Pick<SyncSpec, "request" | "firstOnly" | "vars">;
  /** All but `vars.*`, which come from source and sync. */
  readonly values: PlaceholderValues;
  /** Whether names of `first_only` are sent. */
  readonly firstPage: boolean;
  /** The URL of a link page, which is used as it is (S51). */
  readonly link: string | undefined;
}

/** The request with all placeholders replaced; a failure when a value must not stand in its place (S6, S15, S16). */
export function renderRequest(input: RenderInput): Outcome<RenderedRequest> {
  try {
    const { request } = input.sync;
    const values = withVars(input);
    return succeed({
      method: request.method,
      url: input.link ?? renderUrl(input, values),
      headers: renderHeaders(input, values),
      body: renderBody(request, values, droppedNames(input)),
    });
  } catch (error) {
    if (error instanceof Unrenderable) return { ok: false, failure: error.failure };
    throw error;
  }
}

// Leaves the recursion over a template; never leaves this file.
class Unrenderable extends Error {
  readonly failure: Failure;
  constructor(failed: { readonly failure: Failure }) {
    super(failed.failure.message);
    this.failure = failed.failure;
  }
}

function withVars(input: RenderInput): PlaceholderValues {
  const all = new Map<string, PlaceholderValue>();
  for (const vars of [input.source.vars, input.sync.vars])
    for (const [name, value] of Object.entries(vars)) all.set(`vars.${name}`, value);
  for (const [name, value] of input.values) all.set(name, value);
  return all;
}

function droppedNames(input: RenderInput): ReadonlySet<string> {
  return new Set(input.firstPage ? [] : input.sync.firstOnly);
}

function renderUrl(input: RenderInput, values: PlaceholderValues): string {
  const { request } = input.sync;
  const dropped = droppedNames(input);
  const parameters: string[] = [];
  for (const [name, template] of Object.entries(request.query)) {
    if (dropped.has(name)) continue;
    const rendered = renderTemplate(template, values);
    for (const value of Array.isArray(rendered) ? rendered : [rendered])
      if (value !== undefined)
        parameters.push(`${encode(name, "query")}=${encode(plainText(value), "query")}`);
  }
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return input.source.baseUrl + renderPath(request.path, values) + query;
}

// Characters that end a path, or that a URL parser would rewrite or drop (a tab inside `..`, a backslash).
const unsafeInPath = /[^!$&'()*+,\-./0-9:;=@A-Z_a-z~%]/gu;

function renderPath(path: string, values: PlaceholderValues): string {
  const rendered = splitTemplate(path)
    .map((part) =>
      part.kind === "text"
        ? part.text.replaceAll(unsafeInPath, (character) => encode(character, "path"))
        : encode(plainText(values.get(part.name) ?? ""), "path"),
    )
    .join("");
  if (rendered.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    throw new Unrenderable(
      fail(
        "config",
        "request.path: expected no segment `.` or `..`, found one after its placeholders were replaced; write the path without it",
      ),
    );
  return rendered;
}

function renderHeaders(input: RenderInput, values: PlaceholderValues): Record<string, string> {
  const headers = new Map<string, string>();
  if (input.sync.request.body !== undefined) headers.set("content-type", "application/json");
  for (const written of [input.source.headers, input.sync.request.headers])
    for (const [name, template] of Object.entries(written)) {
      const value = renderTemplate(template, values);
      if (value !== undefined) headers.set(name.toLowerCase(), headerText(name, plainText(value)));
    }
  return Object.fromEntries(headers);
}

function headerText(name: string, text: string): string {
  if (/^[\x21-\x7e]+( +[\x21-\x7e]+)*$/.test(text) || text === "") return text;
  throw new Unrenderable(
    fail(
      "config",
      `header ${name}: expected visible ASCII and inner spaces, found other characters after its placeholders were replaced; use another value`,
    ),
  );
}

function renderBody(
  request: RequestSpec,
  values: PlaceholderValues,
  dropped: ReadonlySet<string>,
): string | undefined {
  const template = request.body;
  if (template === undefined) return undefined;
  const kept = isObject(template)
    ? Object.fromEntries(Object.entries(template).filter(([name]) => !dropped.has(name)))
    : template;
  const rendered = renderTemplate(kept, values);
  return rendered === undefined ? undefined : stringifyExact(rendered);
}

// Undefined when a lone placeholder is unset: whoever holds it leaves the entry out (S13).
function renderTemplate(template: Template, values: PlaceholderValues): unknown {
  if (typeof template === "string") return renderText(template, values);
  if (isList(template))
    return template
      .map((element) => renderTemplate(element, values))
      .filter((element) => element !== undefined);
  if (!isObject(template)) return template;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(template)) {
    const rendered = renderTemplate(member, values);
    if (rendered !== undefined) members.push([name, rendered]);
  }
  return Object.fromEntries(members);
}

const fromTheServer = new Set(["keyset.key", "page.token"]);
const harmless = /^[A-Za-z0-9_.:/+=@-]{1,256}$/;

function renderText(template: string, values: PlaceholderValues): unknown {
  const parts = splitTemplate(template);
  const [first] = parts;
  if (parts.length === 1 && first?.kind === "placeholder") return values.get(first.name);
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      const text = plainText(values.get(part.name) ?? "");
      if (fromTheServer.has(part.name) && !harmless.test(text))
        throw new Unrenderable(
          fail(
            "malformed_response",
            `{{${part.name}}} inside longer text: expected 1 to 256 letters, digits or _.:/+=@- from the source, found something else; let it stand alone in a parameter or member`,
          ),
        );
      return text;
    })
    .join("");
}

function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof ExactNumber ? value.text : stringifyExact(value);
}

function encode(text: string, place: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  throw new Unrenderable(
    fail(
      "malformed_response",
      `a value for the ${place} of the next request: expected well-formed text, found half a surrogate pair; the source must mend it`,
    ),
  );
}

function isList(template: Template): template is readonly Template[] {
  return Array.isArray(template);
}

function isObject(template: Template): template is { readonly [name: string]: Template } {
  return typeof template === "object" && template !== null && !Array.isArray(template);
}
