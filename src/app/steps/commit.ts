// 6 COMMIT: every change of the ledger is a compare-and-swap on the tip that was read (L6). The caller hands in a way
// to build the commit from a snapshot, not the commit: after a lost race the snapshot is read anew and the commit is
// built, and planned, again. Nothing is ever merged or rebased. The one owner of lost races and unknown answers.

import { LedgerError } from "../../core/failure/errors.ts";
import { commitDigest, commitMessage, type LedgerEvent } from "../../core/record/commit-message.ts";
import type {
  CommitAnswer,
  CommitRequest,
  FileChange,
  LedgerStore,
  Tip,
} from "../../ports/ledger-store.ts";
import type { LedgerChange, LedgerSnapshot } from "../../ports/ledger.ts";
import type { Committing } from "../run-context.ts";

/** One commit to be made on a snapshot. */
export interface Draft {
  readonly changes: readonly LedgerChange[];
  /** Files besides records and orders: rows of a `files` destination, folded months. */
  readonly files: readonly FileChange[];
  readonly events: readonly LedgerEvent[];
}

/**
 * How it ended. `nothing`: the builder had nothing to write on the newest snapshot. `committed` names the draft that
 * landed, which after an unknown answer may be an earlier one than the last that was built.
 */
export type CommitEnd =
  | { readonly kind: "committed"; readonly draft: Draft }
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly message: string; readonly draft: Draft };

/** Lost races and unknown answers in a row that one commit survives; its time mostly ends before (G13). */
const racesMax = 10_000;

/** The longest wait after a lost race; each is `random x min(this, 50 ms x 2^n)`. */
const backoffMaxMs = 3000;

/** Builds and commits until the commit is accepted, refused, or there is nothing to write. */
export async function commitDraft(
  ctx: Committing,
  build: (snapshot: LedgerSnapshot) => Promise<Draft | undefined>,
): Promise<CommitEnd> {
  const { store, ledger } = ctx.ports;
  let last: Draft | undefined;
  const unsure: Sent[] = [];
  for (let race = 0; race < racesMax; race += 1) {
    const { snapshot } = ctx;
    const late = await findLanded(ctx, unsure);
    if (late !== undefined) return note(ctx, late, snapshot.tip);
    let draft: Draft | undefined;
    try {
      draft = await build(snapshot);
    } catch (error) {
      // Rows that cannot land on the new tip: what was built for the one before is kept (contract 4.6).
      if (error instanceof LedgerError && last !== undefined)
        return { kind: "refused", message: error.message, draft: last };
      throw error;
    }
    if (draft === undefined) return { kind: "nothing" };
    last = draft;
    const files = [...ledger.filesOf(draft.changes), ...draft.files];
    const digest = digestOf(ctx.ports, files);
    const message = commitMessage({ events: draft.events, holder: ctx.identity.holder, digest });
    const sent = { since: snapshot.tip, draft, digest, subject: message.split("\n")[0] ?? "" };
    const request = { expected: snapshot.tip, message, changes: files, until: ctx.commitUntil };
    const answer = await answerTo(store, request);
    // The remedy has a line of its own: the words of the remote may fill what is shown of one line.
    if (answer.kind === "refused")
      return { kind: "refused", message: `${answer.message}\nremedy: ${answer.remedy}`, draft };
    if (answer.kind === "committed") {
      ctx.snapshot = await snapshotAfter(ctx, draft, answer.tip);
      return note(ctx, sent, answer.tip);
    }
    if (answer.kind === "unknown") unsure.push(sent);
    const over = whyOver(ctx);
    if (over !== undefined) return { kind: "refused", message: over, draft };
    await pause(ctx, race);
    try {
      ctx.snapshot = await ledger.read(await store.tip());
    } catch (error) {
      // The work of the draft is done and must not be lost with the connection (contract 4.6).
      if (error instanceof LedgerError) return { kind: "refused", message: error.message, draft };
      throw error;
    }
  }
  return {
    kind: "refused",
    message: `the ledger branch moved ${racesMax} times while one commit was being made; run again when it is quieter`,
    draft: last ?? { changes: [], files: [], events: [] },
  };
}

// A store that cannot even tell what became of a commit: it may have landed.
async function answerTo(store: LedgerStore, request: CommitRequest): Promise<CommitAnswer> {
  try {
    return await store.commit(request);
  } catch (error) {
    if (error instanceof LedgerError) return { kind: "unknown", message: error.message };
    throw error;
  }
}

/** `Tidemark-Digest` of these changes (G10). */
export function digestOf(
  { store, digest }: Pick<Committing["ports"], "store" | "digest">,
  files: readonly FileChange[],
): string {
  return commitDigest(
    files.map(({ path, content }) => ({
      path,
      blobId: content === undefined ? undefined : store.blobId(content),
    })),
    (text) => digest.sha256(text),
  );
}

/** A commit that was sent. */
interface Sent {
  readonly since: Tip;
  readonly draft: Draft;
  readonly digest: string;
  readonly subject: string;
}

function note(ctx: Committing, sent: Sent, tip: Tip): CommitEnd {
  ctx.lastCommit = tip;
  ctx.ports.progress.report({ kind: "committed", tip, subject: sent.subject });
  return { kind: "committed", draft: sent.draft };
}

// After an unknown answer our own commit is looked for by holder and digest, so that it is never made twice; it may
// land as late as when it is made again, which is then a lost race against ourselves.
async function findLanded(ctx: Committing, unsure: readonly Sent[]): Promise<Sent | undefined> {
  const { tip } = ctx.snapshot;
  for (const sent of unsure) {
    if (tip === sent.since) continue;
    const options = { paths: [], since: sent.since, limit: 1000 };
    const commits = await ctx.ports.store.history(tip, options);
    const isThere = commits.some(
      ({ trailers }) =>
        hasTrailer(trailers, "Tidemark-Holder", ctx.identity.holder) &&
        hasTrailer(trailers, "Tidemark-Digest", sent.digest),
    );
    if (isThere) return sent;
  }
  return undefined;
}

function hasTrailer(
  trailers: readonly (readonly [name: string, value: string])[],
  name: string,
  value: string,
): boolean {
  return trailers.some(([found, text]) => found === name && text === value);
}

// G13: bounded by time, and while a run is being cancelled there is one attempt (4.2).
function whyOver({ ports, cancel, commitUntil }: Committing): string | undefined {
  if (cancel.aborted)
    return "the run was cancelled while its last commit met another one; the next run recovers what is left";
  if (ports.clock.mono() < commitUntil) return undefined;
  return "the ledger branch kept moving until the time for the last commit was used up; run again when it is quieter";
}

// Commits of one run are chained on the returned tip. Folded months are no records: then the ledger is read again.
async function snapshotAfter(ctx: Committing, draft: Draft, tip: Tip): Promise<LedgerSnapshot> {
  const { ledger } = ctx.ports;
  return draft.files.length === 0
    ? await ledger.apply(ctx.snapshot, draft.changes, tip)
    : await ledger.read(tip);
}

async function pause({ ports, cancel }: Committing, race: number): Promise<void> {
  const { clock, random } = ports;
  const until = clock.mono() + random.next() * Math.min(backoffMaxMs, 50 * 2 ** race);
  while (clock.mono() < until && !cancel.aborted) await clock.wake(until, cancel);
}

/** For callers that cannot go on without the commit: a refusal becomes a LedgerError (exit 3). */
export function orThrow(end: CommitEnd): void {
  if (end.kind === "refused") throw new LedgerError(end.message);
}
