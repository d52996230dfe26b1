// Cross-field rules of one source, one named function each. Paths are below the source.

import { formatOrigin, isLoopback, isSameOrigin, parseOrigin } from "../core/source/origin.ts";
import { placeholdersIn } from "../core/source/template.ts";
import type { AuthSpec, SourceSpec } from "../core/sync/sync-spec.ts";
import { fillVars } from "./placeholders.ts";
import { mismatch, type Path, type Problem } from "./problem.ts";

/** What the rules of a source need besides it. */
export interface SourceContext {
  readonly source: SourceSpec;
  /** base_url as written. */
  readonly writtenUrl: string | undefined;
  /** Variable names allowed beyond `TIDEMARK_*`. */
  readonly envAllow: readonly string[];
  /** Where the GitHub API is. */
  readonly githubApiUrl: string;
}

/** All problems of a source. */
export function sourceProblems(context: SourceContext): readonly Problem[] {
  return [
    ...urlIsAbsolute(context),
    ...urlHasNoDotSegments(context),
    ...variableIsAllowed(context),
    ...tokenStaysAtGitHub(context),
    ...headersAreOurs(context.source.headers, context.source, ["headers"]),
    ...headersFillVarsOnly(context.source),
    ...varsHaveNames(context.source.vars),
    ...burstIsBounded(context.source),
    ...safePaceIsBounded(context.source),
    ...backoffIsBounded(context.source),
  ];
}

/** S1: absolute, plain http only where it is harmless. The URL is never shown, it may hold a password. */
function urlIsAbsolute({ source, writtenUrl }: SourceContext): readonly Problem[] {
  const path = ["base_url"];
  if (writtenUrl === undefined)
    return [{ path, text: "expected an absolute URL, found nothing; add base_url" }];
  const names = placeholdersIn(writtenUrl);
  if (!names.ok) return [{ path, text: `${names.problem}; use {{vars.name}} only` }];
  const unset = names.names.find((name) => fillVars(`{{${name}}}`, source.vars).includes("{{"));
  if (unset !== undefined) {
    const text = `expected vars of the source, found {{${unset}}}; define it under vars of the source`;
    return [{ path, text }];
  }
  const origin = parseOrigin(source.baseUrl);
  if (origin === undefined || /[?#\s\\]/.test(source.baseUrl)) {
    const expected = "an absolute http or https URL without user, query and fragment";
    const remedy = "write for example https://api.example.com/v2";
    return [mismatch(path, { expected, found: writtenUrl, remedy })];
  }
  if (origin.scheme === "https" || isLoopback(origin.host) || source.allowHttp) return [];
  const text =
    "expected https, found http to a host that is not this machine; use https or set allow_http: true";
  return [{ path, text }];
}

/** S6, for the part of the path that comes with the URL. */
function urlHasNoDotSegments({ source }: SourceContext): readonly Problem[] {
  const path = source.baseUrl.replace(/^[a-z]+:\/\/[^/]*/i, "");
  return dotSegments(path, ["base_url"]);
}

/** S6: a `.` or `..` segment, plain or percent-encoded. */
export function dotSegments(urlPath: string, path: Path): readonly Problem[] {
  if (!urlPath.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) return [];
  const text = "expected no segment . or .., found one; write the path without it";
  return [{ path, text }];
}

const variablePattern = /^TIDEMARK_[A-Z0-9_]+$/;
const forbiddenPattern = /^(GITHUB|ACTIONS|INPUT|RUNNER|NODE)_/;

/** S7: only variables made for Tidemark, so that a configuration cannot read other secrets. */
function variableIsAllowed({ source, envAllow }: SourceContext): readonly Problem[] {
  const { auth } = source;
  if (auth.type === "none" || auth.type === "github_token") return [];
  const isAllowed = variablePattern.test(auth.env) || envAllow.includes(auth.env);
  if (isAllowed && !forbiddenPattern.test(auth.env.toUpperCase())) return [];
  const expected = "the name of a variable like TIDEMARK_CRM_TOKEN";
  const remedy =
    "rename the variable, or allow its name by env-allow (never GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_)";
  return [mismatch(["auth", "env"], { expected, found: auth.env, remedy })];
}

/** S10: a token that may write to the repository is never sent to anybody else. */
function tokenStaysAtGitHub({ source, githubApiUrl }: SourceContext): readonly Problem[] {
  if (source.auth.type !== "github_token") return [];
  const origin = parseOrigin(source.baseUrl);
  const api = parseOrigin(githubApiUrl);
  if (origin === undefined || (api !== undefined && isSameOrigin(origin, api))) return [];
  const place = api === undefined ? "GITHUB_API_URL, which is no URL" : formatOrigin(api);
  const text = `expected the origin of the GitHub API, ${place}, for auth github_token, found another; use bearer with a token made for that API`;
  return [{ path: ["base_url"], text }];
}

const reservedHeaders = ["authorization", "cookie", "host", "content-length", "accept-encoding"];

/** S3, S15: names that may be set, each once, and values that a header can carry. */
export function headersAreOurs(
  headers: Readonly<Record<string, string>>,
  source: { readonly auth: AuthSpec; readonly vars: Readonly<Record<string, string>> },
  path: Path,
): readonly Problem[] {
  const ofAuth = source.auth.type === "header" ? source.auth.name.toLowerCase() : "";
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, value]) => {
    const folded = name.toLowerCase();
    const isRepeated = seen.has(folded);
    seen.add(folded);
    const text = headerProblem({
      name: folded,
      value: fillVars(value, source.vars),
      isRepeated,
      ofAuth,
    });
    return text === undefined ? [] : [{ path: [...path, name], text }];
  });
}

function headerProblem(header: {
  readonly name: string;
  readonly value: string;
  readonly isRepeated: boolean;
  readonly ofAuth: string;
}): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header.name))
    return "expected the name of a header, found other text; write for example X-Api-Version";
  if (header.isRepeated)
    return "expected every header once, found it twice in other case; remove one of them";
  if (header.name === header.ofAuth)
    return "expected another header, found the one that auth sets; remove it";
  if (reservedHeaders.includes(header.name))
    return "expected another header, found one that Tidemark sets itself; remove it (credentials belong to auth)";
  if (!/^[\x21-\x7e]+([ ]+[\x21-\x7e]+)*$|^$/.test(header.value))
    return "expected visible ASCII and inner spaces, found other characters; change the value";
  return undefined;
}

/** S11: headers of a source take `vars.*` and nothing of a window or page. */
function headersFillVarsOnly(source: SourceSpec): readonly Problem[] {
  return Object.entries(source.headers).flatMap(([name, value]) => {
    const path = ["headers", name];
    const found = placeholdersIn(value);
    if (!found.ok) return [{ path, text: `${found.problem}; use {{vars.name}} only` }];
    const other = found.names.find((placeholder) => !placeholder.startsWith("vars."));
    if (other === undefined) return [];
    const text = `expected {{vars.name}} only, found {{${other}}}; move the header to the request of a sync`;
    return [{ path, text }];
  });
}

/** S17: names of vars are those that a placeholder can call. */
export function varsHaveNames(vars: Readonly<Record<string, string>>): readonly Problem[] {
  return Object.keys(vars)
    .filter((name) => !/^[A-Za-z0-9_-]{1,63}$/.test(name) && !name.includes("{{"))
    .map((name) => ({
      path: ["vars", name],
      text: "expected a name of letters, digits, _ and -, found other characters; rename it",
    }));
}

/** P5: a burst is at most half of the requests of its period. */
function burstIsBounded(source: SourceSpec): readonly Problem[] {
  return source.limits.pace.flatMap(({ burst, requests }, index) => {
    const most = Math.max(1, Math.floor(requests / 2));
    if (burst <= most) return [];
    const path = ["limits", "pace", index, "burst"];
    const expected = `at most ${most}, half of requests`;
    return [mismatch(path, { expected, found: burst, remedy: "lower burst" })];
  });
}

const safeRequestsMax = 100_000;

/** P24: a safe entry remembers every try of its period. */
function safePaceIsBounded(source: SourceSpec): readonly Problem[] {
  return source.limits.pace.flatMap(({ mode, requests }, index) => {
    if (mode === "fast" || requests <= safeRequestsMax) return [];
    const path = ["limits", "pace", index, "requests"];
    const expected = `at most ${safeRequestsMax} with mode safe`;
    return [mismatch(path, { expected, found: requests, remedy: "shorten per, or use mode fast" })];
  });
}

/** A base above the longest backoff would never be waited. */
function backoffIsBounded(source: SourceSpec): readonly Problem[] {
  const { throttleMs, retryMs, maxMs } = source.limits.backoff;
  if (Math.max(throttleMs, retryMs) <= maxMs) return [];
  const path = ["limits", "backoff", "max"];
  const text =
    "expected at least the longest base, found less; raise max or lower throttle and retry";
  return [{ path, text }];
}
