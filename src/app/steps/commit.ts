// 6 COMMIT: every change of the ledger is a compare-and-swap on the tip that was read (L6). The caller hands in a way
// to build the commit from a snapshot, not the commit: after a lost race the snapshot is read anew and the commit is
// built, and planned, again. Nothing is ever merged or rebased. The one owner of lost races and unknown answers.

import { LedgerError } from "../../core/failure/errors.ts";
import { commitDigest, commitMessage, type LedgerEvent } from "../../core/record/commit-message.ts";
import type { FileChange, Tip } from "../../ports/ledger-store.ts";
import type { LedgerChange, LedgerSnapshot } from "../../ports/ledger.ts";
import type { Committing } from "../run-context.ts";

/** One commit to be made on a snapshot. */
export interface Draft {
  readonly changes: readonly LedgerChange[];
  /** Files besides records and orders: rows of a `files` destination, folded months. */
  readonly files: readonly FileChange[];
  readonly events: readonly LedgerEvent[];
}

/** How it ended. `nothing`: the builder had nothing to write on the newest snapshot. */
export type CommitEnd =
  | { readonly kind: "committed" }
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly message: string; readonly draft: Draft };

/** Lost races and unknown answers in a row that one commit survives. */
const racesMax = 50;

/** The longest wait after a lost race; each is `random x min(this, 50 ms x 2^n)`. */
const backoffMaxMs = 3000;

/** Builds and commits until the commit is accepted, refused, or there is nothing to write. */
export async function commitDraft(
  ctx: Committing,
  build: (snapshot: LedgerSnapshot) => Promise<Draft | undefined>,
): Promise<CommitEnd> {
  const { store, ledger } = ctx.ports;
  let last: Draft | undefined;
  for (let race = 0; race < racesMax; race += 1) {
    const { snapshot } = ctx;
    const draft = await build(snapshot);
    if (draft === undefined) return { kind: "nothing" };
    last = draft;
    const files = [...ledger.filesOf(draft.changes), ...draft.files];
    const digest = commitDigest(
      files.map(({ path, content }) => ({
        path,
        blobId: content === undefined ? undefined : store.blobId(content),
      })),
      (text) => ctx.ports.digest.sha256(text),
    );
    const message = commitMessage({ events: draft.events, holder: ctx.identity.holder, digest });
    const answer = await store.commit(snapshot.tip, message, files);
    if (answer.kind === "refused")
      return { kind: "refused", message: `${answer.message}; ${answer.remedy}`, draft };
    const own = answer.kind === "committed" ? answer.tip : undefined;
    const tip = own ?? (await findOwn(ctx, snapshot.tip, answer.kind, digest));
    if (tip !== undefined) {
      ctx.lastCommit = tip;
      ctx.snapshot = await snapshotAfter(ctx, draft, tip, own !== undefined);
      ctx.ports.progress.report({ kind: "committed", tip, subject: message.split("\n")[0] ?? "" });
      return { kind: "committed" };
    }
    await pause(ctx, race);
    ctx.snapshot = await ledger.read(await store.tip());
  }
  return {
    kind: "refused",
    message: `the ledger branch moved ${racesMax} times while one commit was being made; run again when it is quieter`,
    draft: last ?? { changes: [], files: [], events: [] },
  };
}

// After an unknown answer our own commit is looked for by holder and digest, so that it is never made twice.
async function findOwn(
  ctx: Committing,
  since: Tip,
  kind: "committed" | "conflict" | "unknown",
  digest: string,
): Promise<Tip | undefined> {
  if (kind !== "unknown") return undefined;
  const { store } = ctx.ports;
  const tip = await store.tip();
  if (tip === since) return undefined;
  const commits = await store.history(tip, { paths: [], since, limit: 1000 });
  const own = commits.find(
    (commit) =>
      hasTrailer(commit.trailers, "Tidemark-Holder", ctx.identity.holder) &&
      hasTrailer(commit.trailers, "Tidemark-Digest", digest),
  );
  return own === undefined ? undefined : tip;
}

function hasTrailer(
  trailers: readonly (readonly [name: string, value: string])[],
  name: string,
  value: string,
): boolean {
  return trailers.some(([found, text]) => found === name && text === value);
}

// Commits of one run are chained on the returned tip. A commit found after an unknown answer may have others on top,
// and folded months are no records: then the ledger is read again.
async function snapshotAfter(
  ctx: Committing,
  draft: Draft,
  tip: Tip,
  isOwnTip: boolean,
): Promise<LedgerSnapshot> {
  const { ledger } = ctx.ports;
  const isPlain = isOwnTip && draft.files.length === 0;
  return isPlain ? await ledger.apply(ctx.snapshot, draft.changes, tip) : await ledger.read(tip);
}

async function pause(ctx: Committing, race: number): Promise<void> {
  const { clock, random } = ctx.ports;
  const until = clock.mono() + random.next() * Math.min(backoffMaxMs, 50 * 2 ** race);
  while (clock.mono() < until) await clock.wake(until);
}

/** For callers that cannot go on without the commit: a refusal becomes a LedgerError (exit 3). */
export function orThrow(end: CommitEnd): void {
  if (end.kind === "refused") throw new LedgerError(end.message);
}
