// Everything one run holds: the configuration, the ports, and what it has learnt so far. Built once per run by
// run.ts and passed to the steps; the only mutable state of a run is here, in its sessions and in the snapshot.

import { invariant } from "../core/failure/assert.ts";
import type { Claimed } from "../core/plan/plan.ts";
import type { RunId } from "../core/record/run-id.ts";
import type { RunningRecord, RunRecord } from "../core/record/run-record.ts";
import type { RecordIdentity } from "../core/record/transitions.ts";
import { formatPointer } from "../core/source/pointer.ts";
import { mappingText } from "../core/sync/mapping-digest.ts";
import type { DestinationSpec, ProjectSpec, SourceSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { type Instant, instantOfMs } from "../core/time/instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { Destination } from "../ports/destination.ts";
import type { Digest } from "../ports/digest.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";
import type { Ledger, LedgerSnapshot } from "../ports/ledger.ts";
import type { Liveness } from "../ports/liveness.ts";
import type { OutputFiles } from "../ports/output-files.ts";
import type { Progress } from "../ports/progress.ts";
import type { Random } from "../ports/random.ts";
import type { Source } from "../ports/source.ts";
import type { Deadline } from "./deadline.ts";
import type { SourceSession } from "./source-session.ts";

/** The outside world as a run meets it; entry/compose.ts builds it. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly store: LedgerStore;
  readonly ledger: Ledger;
  readonly liveness: Liveness;
  readonly outputFiles: OutputFiles;
  readonly progress: Progress;
  openSource(spec: SourceSpec): Source;
  openDestination(spec: DestinationSpec): Destination;
}

/** Who runs, with what: written into every record. */
export interface RunIdentity {
  readonly holder: string;
  readonly version: string;
  readonly configCommit: string | undefined;
  readonly runUrl: string | undefined;
}

/** What a run was asked for. */
export interface RunRequest {
  /** Names of the syncs; empty means all. */
  readonly syncs: readonly string[];
  readonly maxWindows: number | undefined;
  readonly timeBudgetMs: number | undefined;
  /** Only these recorded windows, named by an operator, besides the newest due ones; undefined for a plain run. */
  readonly reruns: readonly RunId[] | undefined;
  /** By a schedule: what a person would be told by an error is then a warning (G18). */
  readonly isScheduled: boolean;
}

/** What every commit needs, of a run or of a command that writes once. */
export interface Committing {
  readonly ports: Ports;
  readonly identity: RunIdentity;
  /** The ledger at the tip that the next commit expects. */
  snapshot: LedgerSnapshot;
  lastCommit: string | undefined;
  /** When the last commit must have landed, in ms on `mono` (G13). */
  readonly commitUntil: number;
  /** Aborted by a signal to the process. */
  readonly cancel: AbortSignal;
}

export interface RunContext extends Committing {
  readonly project: ProjectSpec;
  readonly request: RunRequest;
  readonly deadline: Deadline;
  readonly startedAt: Instant;
  /** Per source name; opened when its first window is claimed. */
  readonly sessions: Map<string, SourceSession>;
  readonly destinations: Map<string, Destination>;
  readonly progress: RunProgress;
}

/** What the run has done and met. */
export interface RunProgress {
  readonly claimed: Map<string, Claimed>;
  readonly attempted: Set<RunId>;
  /** Ids of syncs that are served no more, with the sentence that says why. */
  readonly stopped: Map<string, string>;
  /** Syncs whose destination has already been asked what it holds. */
  readonly checked: Set<string>;
  /** Names of destinations that have accepted rows in this run. */
  readonly accepting: Set<string>;
  /** When records that are dated in the future were committed (G17). */
  readonly committedAt: Map<RunRecord, Instant>;
  /** Claimed windows whose turn has not come. */
  queue: readonly RunningRecord[];
  /** Windows in flight, those apart that have ended and are being settled. */
  flying: readonly RunningRecord[];
  /** Settled by this run, in order. */
  readonly settled: Settled[];
  /** Sentences that make the run fail whatever its windows say. */
  readonly faults: string[];
  readonly notes: string[];
}

/** A window that this run settled or released. */
export interface Settled {
  readonly record: RunRecord;
  /** Whether the failure makes the run fail. */
  readonly failsRun: boolean;
}

/** Now on the wall clock. */
export function nowOf(ctx: { readonly ports: Pick<Ports, "clock"> }): Instant {
  return instantOfMs(ctx.ports.clock.wall());
}

/** Milliseconds until work stops. */
export function timeLeftMs(ctx: RunContext): number {
  return ctx.deadline.stopAt - ctx.ports.clock.mono();
}

/** The sync of an id; asking for another is a bug. */
export function specOf(ctx: Pick<RunContext, "project">, id: string): SyncSpec {
  const spec = ctx.project.syncs.find((sync) => sync.id === id);
  invariant(spec !== undefined, `the sync ${id} is configured`);
  return spec;
}

export function sourceSpecOf(ctx: Pick<RunContext, "project">, sync: SyncSpec): SourceSpec {
  const spec = ctx.project.sources.get(sync.source);
  invariant(spec !== undefined, `the source ${sync.source} is configured`);
  return spec;
}

/** The destination of a sync, opened once per run. */
export function destinationOf(
  ctx: Pick<RunContext, "project" | "ports" | "destinations">,
  sync: SyncSpec,
): Destination {
  const open = ctx.destinations.get(sync.destination);
  if (open !== undefined) return open;
  const spec = ctx.project.destinations.get(sync.destination);
  invariant(spec !== undefined, `the destination ${sync.destination} is configured`);
  const destination = ctx.ports.openDestination(spec);
  ctx.destinations.set(sync.destination, destination);
  return destination;
}

/** `sha256:` of everything that shapes delivered rows and where they go (S36). */
export function mappingDigestOf(
  ctx: { readonly project: ProjectSpec; readonly ports: Pick<Ports, "digest"> },
  sync: SyncSpec,
): string {
  const source = ctx.project.sources.get(sync.source);
  const destination = ctx.project.destinations.get(sync.destination);
  invariant(source !== undefined && destination !== undefined, `${sync.id} is resolved`);
  return `sha256:${ctx.ports.digest.sha256(mappingText(sync, source, destination))}`;
}

/** What a new attempt of the sync writes about itself. */
export function recordIdentityOf(ctx: RunContext, sync: SyncSpec): RecordIdentity {
  const { version, configCommit, runUrl } = ctx.identity;
  return {
    sync: sync.id,
    source: sync.source,
    destination: sync.destination,
    watermarkField: formatPointer(sync.watermark.pointer),
    mappingDigest: mappingDigestOf(ctx, sync),
    configCommit,
    version,
    runUrl,
  };
}

/** How this ledger shows keys (`ledger.item_keys`): at most 128 characters, hashed, or not at all. */
export function showKeyOf(ctx: Pick<RunContext, "project" | "ports">): (key: string) => string {
  switch (ctx.project.ledger.itemKeys) {
    case "plain":
      return (key) => firstCodePoints(key, 128);
    case "hashed":
      return (key) => `sha256:${ctx.ports.digest.sha256(key)}`;
    case "none":
      return () => "";
  }
}

/** Says something once: to whoever watches, and in the run's report. */
export function note(ctx: RunContext, text: string): void {
  if (ctx.progress.notes.includes(text)) return;
  ctx.progress.notes.push(text);
  ctx.ports.progress.report({ kind: "note", text });
}

/** Serves no sync of the destination any more in this run, which fails (contract 3.2). */
export function closeDestination(ctx: RunContext, destination: string, message: string): void {
  for (const sync of ctx.project.syncs)
    if (sync.destination === destination) ctx.progress.stopped.set(sync.id, message);
}

// Cut between code points, so that no half of a surrogate pair is left.
function firstCodePoints(text: string, count: number): string {
  return text.length <= count ? text : Array.from(text).slice(0, count).join("");
}
