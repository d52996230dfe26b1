// The text of a configuration file to the resolved project, or all that is wrong with it at once. Pure: no file is
// read here, no variable looked at. YAML is yaml-text.ts, shapes read-written.ts, defaults normalize*.ts, rules rules-*.ts.

import type { DestinationSpec, ProjectSpec, SourceSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { resolveSource } from "./normalize-source.ts";
import { resolveSync } from "./normalize-sync.ts";
import { resolveDestination, resolveLedger, resolveTimeBudget } from "./normalize.ts";
import { formatProblems, type Path, type Problem } from "./problem.ts";
import { readWritten, type Written } from "./read-written.ts";
import { pagesProblems } from "./rules-pages.ts";
import { destinationProblems, idProblems, referenceProblems } from "./rules-project.ts";
import { requestProblems } from "./rules-request.ts";
import { sourceShapeProblems, syncShapeProblems } from "./rules-shape.ts";
import { sourceProblems } from "./rules-source.ts";
import { sharedTableProblems, tableProblems } from "./rules-table.ts";
import { windowProblems } from "./rules-window.ts";
import { destinationUnsupported, sourceUnsupported, syncUnsupported } from "./unsupported.ts";
import { projectWarnings } from "./warnings.ts";
import type { WrittenDestination, WrittenSource } from "./written-source.ts";
import type { WrittenLedger, WrittenSync } from "./written.ts";
import { readYaml } from "./yaml-text.ts";

export interface ParseOptions {
  /** The file's name for messages, relative to the repository. */
  readonly file: string;
  /** Variable names allowed beyond `TIDEMARK_*` (input `env-allow`). */
  readonly envAllow: readonly string[];
  /** GITHUB_API_URL; where it is not set, or empty, the public API is meant (S10). */
  readonly githubApiUrl?: string | undefined;
  /** What the call says of the ledger; it replaces what is written, key by key, and is held to the same rules. */
  readonly ledger: WrittenLedger;
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
  const written = readWritten(value, problems);
  const { shell } = written;
  const ledger =
    shell === undefined ? undefined : resolveLedger({ ...shell.ledger, ...options.ledger });
  const sources = resolveSources(written.sources, options, problems);
  const destinations = resolveDestinations(written.destinations, problems);
  for (const spec of destinations.values()) problems.push(...destinationProblems(spec, ledger));
  const syncs = resolveSyncs(written, { sources, destinations }, problems);
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

function below(path: Path): (problem: Problem) => Problem {
  return (problem) => ({ ...problem, path: [...path, ...problem.path] });
}

const publicGithubApi = "https://api.github.com";

function resolveSources(
  written: ReadonlyMap<string, WrittenSource>,
  { envAllow, githubApiUrl = "" }: ParseOptions,
  problems: Problem[],
): ReadonlyMap<string, SourceSpec> {
  const resolved = new Map<string, SourceSpec>();
  for (const [name, entry] of written) {
    const at = below(["sources", name]);
    problems.push(...[...sourceUnsupported(entry), ...sourceShapeProblems(entry)].map(at));
    const spec = entry.type === "http" ? resolveSource(name, entry) : undefined;
    if (entry.type !== "http" || spec === undefined) continue;
    const context = {
      source: spec,
      writtenUrl: entry.base_url,
      envAllow,
      githubApiUrl: githubApiUrl === "" ? publicGithubApi : githubApiUrl,
    };
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

interface Resolved {
  readonly sources: ReadonlyMap<string, SourceSpec>;
  readonly destinations: ReadonlyMap<string, DestinationSpec>;
}

function resolveSyncs(
  { syncs, declared }: Written,
  resolved: Resolved,
  problems: Problem[],
): readonly SyncSpec[] {
  const feeds = new Set([...syncs.values()].flatMap(({ deletes }) => feedOf(deletes)));
  return [...syncs].map(([name, entry]) => {
    const spec = resolveSync(name, entry);
    problems.push(
      ...[
        ...syncUnsupported(entry),
        ...syncShapeProblems(entry),
        ...(feeds.has(name) ? [] : destinationReference(entry, declared.destinations)),
        ...sourceReference(entry, declared.sources),
        ...syncProblems(spec, resolved),
      ].map(below(["syncs", name])),
    );
    return spec;
  });
}

function feedOf(deletes: WrittenSync["deletes"]): readonly string[] {
  return typeof deletes === "object" && deletes.sync !== undefined ? [deletes.sync] : [];
}

function sourceReference(entry: WrittenSync, declared: readonly string[]): readonly Problem[] {
  return referenceProblems(["source"], { name: entry.source, declared, group: "sources" });
}

function destinationReference(entry: WrittenSync, declared: readonly string[]): readonly Problem[] {
  if (entry.destination === undefined)
    return [{ path: ["destination"], text: "expected a value, found nothing; add destination" }];
  const name = entry.destination;
  return referenceProblems(["destination"], { name, declared, group: "destinations" });
}

function syncProblems(spec: SyncSpec, resolved: Resolved): readonly Problem[] {
  const source = resolved.sources.get(spec.source);
  const destination = resolved.destinations.get(spec.destination);
  return [
    ...windowProblems(spec),
    ...pagesProblems(spec, source?.limits.responses ?? []),
    ...(source === undefined ? [] : requestProblems(spec, source)),
    ...(destination === undefined ? [] : tableProblems(spec, destination)),
  ];
}
