// The text of a configuration file to the resolved project, or all that is wrong with it at once. Pure: no file is
// read here, no variable looked at. YAML is yaml-text.ts, shapes schema*.ts, defaults normalize*.ts, rules rules-*.ts.

import * as v from "valibot";

import type { DestinationSpec, ProjectSpec, SourceSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { problemsOfIssue } from "./messages.ts";
import { resolveSource } from "./normalize-source.ts";
import { resolveSync } from "./normalize-sync.ts";
import { resolveDestination, resolveLedger, resolveTimeBudget } from "./normalize.ts";
import { formatProblems, type Path, type Problem } from "./problem.ts";
import { pagesProblems } from "./rules-pages.ts";
import {
  destinationProblems,
  idProblems,
  nameProblems,
  referenceProblems,
} from "./rules-project.ts";
import { requestProblems } from "./rules-request.ts";
import { sourceShapeProblems, strayPlaceholders, syncShapeProblems } from "./rules-shape.ts";
import { sourceProblems } from "./rules-source.ts";
import { sharedTableProblems, tableProblems } from "./rules-table.ts";
import { windowProblems } from "./rules-window.ts";
import { destinationSchema } from "./schema-destination.ts";
import { sourceSchema } from "./schema-source.ts";
import { syncSchema } from "./schema-sync.ts";
import type { SchemaOf } from "./schema-values.ts";
import { shellSchema, type WrittenShell } from "./schema.ts";
import {
  destinationUnsupported,
  ledgerUnsupported,
  sourceUnsupported,
  syncUnsupported,
} from "./unsupported.ts";
import { projectWarnings } from "./warnings.ts";
import type { WrittenDestination, WrittenSource } from "./written-source.ts";
import type { WrittenSync } from "./written.ts";
import { readYaml } from "./yaml-text.ts";

export interface ParseOptions {
  /** The file's name for messages, relative to the repository. */
  readonly file: string;
  /** Variable names allowed beyond `TIDEMARK_*` (input `env-allow`). */
  readonly envAllow: readonly string[];
}

export type ParsedConfig =
  | { readonly ok: true; readonly project: ProjectSpec }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a configuration; the problems are whole lines, sorted by path. */
export function parseConfig(text: string, options: ParseOptions): ParsedConfig {
  const yaml = readYaml(text);
  const problems: Problem[] = [...yaml.problems];
  const project = yaml.value === undefined ? undefined : readProject(yaml.value, options, problems);
  if (project !== undefined && problems.length === 0) return { ok: true, project };
  return { ok: false, problems: formatProblems(problems, { ...options, lineOf: yaml.lineOf }) };
}

// Problems are collected in one list; what an entry's own problems leave unusable is absent from the project.
function readProject(
  value: unknown,
  options: ParseOptions,
  problems: Problem[],
): ProjectSpec | undefined {
  const shell = read(shellSchema, value, [], problems);
  const parts = shell ?? readableParts(value);
  const written = {
    sources: readEntries(sourceSchema, parts.sources, "sources", problems),
    destinations: readEntries(destinationSchema, parts.destinations, "destinations", problems),
    syncs: readEntries(syncSchema, parts.syncs, "syncs", problems),
  };
  problems.push(...ledgerUnsupported(shell?.ledger ?? {}).map(below(["ledger"])));
  const ledger = shell === undefined ? undefined : resolveLedger(shell.ledger);
  const sources = resolveSources(written.sources, options, problems);
  const destinations = resolveDestinations(written.destinations, problems);
  for (const spec of destinations.values()) problems.push(...destinationProblems(spec, ledger));
  const syncs = resolveSyncs(written.syncs, { parts, sources, destinations }, problems);
  problems.push(...idProblems(syncs), ...sharedTableProblems(syncs, destinations));
  if (ledger === undefined) return undefined;
  return {
    ledger,
    timeBudgetMs: resolveTimeBudget(shell?.run),
    sources,
    destinations,
    syncs,
    warnings: projectWarnings(syncs),
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
    problems.push(...strayPlaceholders(entry, [], isPlaceOf(group)).map(below(path)));
    const written = read(schema, entry, path, problems);
    if (written !== undefined) usable.set(name, written);
  }
  return usable;
}

// Where S11 lets placeholders stand; what they name is checked by the rules of that place.
function isPlaceOf(group: string): (path: Path) => boolean {
  return (path) => {
    const [first, second] = path;
    if (group === "syncs") return first === "request" || first === "deletes";
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
  problems.push(...result.issues.flatMap((issue) => problemsOfIssue(issue, path)));
  const onlyUnknown = result.issues.every(
    (issue) => issue.type === "strict_object" && issue.expected === "never",
  );
  return onlyUnknown && result.typed ? result.output : undefined;
}

function below(path: Path): (problem: Problem) => Problem {
  return (problem) => ({ ...problem, path: [...path, ...problem.path] });
}

function resolveSources(
  written: ReadonlyMap<string, WrittenSource>,
  { envAllow }: ParseOptions,
  problems: Problem[],
): ReadonlyMap<string, SourceSpec> {
  const resolved = new Map<string, SourceSpec>();
  for (const [name, entry] of written) {
    const at = below(["sources", name]);
    problems.push(...[...sourceUnsupported(entry), ...sourceShapeProblems(entry)].map(at));
    const spec = entry.type === "http" ? resolveSource(name, entry) : undefined;
    if (entry.type !== "http" || spec === undefined) continue;
    const context = { source: spec, writtenUrl: entry.base_url, envAllow };
    problems.push(...sourceProblems(context).map(at));
    resolved.set(name, spec);
  }
  return resolved;
}

function resolveDestinations(
  written: ReadonlyMap<string, WrittenDestination>,
  problems: Problem[],
): ReadonlyMap<string, DestinationSpec> {
  const resolved = new Map<string, DestinationSpec>();
  for (const [name, entry] of written) {
    problems.push(...destinationUnsupported(entry).map(below(["destinations", name])));
    const spec = resolveDestination(name, entry);
    if (spec !== undefined) resolved.set(name, spec);
  }
  return resolved;
}

interface Declared {
  readonly parts: Parts;
  readonly sources: ReadonlyMap<string, SourceSpec>;
  readonly destinations: ReadonlyMap<string, DestinationSpec>;
}

function resolveSyncs(
  written: ReadonlyMap<string, WrittenSync>,
  declared: Declared,
  problems: Problem[],
): readonly SyncSpec[] {
  const feeds = new Set([...written.values()].flatMap(({ deletes }) => feedOf(deletes)));
  return [...written].map(([name, entry]) => {
    const spec = resolveSync(name, entry);
    problems.push(
      ...[
        ...syncUnsupported(entry),
        ...syncShapeProblems(entry),
        ...(feeds.has(name) ? [] : destinationReference(entry, declared)),
        ...sourceReference(entry, declared),
        ...syncProblems(spec, declared),
      ].map(below(["syncs", name])),
    );
    return spec;
  });
}

function feedOf(deletes: WrittenSync["deletes"]): readonly string[] {
  return typeof deletes === "object" && deletes.sync !== undefined ? [deletes.sync] : [];
}

function sourceReference(entry: WrittenSync, { parts }: Declared): readonly Problem[] {
  const declared = Object.keys(parts.sources);
  return referenceProblems(["source"], { name: entry.source, declared, group: "sources" });
}

function destinationReference(entry: WrittenSync, { parts }: Declared): readonly Problem[] {
  if (entry.destination === undefined)
    return [{ path: ["destination"], text: "expected a value, found nothing; add destination" }];
  const declared = Object.keys(parts.destinations);
  const name = entry.destination;
  return referenceProblems(["destination"], { name, declared, group: "destinations" });
}

function syncProblems(spec: SyncSpec, declared: Declared): readonly Problem[] {
  const source = declared.sources.get(spec.source);
  const destination = declared.destinations.get(spec.destination);
  return [
    ...windowProblems(spec),
    ...pagesProblems(spec, source?.limits.responses ?? []),
    ...(source === undefined ? [] : requestProblems(spec, source)),
    ...(destination === undefined ? [] : tableProblems(spec, destination)),
  ];
}
