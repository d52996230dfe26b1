// From what valibot found to problems in our words: `path: expected ..., found ...; remedy`.

import type * as v from "valibot";

import { mismatch, type Path, type Problem } from "./problem.ts";
import { nearestName } from "./suggest.ts";

type Issue = v.BaseIssue<unknown>;

/** A problem, and whether the value could be used without the key that it names. */
export interface ShapeProblem extends Problem {
  readonly isUnknownKey?: true;
}

/** The problems of one issue; `above` is where the parsed value stands in the file. */
export function problemsOfIssue(issue: Issue, above: Path): readonly ShapeProblem[] {
  const path = [...above, ...pathOf(issue)];
  if (issue.type === "union") return problemsOfUnion(issue, path);
  if (issue.type === "strict_object") return problemsOfMapping(issue, path);
  const [expected, remedy] = wordsOf(issue);
  return [mismatch(path, { expected, found: issue.input, remedy })];
}

function pathOf(issue: Issue): Path {
  return (issue.path ?? []).map((item) => item.key as string | number);
}

// When the value is a mapping or list, as one of the options wants it, what is wrong inside says more.
function problemsOfUnion(issue: Issue, path: Path): readonly ShapeProblem[] {
  const inside = (issue.issues ?? []).filter((sub) => (sub.path ?? []).length > 0);
  const isNested = typeof issue.input === "object" && issue.input !== null;
  if (isNested && inside.length > 0) return inside.flatMap((sub) => problemsOfIssue(sub, path));
  const [expected, remedy] = splitWords(issue.message);
  return [mismatch(path, { expected, found: issue.input, remedy })];
}

// valibot stops at the first unknown key of a mapping; all are named here.
function problemsOfMapping(issue: Issue, path: Path): readonly ShapeProblem[] {
  const known = issue.message.split(" ");
  const item = issue.path?.at(-1);
  const isKey = item !== undefined && "origin" in item && item.origin === "key";
  const remedy = "write it as lines of `key: value`";
  if (!isKey) return [mismatch(path, { expected: "a mapping", found: issue.input, remedy })];
  const parent = path.slice(0, -1);
  if (Array.isArray(item.input))
    return [mismatch(parent, { expected: "a mapping", found: item.input, remedy })];
  if (issue.expected !== "never")
    return [{ path, text: `expected a value, found nothing; add ${String(path.at(-1))}` }];
  return Object.keys(item.input as object)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: [...parent, key],
      text: unknownKeyText(key, known),
      isUnknownKey: true,
    }));
}

function unknownKeyText(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined)
    return `expected a known key, found an unknown one; did you mean ${nearest}?`;
  return `expected one of ${known.join(" ")}, found an unknown key; remove it`;
}

function wordsOf(issue: Issue): readonly [expected: string, remedy: string] {
  if (issue.kind === "validation" || issue.type === "custom") return splitWords(issue.message);
  if (isChoice(issue)) {
    const options = (issue.expected ?? "").replaceAll(/[()"]/g, "").split(" | ");
    const expected = options.length === 1 ? (options[0] ?? "") : `one of ${options.join(" ")}`;
    return [expected, suggestion(issue.input, options)];
  }
  if (issue.type === "string") return ["text", textRemedy(issue.input)];
  if (issue.type === "number") return ["a number", "write digits without quotes"];
  if (issue.type === "boolean") return ["true or false", "write one of these"];
  if (issue.type === "array") return ["a list", "write it as lines of `- item`"];
  return ["a mapping", "write it as lines of `key: value`"];
}

// A variant also says so when its value is no mapping; then its expectation is no list of words.
function isChoice(issue: Issue): boolean {
  if (issue.type === "variant") return issue.expected !== "Object";
  return issue.type === "picklist" || issue.type === "literal";
}

function suggestion(input: unknown, options: readonly string[]): string {
  const nearest = typeof input === "string" ? nearestName(input, options) : undefined;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return options.length === 1 ? `write ${options[0]}` : "write one of these";
}

function textRemedy(input: unknown): string {
  if (typeof input === "number" || typeof input === "boolean") return "put it in quotes";
  return "write text";
}

function splitWords(words: string): readonly [expected: string, remedy: string] {
  const [expected = "", remedy = ""] = words.split("; ");
  return [expected, remedy];
}
