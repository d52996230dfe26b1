// The ledger branch as a run has met it: its tip, the tips before it, and whether a reading is older than what is known
// (a replica that lags, section 8, step 3). Never makes a commit.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Tip } from "../../ports/ledger-store.ts";
import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";
import { goneRefusal } from "./refusal.ts";
import type { Snapshots } from "./snapshots.ts";
import { readTip, type TipAnswer, type TipSubject } from "./tip-query.ts";
import { type Waiting, waitNth } from "./waiting.ts";

export interface BranchOptions extends Waiting {
  readonly client: GithubClient;
  readonly snapshots: Snapshots;
  readonly patience: Patience;
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
  /** Time has passed since a commit met the tip: it does not serve any more, the next one is read. */
  outdated(): void;
  /** Whether the branch was missing at the last reading; then `tip` is that of the default branch. */
  isMissing(): boolean;
  /** Makes the branch at a commit; one that somebody else has made meanwhile is as good. */
  create(at: Tip, until: number): Promise<GithubAnswer<undefined>>;
  /** How the configuration differs from that of the event's commit (G18). */
  config(): Pick<TipAnswer, "moved" | "foreign">;
}

export function openLedgerBranch(options: BranchOptions): LedgerBranch {
  const { subject } = options;
  const met: Met = {
    older: new Set(),
    newest: undefined,
    unread: undefined,
    isOutdated: false,
    existed: false,
    isMissing: false,
    config: { moved: [], foreign: [] },
  };
  return {
    tip: async () => {
      const known = met.isOutdated ? undefined : met.unread;
      met.unread = undefined;
      met.isOutdated = false;
      return known ?? (await readNewest(options, met));
    },
    look: (call) => read(options, met, { ...subject, withRecent: true }, call),
    newest: () => met.newest,
    isOlder: (tip) => met.older.has(tip),
    moved: (to, isForeign) => {
      accept(met, to);
      met.existed = true;
      met.unread = isForeign ? to : undefined;
      met.isOutdated = false;
    },
    isUnread: (tip) => tip === met.unread,
    outdated: () => {
      met.isOutdated = true;
    },
    isMissing: () => met.isMissing,
    create: (at, until) => create(options, met, at, until),
    config: () => met.config,
  };
}

/** What a run has met of the branch. */
interface Met {
  readonly older: Set<string>;
  newest: Tip | undefined;
  unread: Tip | undefined;
  isOutdated: boolean;
  existed: boolean;
  isMissing: boolean;
  config: Pick<TipAnswer, "moved" | "foreign">;
}

async function readNewest(options: BranchOptions, met: Met): Promise<Tip> {
  const { branch } = options.subject;
  const patience = options.patience.until();
  for (let lag = 0; ; lag += 1) {
    const { tip, base } = await readOrThrow(options, met, branch);
    if (tip === undefined && !met.existed) return await acceptBase(options, met, base);
    const isLagging = tip === undefined || met.older.has(tip);
    if (isLagging && (await waitNth(options, lag, patience))) continue;
    if (tip === undefined) {
      const { message, remedy } = goneRefusal(branch);
      throw new LedgerError(`${message}\nremedy: ${remedy}`);
    }
    met.existed = true;
    met.isMissing = false;
    return accept(met, tip as Tip);
  }
}

// A ledger that does not exist yet is read where its branch will begin; nothing is written for a reading (G14).
async function acceptBase(options: BranchOptions, met: Met, base: TipAnswer["base"]): Promise<Tip> {
  const tip = base === undefined ? undefined : (await readOrThrow(options, met, base.name)).tip;
  const { owner, name } = options.client;
  if (tip === undefined)
    throw new LedgerError(
      `${owner}/${name} on GitHub: expected a default branch with a commit, found none; push one first`,
    );
  met.isMissing = true;
  return accept(met, tip as Tip);
}

async function readOrThrow(options: BranchOptions, met: Met, branch: string): Promise<TipAnswer> {
  const call = { until: options.patience.until(), isRead: true };
  const subject = { ...options.subject, branch, withRecent: false };
  const answer = await read(options, met, subject, call);
  if (!answer.ok) throw readError(`branch ${branch}`, answer.error);
  return answer.data;
}

async function read(
  { client, snapshots }: BranchOptions,
  met: Met,
  subject: TipSubject,
  call: CallOptions,
): Promise<GithubAnswer<TipAnswer>> {
  const answer = await readTip(client, subject, snapshots.trees, call);
  if (!answer.ok) return answer;
  const { tip, root, known, moved, foreign } = answer.data;
  met.config = { moved, foreign };
  if (tip !== undefined) snapshots.note(tip as Tip, known);
  if (tip !== undefined && root !== undefined) snapshots.noteRoot(tip as Tip, root);
  return answer;
}

function accept(met: Met, tip: Tip): Tip {
  // Somebody forced the branch back: what was newer is no measure any more.
  if (met.older.has(tip)) met.older.clear();
  if (met.newest !== undefined && met.newest !== tip) met.older.add(met.newest);
  met.newest = tip;
  return tip;
}

async function create(
  { client, subject }: BranchOptions,
  met: Met,
  at: Tip,
  until: number,
): Promise<GithubAnswer<undefined>> {
  const parameters = { ref: `refs/heads/${subject.branch}`, sha: at };
  // May be sent again: what was made by a lost try answers that it exists.
  const call = { until, isRead: true };
  const answer = await client.rest("POST /repos/{owner}/{repo}/git/refs", parameters, call);
  if (!answer.ok && !/already exists/i.test(answer.error.message)) return answer;
  met.existed = true;
  met.isMissing = false;
  return { ok: true, data: undefined };
}
