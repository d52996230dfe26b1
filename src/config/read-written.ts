// The value of a file to its written form, entry by entry, so that one broken entry does not hide the problems of
// another. Problems are added to the list that is handed in; what they leave unusable is absent.

import * as v from "valibot";

import { problemsOfIssue } from "./messages.ts";
import type { Path, Problem } from "./problem.ts";
import { nameProblems } from "./rules-project.ts";
import { strayPlaceholders } from "./rules-shape.ts";
import { destinationSchema } from "./schema-destination.ts";
import { sourceSchema } from "./schema-source.ts";
import { syncSchema } from "./schema-sync.ts";
import type { SchemaOf } from "./schema-values.ts";
import { shellSchema, type WrittenShell } from "./schema.ts";
import type { WrittenDestination, WrittenSource } from "./written-source.ts";
import type { WrittenSync } from "./written.ts";

/** What could be read of a file. */
export interface Written {
  /** undefined: the file cannot be used, but its entries were looked at. */
  readonly shell: WrittenShell | undefined;
  readonly sources: ReadonlyMap<string, WrittenSource>;
  readonly destinations: ReadonlyMap<string, WrittenDestination>;
  readonly syncs: ReadonlyMap<string, WrittenSync>;
  /** Names that are declared, usable or not. */
  readonly declared: {
    readonly sources: readonly string[];
    readonly destinations: readonly string[];
  };
}

/** Reads the shell and every entry by itself. */
export function readWritten(value: unknown, problems: Problem[]): Written {
  const shell = read(shellSchema, value, [], problems);
  const parts = shell ?? readableParts(value);
  return {
    shell,
    sources: readEntries(sourceSchema, parts.sources, "sources", problems),
    destinations: readEntries(destinationSchema, parts.destinations, "destinations", problems),
    syncs: readEntries(syncSchema, parts.syncs, "syncs", problems),
    declared: {
      sources: Object.keys(parts.sources),
      destinations: Object.keys(parts.destinations),
    },
  };
}

type Parts = Pick<WrittenShell, "sources" | "destinations" | "syncs">;

// A broken shell (a wrong version, an unknown key) does not hide the problems of the entries.
function readableParts(value: unknown): Parts {
  const part = (key: string): Readonly<Record<string, unknown>> => {
    const found = isMapping(value) ? value[key] : undefined;
    return isMapping(found) ? found : {};
  };
  return { sources: part("sources"), destinations: part("destinations"), syncs: part("syncs") };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readEntries<Output>(
  schema: SchemaOf<Output>,
  entries: Readonly<Record<string, unknown>>,
  group: string,
  problems: Problem[],
): ReadonlyMap<string, Output> {
  problems.push(...nameProblems(group, Object.keys(entries)));
  const usable = new Map<string, Output>();
  for (const [name, entry] of Object.entries(entries)) {
    const path = [group, name];
    problems.push(
      ...strayPlaceholders(entry, [], isPlaceOf(group)).map((problem) => ({
        ...problem,
        path: [...path, ...problem.path],
      })),
    );
    const written = read(schema, entry, path, problems);
    if (written !== undefined) usable.set(name, written);
  }
  return usable;
}

// Where S11 lets placeholders stand; what they name is checked by the rules of that place.
function isPlaceOf(group: string): (path: Path) => boolean {
  return (path) => {
    const [first, second, third] = path;
    if (group === "syncs")
      return first === "request" || (second === "snapshot" && third === "request");
    if (first === "base_url" || first === "headers" || first === "upsert" || first === "delete")
      return true;
    return first === "auth" && ["user", "client_id", "token_url"].some((name) => name === second);
  };
}

/** The value, also when unknown keys are all that is wrong with it: they are named and passed over. */
function read<Output>(
  schema: SchemaOf<Output>,
  value: unknown,
  path: Path,
  problems: Problem[],
): Output | undefined {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const found = result.issues.flatMap((issue) => problemsOfIssue(issue, []));
  problems.push(...found.map(({ path: at, text }) => ({ path: [...path, ...at], text })));
  if (!found.every((problem) => problem.isUnknownKey)) return undefined;
  const known = v.safeParse(schema, found.reduce(withoutKey, value));
  return known.success ? known.output : undefined;
}

// A copy of the value without the key at the path of a problem.
function withoutKey(value: unknown, { path: [first, ...rest] }: Pick<Problem, "path">): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => (index === first ? withoutKey(item, { path: rest }) : item));
  if (!isMapping(value) || first === undefined) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== first || rest.length > 0)
      .map(([key, item]) => [key, key === first ? withoutKey(item, { path: rest }) : item]),
  );
}
