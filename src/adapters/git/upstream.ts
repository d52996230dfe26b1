// The upstream of the ledger branch: where it is, its tip, and whether it took a commit. A commit counts when its push
// is accepted (contract 7, G37). It never touches the local branch.

import { setTimeout as sleep } from "node:timers/promises";

import { LedgerError } from "../../core/failure/errors.ts";
import type { CommitAnswer, Tip } from "../../ports/ledger-store.ts";
import { git, gitMaybe, gitOutput, quoteGit, timedOut } from "./git-command.ts";
import type { Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

export interface Upstream {
  readonly remote: string;
  /** The branch's full name there. */
  readonly ref: string;
  /** Where its tip is kept here. */
  readonly tracking: string;
}

const networkMs = 60_000;
/** A push or fetch that lost a race for a lock on either side is sent again a few times. */
const triesMax = 4;
const retryMs = 150;

/** The configured upstream of a branch; undefined without one, or when it is a branch of this repository. */
export async function upstreamOf(
  repository: Repository,
  ref: string,
): Promise<Upstream | undefined> {
  const branch = ref.replace("refs/heads/", "");
  const get = (key: string): Promise<string | undefined> =>
    gitMaybe(repository.folder, ["config", "--get", `branch.${branch}.${key}`]);
  const [remote, merge] = [await get("remote"), await get("merge")];
  if (!remote || !merge || remote === ".") return undefined;
  const format = "--format=%(upstream)";
  const tracking = await gitOutput(repository.folder, ["for-each-ref", format, ref]);
  const name = tracking.toString("utf8").trim();
  return { remote, ref: merge, tracking: name === "" ? `refs/tidemark/${branch}` : name };
}

/** Fetches the upstream's tip; undefined when it has no such branch yet. LedgerError when it does not answer. */
export async function fetchTip(
  repository: Repository,
  upstream: Upstream,
): Promise<string | undefined> {
  const refspec = `+${upstream.ref}:${upstream.tracking}`;
  const options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
  for (let tries = 1; ; tries += 1) {
    const args = ["fetch", ...options, "--", upstream.remote, refspec];
    const answer = await git(repository.folder, args, { timeoutMs: networkMs });
    if (answer.code === 0)
      return gitMaybe(repository.folder, [
        "rev-parse",
        "--verify",
        `${upstream.tracking}^{commit}`,
      ]);
    const there = await remoteTip(repository, upstream);
    if (there === unbornTip) return undefined;
    if (tries === triesMax || there === undefined)
      throw new LedgerError(
        `ledger upstream: expected ${upstream.remote} to answer a fetch of ${upstream.ref}, found exit code ` +
          `${answer.code} (${quoteGit(answer.stderr)}); check the network and the access to it`,
      );
    await sleep(retryMs * tries);
  }
}

/** Pushes a commit on the tip that the upstream had, `unbornTip` for none, and finds out what became of it. */
export async function pushCommit(
  repository: Repository,
  upstream: Upstream,
  expected: string,
  commit: Tip,
): Promise<CommitAnswer> {
  // The lease makes it a compare-and-swap: without it a branch that was forced back would be brought forward again.
  const lease = `--force-with-lease=${upstream.ref}:${expected === unbornTip ? "" : expected}`;
  const args = ["push", "--porcelain", "--no-verify", "--no-follow-tags", lease, "--"];
  for (let tries = 1; ; tries += 1) {
    const answer = await git(
      repository.folder,
      [...args, upstream.remote, `${commit}:${upstream.ref}`],
      { timeoutMs: networkMs },
    );
    if (answer.code === 0) return { kind: "committed", tip: commit };
    const flags = answer.stdout.toString("utf8").split("\n");
    // The first kind is git's own comparison, the second the server's; a server also says so of a lock it lost.
    const rejected = flags.some((line) => line.startsWith("!") && !line.includes("[remote "));
    if (rejected) return { kind: "conflict" };
    const there = await remoteTip(repository, upstream);
    if (there === undefined)
      return { kind: "unknown", message: `push to ${upstream.remote}: ${said(answer)}` };
    if (there === commit) return { kind: "committed", tip: commit };
    if (there !== expected) return landedBelow(repository, upstream, commit);
    if (tries === triesMax) return refused(upstream, said(answer));
    await sleep(retryMs * tries);
  }
}

/** The upstream's tip without fetching it: unborn without such a branch, undefined when it does not answer. */
async function remoteTip(repository: Repository, upstream: Upstream): Promise<string | undefined> {
  const answer = await git(
    repository.folder,
    ["ls-remote", "--exit-code", "--", upstream.remote, upstream.ref],
    { timeoutMs: networkMs },
  );
  if (answer.code === 2) return unbornTip;
  return answer.code === 0 ? answer.stdout.toString("utf8").split("\t")[0] : undefined;
}

async function landedBelow(
  repository: Repository,
  upstream: Upstream,
  commit: Tip,
): Promise<CommitAnswer> {
  const tip = await fetchTip(repository, upstream);
  if (tip === undefined) return { kind: "conflict" };
  const args = ["merge-base", "--is-ancestor", commit, tip];
  const landed = (await git(repository.folder, args)).code === 0;
  return landed ? { kind: "committed", tip: commit } : { kind: "conflict" };
}

function refused(upstream: Upstream, words: string): CommitAnswer {
  return {
    kind: "refused",
    message: `push to ${upstream.ref} of ${upstream.remote}: expected it to be accepted, found a refusal (${words})`,
    remedy:
      "allow direct pushes to this branch for your account, or keep the ledger on another branch with --ledger-branch",
  };
}

function said(answer: { readonly code: number; readonly stdout: Buffer; readonly stderr: string }) {
  if (answer.code === timedOut) return `no answer within ${networkMs / 1000} s`;
  const verdict = answer.stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.split("\t")[2] ?? "");
  const remote = answer.stderr.split("\n").filter((line) => line.startsWith("remote:"));
  return quoteGit(
    [...verdict, ...(remote.length > 0 ? remote : answer.stderr.split("\n"))].join("\n"),
  );
}
