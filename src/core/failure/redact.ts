// The one function through which every text from outside passes before it is written or printed (contract 3.1,
// proof section 14): secrets, URL queries, control characters, absolute paths and length. Serves all steps.

/** The longest text that is kept of anything from outside (contract 3.1). */
const charactersMax = 300;

/** Where URLs and paths are looked for; the rest is dropped before, so that a megabyte costs no more than a page. */
const examinedMax = 4096;

/**
 * A function that makes a text safe to show. `secrets` are found raw, percent-encoded, in Base64, JSON-escaped and any
 * mixture; paths below `folders` of this machine, and below the usual roots, keep their last part only.
 */
export function makeRedactor(
  secrets: readonly string[],
  folders: readonly string[] = [],
): (text: string) => string {
  const mask = makeMask(secrets);
  const paths = patternOfPaths(folders);
  return (text) => {
    // Control characters first: one inside a secret would hide it from the pattern.
    const visible = text.replace(/\s+/g, " ").replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
    // Cut after the secrets are gone, or the border could leave half of one.
    const kept = mask(visible).slice(0, examinedMax);
    return shorten(lastParts(withoutQueries(kept), paths));
  };
}

/** A function that hides the secrets in a text, in all of those forms, and leaves everything else as it is. */
export function makeMask(secrets: readonly string[]): (text: string) => string {
  const hidden = patternOfSecrets(secrets);
  return (text) => (hidden === undefined ? text : text.replace(hidden, "***"));
}

/** The longest form goes first, so that a secret which contains another leaves no rest. */
function patternOfSecrets(secrets: readonly string[]): RegExp | undefined {
  const known = [...new Set(secrets)].filter((secret) => secret !== "");
  if (known.length === 0) return undefined;
  const longestFirst = known.toSorted((one, other) => other.length - one.length);
  const forms = [
    ...longestFirst.flatMap((secret) => base64Forms(secret)),
    ...longestFirst.map((secret) => escapedForm(secret)),
  ];
  return new RegExp(forms.join("|"), "gu");
}

/** Each character raw, percent-encoded or JSON-escaped, whatever its neighbours are. */
function escapedForm(secret: string): string {
  return Array.from(secret.toWellFormed(), (character) => {
    const forms = [percentForm(character), unicodeForm(character)];
    const short = JSON.stringify(character).slice(1, -1);
    if (short !== character) forms.push(literal(short));
    if (character === "/") forms.push(String.raw`\\/`);
    if (character === " ") forms.push(String.raw`\+`);
    // Longest first: `\\` of JSON before the raw backslash.
    return `(?:${forms.join("|")}|${literal(character)})`;
  }).join("");
}

function percentForm(character: string): string {
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`,
  ).join("");
}

function unicodeForm(character: string): string {
  return character
    .split("")
    .map((unit) => `\\\\u${anyCase(unit.charCodeAt(0).toString(16).padStart(4, "0"))}`)
    .join("");
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Below this a Base64 form says too little and would match ordinary words. */
const base64LengthMin = 6;

/**
 * The secret inside a longer Base64 text, e.g. `user:secret` of basic auth: it can begin at any of three places of a
 * group, and the characters at its borders mix with the neighbours and are left out.
 */
function base64Forms(secret: string): readonly string[] {
  const bytes = Array.from(new TextEncoder().encode(secret), (byte) => String.fromCharCode(byte));
  const text = bytes.join("");
  return [0, 1, 2]
    .map((offset) => {
      const encoded = btoa("\0".repeat(offset) + text).replace(/=+$/, "");
      const first = Math.ceil((offset * 8) / 6);
      const last = Math.floor(((offset + bytes.length) * 8) / 6);
      return encoded.slice(first, last);
    })
    .filter((form) => form.length >= base64LengthMin)
    .map((form) => `${mixed}?${Array.from(form, base64Character).join("")}${mixed}?${padding}`);
}

/** A border character, which holds bits of the secret and of its neighbour. */
const mixed = String.raw`[A-Za-z\d+\/_-]`;
const padding = "(?:=|%3[dD]){0,2}";

/** Both alphabets, and what percent-encoding makes of them. */
function base64Character(character: string): string {
  if (character === "+") return "(?:[+-]|%2[bB])";
  if (character === "/") return "(?:[/_]|%2[fF])";
  return character;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** User info, queries and fragments of URLs, and queries that stand without one. */
function withoutQueries(text: string): string {
  return text
    .replace(/([a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#@"'<>]*@/gi, "$1")
    .replace(/([a-z][a-z\d+.-]{0,20}:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, "$1")
    .replace(/\?[^\s"'<>=?&]+=[^\s"'<>]*/g, "");
}

/** Roots under which a machine keeps files. An API's path, e.g. `/contacts`, is none and stays readable. */
const usualRoots = [
  "/home /Users /root /tmp /private /var /opt /usr /etc /mnt /srv /proc /run",
  "/workspace /workspaces /github /__w /builds /Volumes",
].flatMap((line) => line.split(" "));

function patternOfPaths(folders: readonly string[]): RegExp {
  const roots = [...folders.filter((folder) => /[^/\\]/.test(folder)), ...usualRoots];
  const longestFirst = roots.toSorted((one, other) => other.length - one.length).map(literal);
  // Not inside a longer word, as the path of a URL or `src/tmp/x` is; a file URL is a path of this machine too.
  const start = String.raw`(?:\bfile:\/\/|(?<![\p{L}\p{N}_.~%/\\-]))`;
  const drive = String.raw`[A-Za-z]:[\\/]`;
  const share = String.raw`\\\\[^\s\\/]+[\\/]`;
  const rest = String.raw`[^\s"'<>|:;,()]*`;
  return new RegExp(
    `${start}(?:(?:${longestFirst.join("|")})[\\\\/]|${drive}|${share})${rest}`,
    "gu",
  );
}

function lastParts(text: string, paths: RegExp): string {
  return text.replace(paths, (path) => path.split(/[\\/]/).findLast((part) => part !== "") ?? "");
}

/** Cut between code points, never inside a pair; the last character tells that something is missing. */
function shorten(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= charactersMax) return trimmed;
  const cut = trimmed.slice(0, charactersMax - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
