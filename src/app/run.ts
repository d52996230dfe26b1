// One run: plan, claim, fetch, upsert, settle, commit, window after window, until nothing is due or the budget ends.
// The loop below is all there is; a turn plans, claims and settles in one commit, runWindow fetches and upserts.

import { Cancelled, ConfigError, LedgerError } from "../core/failure/errors.ts";
import type { RunReport } from "../core/report/run-report.ts";
import type { CommandInput } from "./commands/open-command.ts";
import { startDeadline } from "./deadline.ts";
import { expireWindows } from "./expire.ts";
import { type Flights, openFlights } from "./flights.ts";
import { foldOld } from "./fold-old.ts";
import { recoverDead } from "./recover.ts";
import {
  destinationOf,
  note,
  nowOf,
  recordIdentityOf,
  type RunContext,
  type RunRequest,
} from "./run-context.ts";
import { reportRun } from "./run-report.ts";
import type { AttemptEnd } from "./run-window.ts";
import { commitDraft, type Draft, orThrow } from "./steps/commit.ts";
import { readStates, usableSyncs } from "./steps/plan.ts";
import { buildTurn, noteTurn, type Turn } from "./turn.ts";

/** What a run needs from outside. */
interface RunInput extends CommandInput {
  readonly request: RunRequest;
}

/** Runs. Throws LedgerError when the ledger cannot be written, Cancelled after a signal; both leave it consistent. */
export async function run(input: RunInput): Promise<RunReport> {
  const ctx = await openRun(input);
  try {
    if (mayWork(ctx)) await work(ctx);
    if (input.cancel.aborted) throw new Cancelled("cancelled by a signal; run again to go on");
    return await reportRun(ctx);
  } finally {
    await closeRun(ctx);
  }
}

// G18: a run of an old commit would serve a configuration that has been replaced. A schedule may well be late for it; one
// that uses another configuration than its commit has is set up wrong, and would be so every night.
function mayWork(ctx: RunContext): boolean {
  const hold = ctx.ports.store.claimHold();
  if (hold === undefined || hold.kind === "limited") return true;
  if (hold.kind === "foreign" || !ctx.request.isScheduled) throw new ConfigError([hold.message]);
  note(ctx, hold.message);
  return false;
}

async function work(ctx: RunContext): Promise<void> {
  await tidyUp(ctx);
  await serveWindows(ctx);
  if (ctx.deadline.stop.aborted) return;
  try {
    await foldOld(ctx, ctx.project, { dryRun: false, stopped: ctx.progress.stopped });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    // What the run was for is committed; the next one folds.
    note(ctx, `old records were not folded: ${error.message}`);
  }
}

async function serveWindows(ctx: RunContext): Promise<void> {
  const flights = openFlights(ctx);
  try {
    let turn = await takeTurn(ctx, flights);
    for (;;) {
      for (const record of turn?.next ?? []) flights.start(record);
      if (ctx.progress.flying.length === 0) return;
      turn = await takeTurn(ctx, flights);
    }
  } catch (error) {
    // Nobody will settle what is still in flight: it stops sending before the error is told.
    ctx.deadline.close();
    await flights.over();
    throw error;
  }
}

// Settles what has landed, if anything flies, and starts what is next.
async function takeTurn(ctx: RunContext, flights: Flights): Promise<Turn | undefined> {
  const turns = new Map<Draft, Turn>();
  const ended: AttemptEnd[] = [];
  const land = async (): Promise<void> => {
    if (ctx.progress.flying.length > 0) ended.push(...(await flights.landed()));
  };
  await land();
  const end = await commitDraft(ctx, async (snapshot) => {
    let built = await buildTurn(ctx, ended, snapshot);
    if (ctx.deadline.stop.aborted && ctx.progress.flying.length > 0) {
      // Asked to stop meanwhile: what still flew is settled by the same commit, for there may be no other (4.2).
      await land();
      built = await buildTurn(ctx, ended, snapshot);
    }
    if (built !== undefined) turns.set(built.draft, built);
    return built?.draft;
  });
  if (end.kind === "nothing") return undefined;
  if (end.kind === "refused") {
    if (ended.length === 0 || ctx.cancel.aborted) throw notWritten(ctx, end.message);
    // What else flies ends now, and what it has done is kept as well.
    ctx.deadline.close();
    await land();
    throw await rescue(ctx, end.message, await workOf(ctx, ended, end.draft));
  }
  const turn = turns.get(end.draft);
  if (turn !== undefined) noteTurn(ctx, turn);
  return turn;
}

// 4.6: the claim is the test of the permission to write; nothing was asked of a source before it.
function notWritten(ctx: RunContext, message: string): LedgerError | Cancelled {
  return ctx.cancel.aborted ? new Cancelled(message) : new LedgerError(message);
}

// What was read and not given back, on the tip that was read last; where that cannot be read, the draft as it was
// refused.
async function workOf(
  ctx: RunContext,
  ended: readonly AttemptEnd[],
  refused: Draft,
): Promise<Pick<Draft, "changes" | "files">> {
  try {
    const turn = await buildTurn(ctx, ended, ctx.snapshot);
    const done = turn?.settled.filter(({ record }) => record.status !== "pending") ?? [];
    if (turn === undefined || done.length === 0) return refused;
    return { changes: done.flatMap(({ changes }) => changes), files: turn.draft.files };
  } catch (error) {
    if (error instanceof LedgerError) return refused;
    throw error;
  }
}

async function rescue(
  ctx: RunContext,
  message: string,
  kept: Pick<Draft, "changes" | "files">,
): Promise<LedgerError> {
  const files = [...ctx.ports.ledger.filesOf(kept.changes), ...kept.files];
  const folder = await ctx.ports.outputFiles.rescue(files);
  // On a line of its own: the text of the remote before it may fill what is shown of one line.
  return new LedgerError(`${message}\nthe records are kept in ${folder}, under their own paths`);
}

async function openRun(input: RunInput): Promise<RunContext> {
  const { project, request, identity, ports, cancel } = input;
  const opening = { project, ports, destinations: new Map() };
  const budgetMs = request.timeBudgetMs ?? project.timeBudgetMs;
  const deadline = startDeadline(budgetMs, ports.clock, cancel);
  try {
    return await fillContext({ ...opening, identity, request, deadline, cancel });
  } catch (error) {
    // Its timer would keep the process alive for the whole budget.
    deadline.close();
    throw error;
  }
}

async function fillContext(
  opening: Pick<
    RunContext,
    "project" | "ports" | "destinations" | "identity" | "request" | "deadline" | "cancel"
  >,
): Promise<RunContext> {
  const { ledger, store } = opening.ports;
  const startedAt = nowOf(opening);
  const stopped = await findDiffering(opening);
  return {
    ...opening,
    startedAt,
    sessions: new Map(),
    progress: {
      claimed: new Map(),
      attempted: new Set(),
      stopped,
      checked: new Set(),
      accepting: new Set(),
      committedAt: new Map(),
      queue: [],
      flying: [],
      settled: [],
      faults: [],
      notes: [],
    },
    snapshot: await ledger.read(await store.tip()),
    lastCommit: undefined,
    commitUntil: opening.deadline.endsAt,
  };
}

// Contract 7: files of a checked-out branch that a person changed stop their sync before its claim, by name.
async function findDiffering(
  opening: Pick<RunContext, "project" | "ports" | "destinations">,
): Promise<Map<string, string>> {
  const { ledger, syncs } = opening.project;
  const data = syncs.map(
    (sync) => [sync.id, destinationOf(opening, sync).dataPaths(sync)] as const,
  );
  const guarded = [ledger.path, ...data.flatMap(([, paths]) => paths)];
  const differing = await opening.ports.store.open(guarded);
  const stopped = new Map<string, string>();
  for (const [id, paths] of data) {
    const own = differing.filter(
      (path) => path.startsWith(`${ledger.path}/${id}/`) || paths.includes(path),
    );
    if (own.length > 0) stopped.set(id, differingMessage(own));
  }
  return stopped;
}

function differingMessage(paths: readonly string[]): string {
  const names = paths.slice(0, 5).join(", ");
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return `${names}${more}: expected the file as committed, found it changed in index or work tree; commit it or restore it`;
}

// What dead runs and retention left to do, in one commit, before anything is planned.
async function tidyUp(ctx: RunContext): Promise<void> {
  const end = await commitDraft(ctx, async (snapshot) => {
    const syncs = usableSyncs(ctx, snapshot);
    const recovered = await recoverDead(ctx, syncs, snapshot);
    const after = await ctx.ports.ledger.apply(snapshot, recovered?.changes ?? [], snapshot.tip);
    const states = await readStates(ctx, after, syncs, []);
    const expired = states.map((state) =>
      expireWindows(state, recordIdentityOf(ctx, state.spec), ctx.startedAt),
    );
    const drafts = [...(recovered === undefined ? [] : [recovered]), ...expired];
    const changes = drafts.flatMap((draft) => draft.changes);
    if (changes.length === 0) return undefined;
    return { changes, files: [], events: drafts.flatMap((draft) => draft.events) };
  });
  orThrow(end);
}

async function closeRun(ctx: RunContext): Promise<void> {
  ctx.deadline.close();
  const parts = [
    ...[...ctx.sessions.values()].map(({ source }) => source),
    ...ctx.destinations.values(),
  ];
  await Promise.all(parts.map((part) => part.close()));
}
