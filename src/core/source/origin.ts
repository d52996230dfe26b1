// May this URL carry the secret? Scheme, host and port, compared after the same parsing that connecting uses (S1 to S4).
// Serves 3 FETCH. Says nothing about where a name resolves to; that is known only when connecting.

/** Where a source lives: what a secret may be sent to, and nothing else. */
export interface Origin {
  readonly scheme: "http" | "https";
  /** In lower case, IPv6 in brackets, as the URL standard writes it. */
  readonly host: string;
  readonly port: number;
}

/** A URL that may be requested, or why not. */
export type LinkTarget =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: string };

/** The origin of an absolute http or https URL, or undefined; user info is refused (S1, S4). */
export function parseOrigin(url: string): Origin | undefined {
  if (!URL.canParse(url)) return undefined;
  return originOf(new URL(url));
}

/** Whether both name the same scheme, host and port (S3). */
export function isSameOrigin(one: Origin, other: Origin): boolean {
  return one.scheme === other.scheme && one.host === other.host && one.port === other.port;
}

/** The origin as text, default ports left out. */
export function formatOrigin(origin: Origin): string {
  const port = origin.port === defaultPorts[origin.scheme] ? "" : `:${origin.port}`;
  return `${origin.scheme}://${origin.host}${port}`;
}

/** Whether the host is this machine, so that plain http harms nobody (S1). Names ending in `.localhost` count (RFC 6761). */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost") || host === "[::1]") return true;
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Resolves a next link or a redirect's target against the URL it came with; only the same origin will do (S4, S5). */
export function resolveLink(link: string, from: string): LinkTarget {
  const home = parseOrigin(from);
  if (home === undefined || !URL.canParse(link, from)) {
    return { ok: false, reason: "it is not a URL" };
  }
  const target = new URL(link, from);
  if (target.username !== "" || target.password !== "") {
    return { ok: false, reason: "it contains user info" };
  }
  const origin = originOf(target);
  if (origin === undefined) return { ok: false, reason: "it is neither http nor https" };
  if (!isSameOrigin(origin, home)) {
    const place = withoutQuery(target.origin).replace(/\/$/, "");
    return { ok: false, reason: `it leads to ${place}, not to ${formatOrigin(home)}` };
  }
  target.hash = "";
  return { ok: true, url: target.href };
}

// A server chooses how long its links are. A longer one is shown without its path; cut, it could show half a secret.
const shownMax = 160;

/** The URL as messages may show it: without query, fragment and user info, and never long. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return "a URL that cannot be read";
  const { protocol, host, pathname } = new URL(url);
  const shown = `${protocol}//${host}${pathname}`;
  if (shown.length <= shownMax) return shown;
  return host.length <= shownMax ? `${protocol}//${host}/…` : "a URL that is too long to show";
}

const defaultPorts = { http: 80, https: 443 } as const;

function originOf(url: URL): Origin | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (url.username !== "" || url.password !== "" || url.hostname === "") return undefined;
  const scheme = url.protocol === "http:" ? "http" : "https";
  const port = url.port === "" ? defaultPorts[scheme] : Number(url.port);
  return { scheme, host: url.hostname, port };
}
