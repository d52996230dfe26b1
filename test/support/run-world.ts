// Whole runs in process: the real ledger codec on a branch in memory, a real destination (a SQLite file or files on
// that branch), a small API, virtual time. Every effect of a run can be watched, and a run can be stopped dead at it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { onTestFinished } from "vitest";

import { openFiles } from "../../src/adapters/files/files-destination.ts";
import { openLedger } from "../../src/adapters/ledger/file-ledger.ts";
import { openSqlite } from "../../src/adapters/sqlite/sqlite-destination.ts";
import { systemDigest } from "../../src/adapters/system/digest.ts";
import type { CommandInput } from "../../src/app/commands/open-command.ts";
import type { Ports, RunRequest } from "../../src/app/run-context.ts";
import { run } from "../../src/app/run.ts";
import type { Order } from "../../src/core/plan/order-record.ts";
import type { RunRecord } from "../../src/core/record/run-record.ts";
import type { RunReport } from "../../src/core/report/run-report.ts";
import type {
  DestinationSpec,
  ProjectSpec,
  SourceSpec,
  SyncSpec,
} from "../../src/core/sync/sync-spec.ts";
import { formatInstant, type Instant, parseInstant } from "../../src/core/time/instant.ts";
import type { Destination, WindowWriter } from "../../src/ports/destination.ts";
import type { CommitAnswer, LedgerStore } from "../../src/ports/ledger-store.ts";
import type { SyncLedger } from "../../src/ports/ledger.ts";
import type { ProgressEvent } from "../../src/ports/progress.ts";
import type { Answer, Source, SourceRequest } from "../../src/ports/source.ts";
import { at, limitsOf, projectOf, sourceOf, syncOf } from "./builders.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { apiSync } from "./fetch-harness.ts";
import { type MemoryBranch, memoryBranch, memoryStore } from "./memory-ledger-store.ts";
import { type Row, respond, noResponse } from "./scripted-source.ts";
import { seededRandom } from "./seeded-random.ts";

/** An effect of a run at one of its ports. */
export interface Effect {
  readonly port: "send" | "prepare" | "open" | "write" | "finish" | "commit";
  readonly when: "before" | "after";
  /** What it is about: a request's URL, a commit's subject, a sync's id. */
  readonly about: string;
}

/** What one run is started with. */
export interface ProcessOptions {
  readonly holder?: string;
  readonly request?: Partial<RunRequest>;
  readonly cancel?: AbortSignal;
  /** Sees every effect; `crash` ends the process there and then, nothing of it goes on. */
  readonly watch?: (effect: Effect) => "crash" | undefined | void;
  /** In place of the store's commit: `commit` makes it. `nth` counts from 0. */
  readonly onCommit?: (
    commit: () => Promise<CommitAnswer>,
    about: { readonly nth: number; readonly subject: string },
  ) => Promise<CommitAnswer>;
  readonly liveness?: "alive" | "dead" | "unknown";
  /** In place of the store of the branch. */
  readonly wrapStore?: (store: LedgerStore) => LedgerStore;
  /** Why the store holds claims back. */
  readonly claimHold?: LedgerStore["claimHold"];
  /** Paths that a person changed in the checked-out branch. */
  readonly differing?: readonly string[];
  /** In place of the destination of the project. */
  readonly wrapDestination?: (destination: Destination) => Destination;
}

export interface World {
  readonly clock: FakeClock;
  readonly branch: MemoryBranch;
  /** What the API holds; tests may change it. */
  readonly items: Row[];
  /** Answers in place of the API when it returns something. */
  answer: ((request: SourceRequest) => Answer | undefined) | undefined;
  /** Requests of all runs, in order. */
  readonly sent: SourceRequest[];
  /** What runs said, in order. */
  readonly said: ProgressEvent[];
  readonly rescued: string[][];
  project: ProjectSpec;
  /** Runs to the end. */
  run(options?: ProcessOptions): Promise<RunReport>;
  /** Runs until the end or the crash. */
  runOrCrash(options: ProcessOptions): Promise<RunReport | "crashed">;
  /** A run that has only been started; give it to `clock.run`. */
  begin(options?: ProcessOptions): Promise<RunReport>;
  input(options?: ProcessOptions): CommandInput;
  ledger(syncId?: string): Promise<SyncLedger | undefined>;
  records(syncId?: string): Promise<readonly RunRecord[]>;
  /** `<day of start> <status> <attempt>` of every record. */
  statuses(syncId?: string): Promise<readonly string[]>;
  /** `<key> <watermark>` of every row of the sync's table that is not deleted, sorted. */
  rows(table?: string): Promise<readonly string[]>;
  /** What `rows` should be when everything up to `end` was delivered. */
  expectedRows(end: string): readonly string[];
  /** Subjects of all commits, oldest first. */
  subjects(): readonly string[];
  putOrder(order: Order, syncId?: string): Promise<void>;
  /** Bytes of the SQLite file's place, for tests that remove it. */
  readonly folder: string;
}

export interface WorldOptions {
  readonly now?: string;
  readonly destination?: "sqlite" | "files";
  readonly syncs?: readonly SyncSpec[];
  readonly source?: Partial<SourceSpec>;
  readonly sources?: ProjectSpec["sources"];
  readonly project?: Partial<ProjectSpec>;
  readonly items?: readonly Row[];
  /** How long one answer of the API takes, in ms. */
  readonly latencyMs?: number | ((request: SourceRequest) => number);
}

/** A sync of the world's API with a daily grid from 1 November 2026, two items a page. */
export function worldSync(overrides: Partial<SyncSpec> = {}): SyncSpec {
  const plain = syncOf();
  return apiSync(
    { from: "{{window.start}}", to: "{{window.end}}", token: "{{page.token}}" },
    {
      readingOrder: { by: "watermark", dir: "asc", thenKey: true, compare: "bytes" },
      window: { ...plain.window, start: at("2026-11-01"), lookbackMicros: 0 },
      ...overrides,
      pages: { type: "token", size: 2, next: { in: "body", pointer: ["next"] } },
    },
  );
}

/** Five items a day at noon and after, with keys that tell the day. */
export function itemsOf(days: readonly string[], perDay = 5): readonly Row[] {
  return days.flatMap((day) =>
    Array.from({ length: perDay }, (_, nth) => ({
      id: `${day}-${nth}`,
      updatedAt: at(`${day}T12:00:${String(nth).padStart(2, "0")}Z`),
    })),
  );
}

/** Dates from one day of November 2026 to another, both named by number. */
export function november(from: number, to: number): readonly string[] {
  return Array.from(
    { length: to - from + 1 },
    (_, nth) => `2026-11-${String(from + nth).padStart(2, "0")}`,
  );
}

/** Puts records into the ledger as earlier runs would have left them. */
export function put(world: World, ...records: readonly RunRecord[]): void {
  const ledger = openLedger(memoryStore(world.branch), { path: "ledger", digest: systemDigest() });
  const changes = records.map((record) => ({ kind: "put_record" as const, record }));
  const files = ledger.filesOf(changes).map(({ path, content }) => [path, content] as const);
  world.branch.edit(Object.fromEntries(files));
}

const never = new Promise<never>(() => {});

export function createWorld(setup: WorldOptions = {}): World {
  const clock = createFakeClock({ wall: at(setup.now ?? "2026-11-04T06:00:00Z") / 1000 });
  const branch = memoryBranch();
  const folder = mkdtempSync(join(tmpdir(), "tidemark-world-"));
  const open: { close(): Promise<void> }[] = [];
  const digest = systemDigest();
  onTestFinished(async () => {
    for (const one of open) await one.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const store = memoryStore(branch, () => clock.wall());
  const reader = openLedger(store, { path: "ledger", digest });
  const latency = setup.latencyMs ?? 20;
  const latencyMs = typeof latency === "number" ? () => latency : latency;
  let processes = 0;

  const world: World = {
    clock,
    branch,
    folder,
    items: [...(setup.items ?? itemsOf(november(1, 28)))],
    answer: undefined,
    sent: [],
    said: [],
    rescued: [],
    project: projectFor(setup),
    begin: (process = {}) => begin(process).ended,
    run: (process = {}) => clock.run(begin(process).ended),
    runOrCrash: (process) => {
      const { ended, crashed } = begin(process);
      return clock.run(Promise.race([ended, crashed]));
    },
    input: (process = {}) => inputOf(process, newProcess()),
    ledger: async (syncId = "contacts") => (await reader.read(branch.tip)).syncs.get(syncId),
    records: async (syncId) => (await world.ledger(syncId))?.records ?? [],
    statuses: async (syncId) =>
      (await world.records(syncId)).map(
        (record) => `${formatInstant(record.window.start)} ${record.status} ${record.attempt}`,
      ),
    rows: async (table = "contacts") =>
      kindOf(world.project) === "files" ? fileRows(branch, table) : databaseRows(folder, table),
    expectedRows: (end) =>
      world.items
        .filter((item) => item.updatedAt >= at("2026-11-01") && item.updatedAt < at(end))
        .map((item) => `${item.id} ${formatInstant(item.updatedAt)}`)
        .toSorted(),
    subjects: () => subjectsOf(branch),
    putOrder: async (order, syncId = "contacts") => {
      const change = { kind: "put_order" as const, syncId, order };
      const [file] = reader.filesOf([change]);
      branch.edit({ [file!.path]: file!.content });
    },
  };
  return world;

  interface Process {
    readonly nonce: number;
    isDead: boolean;
    readonly die: () => void;
    readonly crashed: Promise<"crashed">;
  }

  function newProcess(): Process {
    processes += 1;
    const { promise, resolve } = Promise.withResolvers<"crashed">();
    const process: Process = {
      nonce: processes,
      isDead: false,
      crashed: promise,
      die: () => {
        process.isDead = true;
        resolve("crashed");
      },
    };
    return process;
  }

  function begin(options: ProcessOptions): {
    readonly ended: Promise<RunReport>;
    readonly crashed: Promise<"crashed">;
  } {
    const process = newProcess();
    const request: RunRequest = {
      syncs: [],
      maxWindows: undefined,
      timeBudgetMs: undefined,
      reruns: undefined,
      isScheduled: false,
      ...options.request,
    };
    const ended = run({ ...inputOf(options, process), request });
    return { ended, crashed: process.crashed };
  }

  function inputOf(options: ProcessOptions, process: Process): CommandInput {
    return {
      project: world.project,
      cancel: options.cancel ?? new AbortController().signal,
      identity: {
        holder: options.holder ?? `local:${String(process.nonce).padStart(16, "0")}`,
        version: "0.1.0",
        configCommit: undefined,
        runUrl: undefined,
      },
      ports: portsOf(options, process),
    };
  }

  function portsOf(options: ProcessOptions, process: Process): Ports {
    const { watch } = options;
    // A process that is dead answers nothing and does nothing any more.
    const effect = async <Value>(
      about: Omit<Effect, "when">,
      work: () => Promise<Value>,
    ): Promise<Value> => {
      if (process.isDead) return never;
      for (const when of ["before", "after"] as const) {
        const value = when === "after" ? await work() : undefined;
        if (watch?.({ ...about, when }) === "crash") process.die();
        if (process.isDead) return never;
        if (when === "after") return value as Value;
      }
      return never;
    };
    const guarded = watchedStore(options.wrapStore?.(store) ?? store, options, { clock, effect });
    return {
      clock: {
        mono: () => clock.mono(),
        wall: () => clock.wall(),
        wake: async (until, stop) => {
          await clock.wake(until, stop);
          if (process.isDead) await never;
        },
      },
      random: seededRandom(process.nonce),
      digest,
      store: guarded,
      ledger: openLedger(guarded, { path: world.project.ledger.path, digest }),
      liveness: { of: () => Promise.resolve(options.liveness ?? "unknown") },
      outputFiles: {
        rescue: (changes) => {
          world.rescued.push(changes.map((change) => change.path));
          return Promise.resolve(".tidemark/rescue");
        },
      },
      progress: { report: (event) => void world.said.push(event) },
      openSource: () => watchedSource(world, { clock, latencyMs, effect }),
      openDestination: (spec) => {
        const made = destinationFor(spec, folder, digest);
        open.push(made);
        const wrapped = options.wrapDestination?.(made) ?? made;
        return watchedDestination(wrapped, effect);
      },
    };
  }
}

type Watched = <Value>(about: Omit<Effect, "when">, work: () => Promise<Value>) => Promise<Value>;

/** How long a commit takes, in ms: time goes on between any two steps of a run. */
const commitMs = 30;

function watchedStore(
  store: LedgerStore,
  options: ProcessOptions,
  of: { readonly clock: FakeClock; readonly effect: Watched },
): LedgerStore {
  let commits = 0;
  return {
    ...store,
    open: () => Promise.resolve(options.differing ?? []),
    claimHold: () => options.claimHold?.(),
    commit: (request) => {
      const subject = request.message.split("\n")[0] ?? "";
      const nth = commits;
      commits += 1;
      return of.effect({ port: "commit", about: subject }, async () => {
        await of.clock.wake(of.clock.mono() + commitMs);
        const commit = (): Promise<CommitAnswer> => store.commit(request);
        return await (options.onCommit?.(commit, { nth, subject }) ?? commit());
      });
    },
  };
}

function watchedSource(
  world: World,
  of: {
    readonly clock: FakeClock;
    readonly latencyMs: (request: SourceRequest) => number;
    readonly effect: Watched;
  },
): Source {
  return {
    send: (request, stop) =>
      of.effect({ port: "send", about: request.url }, async () => {
        world.sent.push(request);
        const answer = world.answer?.(request) ?? answerOf(heldNow(world), request);
        await of.clock.wake(of.clock.mono() + of.latencyMs(request), stop);
        return stop.aborted ? noResponse("aborted") : answer;
      }),
    close: () => Promise.resolve(),
  };
}

function watchedDestination(destination: Destination, effect: Watched): Destination {
  return {
    ...destination,
    prepare: (sync) => effect({ port: "prepare", about: sync.id }, () => destination.prepare(sync)),
    openWindow: (opening, tip) =>
      effect({ port: "open", about: opening.runId }, async () => {
        const writer = await destination.openWindow(opening, tip);
        return writer.ok
          ? { ...writer, value: watchedWriter(writer.value, opening.runId, effect) }
          : writer;
      }),
  };
}

function watchedWriter(writer: WindowWriter, about: string, effect: Watched): WindowWriter {
  return {
    write: (changes, describe) =>
      effect({ port: "write", about }, () => writer.write(changes, describe)),
    finish: (tip, describe) =>
      effect({ port: "finish", about }, () => writer.finish(tip, describe)),
    abandon: () => writer.abandon(),
  };
}

// An API knows nothing of tomorrow's records.
function heldNow(world: World): readonly Row[] {
  return world.items.filter((item) => item.updatedAt / 1000 <= world.clock.wall());
}

/** A page of the items with `from <= updatedAt < to`, sorted; tokens are offsets. */
function answerOf(items: readonly Row[], request: SourceRequest): Answer {
  const query = new URL(request.url).searchParams;
  const bound = (name: string): Instant => parseInstant(query.get(name) ?? "") ?? at("1970-01-01");
  const asked = items
    .filter((item) => item.updatedAt >= bound("from") && item.updatedAt < bound("to"))
    .toSorted((a, b) => a.updatedAt - b.updatedAt || (String(a.id) < String(b.id) ? -1 : 1));
  const first = Number(query.get("token") ?? 0);
  const page = asked.slice(first, first + 2);
  return respond({
    items: page.map((item) => ({ id: item.id, updatedAt: formatInstant(item.updatedAt) })),
    next: first + 2 < asked.length ? String(first + 2) : null,
  });
}

function projectFor(options: WorldOptions): ProjectSpec {
  const limits = limitsOf(options.source?.limits);
  const source = sourceOf({ baseUrl: "https://api.test/v1", ...options.source, limits });
  return projectOf({
    sources: options.sources ?? new Map([["crm", source]]),
    destinations: new Map([["local", destinationSpec(options.destination ?? "sqlite")]]),
    syncs: options.syncs ?? [worldSync()],
    ...options.project,
  });
}

function destinationSpec(kind: "sqlite" | "files"): DestinationSpec {
  return kind === "sqlite"
    ? { name: "local", type: "sqlite", path: "rows.db" }
    : {
        name: "local",
        type: "files",
        path: "data",
        format: "ndjson",
        buckets: 1,
        maxSizeBytes: 10_000_000,
      };
}

function destinationFor(
  spec: DestinationSpec,
  root: string,
  digest: ReturnType<typeof systemDigest>,
): Destination {
  return spec.type === "sqlite" ? openSqlite(spec, { root }) : openFiles(spec, { digest });
}

function kindOf(project: ProjectSpec): DestinationSpec["type"] {
  return project.destinations.get("local")?.type ?? "sqlite";
}

function databaseRows(folder: string, table: string): readonly string[] {
  const database = new DatabaseSync(join(folder, "rows.db"), { readOnly: true });
  try {
    const rows = database
      .prepare(
        `SELECT id, _tidemark_watermark AS at FROM "${table}" WHERE _tidemark_deleted_at IS NULL`,
      )
      .all();
    return rows.map((row) => `${String(row["id"])} ${String(row["at"])}`).toSorted();
  } finally {
    database.close();
  }
}

function fileRows(branch: MemoryBranch, table: string): readonly string[] {
  const file = branch.commits.get(branch.tip)?.files.get(`data/${table}.ndjson`);
  const text = file === undefined ? "" : new TextDecoder().decode(file.bytes);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map((row) => `${String(row["id"])} ${String(row["_tidemark_watermark"])}`)
    .toSorted();
}

function subjectsOf(branch: MemoryBranch): readonly string[] {
  const subjects: string[] = [];
  for (let tip: typeof branch.tip | undefined = branch.tip; tip !== undefined;) {
    const commit = branch.commits.get(tip);
    if (commit?.parent !== undefined) subjects.push(commit.message.split("\n")[0] ?? "");
    tip = commit?.parent;
  }
  return subjects.toReversed();
}
