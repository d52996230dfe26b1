// YAML text to plain values, with the line of every path. YAML 1.2 core only: no duplicate keys, no tags, no
// merge keys, no aliases (a value is written where it is read), no number that a double would change (S18).

import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";

import type { Path, Problem } from "./problem.ts";

export type YamlText = {
  readonly problems: readonly Problem[];
  /** undefined when the text could not be read at all. */
  readonly value: unknown;
  readonly lineOf: (path: Path) => number | undefined;
};

const textMax = 1_000_000;
const tooLong: YamlText = {
  problems: [{ path: [], text: "expected at most 1 MB, found more; make the file smaller" }],
  value: undefined,
  lineOf: () => undefined,
};

/** Reads the text; problems of the syntax leave no value. */
export function readYaml(text: string): YamlText {
  if (text.length > textMax) return tooLong;
  const lines = new LineCounter();
  const document = parse(text, lines);
  const syntax = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    path: [],
    line: lines.linePos(pos[0]).line,
    text: syntaxText(code),
  }));
  const first = syntax[0];
  if (first !== undefined) return { problems: [first], value: undefined, lineOf: () => first.line };
  const problems = nodeProblems(document);
  const value = problems.some((problem) => problem.blocks) ? undefined : document.toJS();
  return { problems, value, lineOf: (path) => lineOf(document, lines, path) };
}

function parse(text: string, lineCounter: LineCounter): Document {
  return parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: true,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter,
  });
}

// The parser's own sentences quote the text, which may hold a secret; its codes do not.
function syntaxText(code: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "expected every key once, found one twice; remove one of them";
    case "NON_STRING_KEY":
      return "expected text as key, found a list or mapping; put {{placeholders}} in quotes";
    case "TAB_AS_INDENT":
      return "expected spaces, found a tab; indent with spaces";
    case "TAG_RESOLVE_FAILED":
      return "expected plain YAML, found a tag; remove it";
    case "MULTIPLE_DOCS":
      return "expected one document, found several; remove the line ---";
    case "RESOURCE_EXHAUSTION":
      return "expected lists and mappings nested less deeply, found too many levels; write it flatter";
    default:
      return `expected YAML 1.2, found what is none (${code.toLowerCase()}); check indentation, quotes and brackets`;
  }
}

function nodeProblems(document: Document): readonly (Problem & { readonly blocks: boolean })[] {
  const problems: (Problem & { readonly blocks: boolean })[] = [];
  visit(document, {
    Alias(_key, alias, ancestors) {
      const text = "expected a value, found an alias; write the value out";
      problems.push({ path: pathOf(ancestors, alias), text, blocks: true });
    },
    Pair(_key, pair, ancestors) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      if (!isReservedName(name)) return;
      const path = [...pathOf(ancestors, pair), name];
      const text = `expected another name, found ${name}; JavaScript objects use it themselves`;
      problems.push({ path, text, blocks: true });
    },
    Scalar(_key, node, ancestors) {
      if (typeof node.value !== "number" || isExact(node.source ?? "", node.value)) return;
      const text =
        "expected a number that a double holds exactly, found a longer one; put it in quotes";
      problems.push({ path: pathOf(ancestors, node), text, blocks: false });
    },
  });
  return problems;
}

function isReservedName(name: string): boolean {
  return name === "prototype" || Object.hasOwn(Object.prototype, name);
}

function isExact(source: string, value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value);
  const digits = source
    .replace(/[eE].*$/, "")
    .replaceAll(/\D/g, "")
    .replace(/^0+/, "");
  return Number.isFinite(value) && digits.length <= 15;
}

// The path of a node from its ancestors, as visit() names them: the document, collections and pairs.
function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const path: (string | number)[] = [];
  const chain = [...ancestors, node];
  for (const [index, ancestor] of chain.entries()) {
    const below = chain[index + 1];
    if (isPair(ancestor) && below !== undefined && isScalar(ancestor.key))
      path.push(String(ancestor.key.value));
    if (isSeq(ancestor)) path.push(ancestor.items.indexOf(below));
  }
  return path;
}

function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let start = startOf(node);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
      if (pair === undefined) break;
      start = startOf(pair.key) ?? start;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      start = startOf(node) ?? start;
    } else break;
  }
  return start === undefined ? undefined : lines.linePos(start).line;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node satisfies Node).range?.[0] : undefined;
}
