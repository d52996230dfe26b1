// The ledger branch as a run has met it: its tip, the tips before it, and whether a reading is older than what is known
// (a replica that lags, section 8, step 3). Never makes a commit.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Tip } from "../../ports/ledger-store.ts";
import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import { readError, readPatienceMs } from "./read-error.ts";
import { goneRefusal } from "./refusal.ts";
import type { Snapshots } from "./snapshots.ts";
import { readTip, type TipAnswer, type TipSubject } from "./tip-query.ts";
import { type Waiting, waitNth } from "./waiting.ts";

export interface BranchOptions extends Waiting {
  readonly client: GithubClient;
  readonly snapshots: Snapshots;
  readonly subject: Omit<TipSubject, "withRecent">;
}

export interface LedgerBranch {
  /** For the port: what a commit has just read serves once without a request. */
  tip(): Promise<Tip>;
  /** One reading, with the newest commits, without any wait for a lagging replica. */
  look(call: CallOptions): Promise<GithubAnswer<TipAnswer>>;
  /** Of the newest answer. */
  newest(): Tip | undefined;
  /** Whether a tip was the branch's before the newest one. */
  isOlder(tip: string): boolean;
  /** The branch moved: by our commit, or `isForeign`, so that it has to be read before the next commit. */
  moved(to: Tip, isForeign: boolean): void;
  /** Whether this tip was met by a commit and never handed to anybody. */
  isUnread(tip: Tip): boolean;
  /** Whether the branch was missing at the last reading; then `tip` is that of the default branch. */
  isMissing(): boolean;
  /** Makes the branch at a commit; one that somebody else has made meanwhile is as good. */
  create(at: Tip, until: number): Promise<GithubAnswer<undefined>>;
  /** Paths of the configuration that moved away from the event's commit (G18). */
  movedPaths(): readonly string[];
}

export function openLedgerBranch(options: BranchOptions): LedgerBranch {
  const { client, snapshots, subject, clock } = options;
  const older = new Set<string>();
  let newest: Tip | undefined;
  let unread: Tip | undefined;
  let existed = false;
  let isMissing = false;
  let movedPaths: readonly string[] = [];

  async function read(asked: TipSubject, call: CallOptions): Promise<GithubAnswer<TipAnswer>> {
    const answer = await readTip(client, asked, snapshots.trees, call);
    if (!answer.ok) return answer;
    const { tip, root, known, moved } = answer.data;
    movedPaths = moved;
    if (tip !== undefined) snapshots.note(tip as Tip, known);
    if (tip !== undefined && root !== undefined) snapshots.noteRoot(tip as Tip, root);
    return answer;
  }

  async function readOrThrow(branch: string): Promise<TipAnswer> {
    const call = { until: clock.mono() + readPatienceMs, isRead: true };
    const answer = await read({ ...subject, branch, withRecent: false }, call);
    if (!answer.ok) throw readError(`branch ${branch}`, answer.error);
    return answer.data;
  }

  function accept(tip: Tip): Tip {
    // Somebody forced the branch back: what was newer is no measure any more.
    if (older.has(tip)) older.clear();
    if (newest !== undefined && newest !== tip) older.add(newest);
    newest = tip;
    return tip;
  }

  // A ledger that does not exist yet is read where its branch will begin; nothing is written for a reading (G14).
  async function acceptBase(base: TipAnswer["base"]): Promise<Tip> {
    const read = base === undefined ? undefined : (await readOrThrow(base.name)).tip;
    if (read === undefined)
      throw new LedgerError(
        `${client.owner}/${client.name} on GitHub: expected a default branch with a commit, found none; push one first`,
      );
    isMissing = true;
    return accept(read as Tip);
  }

  async function readNewest(): Promise<Tip> {
    const patience = clock.mono() + readPatienceMs;
    for (let lag = 0; ; lag += 1) {
      const { tip, base } = await readOrThrow(subject.branch);
      if (tip === undefined && !existed) return await acceptBase(base);
      const isLagging = tip === undefined || older.has(tip);
      if (isLagging && (await waitNth(options, lag, patience))) continue;
      if (tip === undefined) {
        const { message, remedy } = goneRefusal(subject.branch);
        throw new LedgerError(`${message}; ${remedy}`);
      }
      existed = true;
      isMissing = false;
      return accept(tip as Tip);
    }
  }

  return {
    tip: async () => {
      const known = unread;
      unread = undefined;
      return known ?? (await readNewest());
    },
    look: (call) => read({ ...subject, withRecent: true }, call),
    newest: () => newest,
    isOlder: (tip) => older.has(tip),
    moved: (to, isForeign) => {
      accept(to);
      existed = true;
      unread = isForeign ? to : undefined;
    },
    isUnread: (tip) => tip === unread,
    isMissing: () => isMissing,
    create: async (at, until) => {
      const parameters = { ref: `refs/heads/${subject.branch}`, sha: at };
      const call = { until, isRead: false };
      const answer = await client.rest("POST /repos/{owner}/{repo}/git/refs", parameters, call);
      if (!answer.ok && !/already exists/i.test(answer.error.message)) return answer;
      existed = true;
      isMissing = false;
      return { ok: true, data: undefined };
    },
    movedPaths: () => movedPaths,
  };
}
