// One thing that is wrong with a configuration: where, what was expected, what was found, what to do.
// A found value is shown short, and never from a place where somebody may have pasted a secret.

/** Keys and list positions from the top of the file. */
export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** `expected ..., found ...; remedy`, or `not supported yet: <key>`. */
  readonly text: string;
}

/** The sentence of a problem whose finding is a value of the file. */
export function mismatch(
  path: Path,
  options: { readonly expected: string; readonly found: unknown; readonly remedy: string },
): Problem {
  const found = describeFound(options.found, path);
  return { path, text: `expected ${options.expected}, found ${found}; ${options.remedy}` };
}

// Places where a value may be a secret, or hold one, by mistake.
const hiddenPlaces = new Set([
  "auth",
  "base_url",
  "body",
  "env",
  "headers",
  "options",
  "query",
  "upsert",
  "vars",
]);

/** What was found, in words. */
function describeFound(value: unknown, path: Path): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  const isHidden = path.some((part) => hiddenPlaces.has(String(part))) && path.at(-1) !== "type";
  if (typeof value === "string") return isHidden ? "other text" : quote(value);
  return isHidden ? `a ${typeof value}` : JSON.stringify(value);
}

const shownMax = 40;

/** Text in quotes, cut when it is long; control characters are escaped. */
export function quote(text: string): string {
  return JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}...` : text);
}

/** A path as people write it: `syncs.contacts.pages.next`, `limits.pace[0].per`. */
function formatPath(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

/** All problems as lines, sorted by path, each once. */
export function formatProblems(
  problems: readonly Problem[],
  options: { readonly file: string; readonly lineOf: (path: Path) => number | undefined },
): readonly string[] {
  const lines = problems
    .map((problem) => ({ ...problem, where: formatPath(problem.path) }))
    .toSorted((a, b) => compareText(a.where, b.where) || compareText(a.text, b.text))
    .map((problem) => {
      const line = options.lineOf(problem.path);
      const place = line === undefined ? options.file : `${options.file}:${line}`;
      return `${place}${problem.where === "" ? "" : ` ${problem.where}`}: ${problem.text}`;
    });
  return [...new Set(lines)];
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
