// Rules of a sync's request: headers, path, body, and every placeholder in its place (S3, S6, S11 to S17, S64).
// Paths are below the sync.

import { placeholdersIn } from "../core/source/template.ts";
import type { SourceSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { fillVars, isLone, type PlacedText, textsIn } from "./placeholders.ts";
import type { Problem } from "./problem.ts";
import { dotSegments, headersAreOurs, varsHaveNames } from "./rules-source.ts";

/** All problems of a sync's request. */
export function requestProblems(sync: SyncSpec, source: SourceSpec): readonly Problem[] {
  const texts = textsOf(sync);
  const found = texts.map((placed) => ({ placed, names: placeholdersIn(placed.text) }));
  const used = new Set(found.flatMap(({ names }) => (names.ok ? names.names : [])));
  const vars = { ...source.vars, ...sync.vars };
  return [
    ...found.flatMap(({ placed, names }) =>
      names.ok
        ? placedProblems(placed, names.names, sync, vars)
        : [unreadable(placed, names.problem)],
    ),
    ...boundsAreSent(sync, used),
    ...positionIsSent(sync, used),
    ...headersAreOurs(sync.request.headers, { auth: source.auth, vars }, ["request", "headers"]),
    ...varsHaveNames(sync.vars),
    ...pathIsPlain(sync, vars),
    ...bodyNeedsPost(sync),
    ...firstOnlyIsThere(sync),
  ];
}

function textsOf({ request }: SyncSpec): readonly PlacedText[] {
  return [
    { path: ["request", "path"], text: request.path },
    ...textsIn(request.query, ["request", "query"]),
    ...textsIn(request.headers, ["request", "headers"]),
    ...textsIn(request.body, ["request", "body"]),
  ];
}

function unreadable({ path }: PlacedText, problem: string): Problem {
  return { path, text: `${problem}; correct the placeholder` };
}

function placedProblems(
  { path, text }: PlacedText,
  names: readonly string[],
  sync: SyncSpec,
  vars: Readonly<Record<string, string>>,
): readonly Problem[] {
  const problems = names.flatMap((name) => {
    const problem = placeholderProblem(name, sync, vars);
    return problem === undefined ? [] : [{ path, text: problem }];
  });
  // S14: a token is unset on the first page, and longer text cannot be left out.
  if (!names.includes("page.token") || isLone(text)) return problems;
  const problem =
    "expected {{page.token}} alone, found it inside longer text; give it a value of its own, which is left out on the first page";
  return [...problems, { path, text: problem }];
}

// S17: what the declared paging, filter and vars never set.
function placeholderProblem(
  name: string,
  { filter, pages }: SyncSpec,
  vars: Readonly<Record<string, string>>,
): string | undefined {
  const { type, size, keyset } = pages;
  const needs = (held: boolean, what: string): string | undefined =>
    held
      ? undefined
      : `expected ${what} for {{${name}}}, found none; declare it or remove the placeholder`;
  switch (name) {
    case "window.start":
      return needs(filter !== undefined, "a filter");
    case "window.end":
      return needs(filter?.end !== undefined, "filter.end");
    case "page.token":
      return needs(type === "token", "pages.type token");
    case "page.number":
      return needs(type === "page", "pages.type page");
    case "page.offset":
      return needs(type === "offset", "pages.type offset");
    case "page.size":
      return needs(size !== undefined, "pages.size");
    case "keyset.key":
      return needs(keyset === "key" || keyset === "watermark_key", "pages.keyset with key");
    case "keyset.watermark":
      return needs(
        filter !== undefined && (keyset === "watermark" || keyset === "watermark_key"),
        "a filter and pages.keyset with watermark",
      );
    default:
      return needs(Object.hasOwn(vars, name.slice("vars.".length)), "an entry of vars");
  }
}

/** S17: a declared bound without its placeholder would be a promise that nobody keeps. */
function boundsAreSent({ filter }: SyncSpec, used: ReadonlySet<string>): readonly Problem[] {
  if (filter === undefined) return [];
  const problems: Problem[] = [];
  if (!used.has("window.start") && !used.has("keyset.watermark"))
    problems.push(notSent("filter", "start", "{{window.start}} or {{keyset.watermark}}"));
  if (filter.end !== undefined && !used.has("window.end"))
    problems.push(notSent("filter", "end", "{{window.end}}"));
  return problems;
}

/** S52, S60: a position that is not sent asks for the same page again and again. */
function positionIsSent({ pages }: SyncSpec, used: ReadonlySet<string>): readonly Problem[] {
  const ofType = { token: "page.token", page: "page.number", offset: "page.offset" } as const;
  const ofKeyset = {
    key: ["keyset.key"],
    watermark: ["keyset.watermark"],
    watermark_key: ["keyset.watermark", "keyset.key"],
  } as const;
  const { type, keyset } = pages;
  const problems: Problem[] = [];
  if (type !== "none" && type !== "link" && !used.has(ofType[type]))
    problems.push(notSent("pages", "type", `{{${ofType[type]}}}`));
  const missing = keyset === undefined ? [] : ofKeyset[keyset].filter((name) => !used.has(name));
  return [...problems, ...missing.map((name) => notSent("pages", "keyset", `{{${name}}}`))];
}

function notSent(group: string, key: string, placeholder: string): Problem {
  const text = `expected ${placeholder} in the request, found none; add it where the API wants it`;
  return { path: [group, key], text };
}

/** S6, S15: the path is a path, its parameters belong to query. */
function pathIsPlain(
  { request }: SyncSpec,
  vars: Readonly<Record<string, string>>,
): readonly Problem[] {
  const path = ["request", "path"];
  if (/[?#\\\s]/.test(request.path.replaceAll(/\{\{.*?\}\}/g, ""))) {
    const text = "expected a path without ? # \\ and spaces, found one; put parameters under query";
    return [{ path, text }];
  }
  return dotSegments(fillVars(request.path, vars), path);
}

/** S64: a GET has no body. */
function bodyNeedsPost({ request }: SyncSpec): readonly Problem[] {
  if (request.body === undefined || request.method === "POST") return [];
  const text = "expected no body with GET, found one; write method: POST";
  return [{ path: ["request", "body"], text }];
}

/** S64: `first_only` names what the request has. */
function firstOnlyIsThere({ request, firstOnly }: SyncSpec): readonly Problem[] {
  const { body, query } = request;
  const members = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  return firstOnly.flatMap((name, index) => {
    if (Object.hasOwn(query, name) || Object.hasOwn(members, name)) return [];
    const text = "expected a name of query or of the body's top level, found another; correct it";
    return [{ path: ["first_only", index], text }];
  });
}
