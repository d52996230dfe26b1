// Why GitHub would not move a branch or open its pull request, and what to do about it (github.md section 11). Serves
// the commit step. Pure; words of GitHub are looked at only where it gives no code (its tables name them).

import type { Published } from "../../core/report/published.ts";
import type { GithubError } from "./client.ts";

/** What became of a branch that is there and whose pull request GitHub refused: a warning, never more (G21). */
export function refusedPull(
  wrong: Pick<GithubError, "kind" | "message"> | undefined,
  place: { readonly repositoryUrl: string; readonly base: string; readonly head: string },
): Published {
  const { repositoryUrl, base, head } = place;
  const url = compareUrl(repositoryUrl, base, head);
  const remedy = wrong === undefined ? undefined : pullRemedy(wrong);
  const warning = `pull request of ${head}: expected to be opened, found that GitHub refused it${wrong === undefined ? "" : `: ${inSentence(wrong.message)}`}; nothing is lost, the branch is there: ${remedy === undefined ? "" : `${remedy}, or `}open it by hand: ${url}`;
  return { kind: "refused", url, warning };
}

function pullRemedy(wrong: Pick<GithubError, "kind" | "message">): string | undefined {
  if (isPullSetting(wrong)) {
    return 'turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, of the repository or its organization';
  }
  return wrong.kind === "forbidden"
    ? "give the job the permission `pull-requests: write`"
    : undefined;
}

/**
 * The setting that keeps Actions from opening pull requests, off by default, whatever the permissions are. As the
 * first error it also tells that the branch, which comes first, has been moved.
 */
export function isPullSetting({ message }: Pick<GithubError, "message">): boolean {
  return /not permitted to create or approve pull requests/i.test(message);
}

/** Whether asking once more can help: not where GitHub said no to who asks, or that enough was asked. */
export function isFinal(error: GithubError): boolean {
  return (
    ["forbidden", "unauthorized", "limited"].includes(error.kind) ||
    isPullSetting(error) ||
    isAboutWorkflows(error)
  );
}

/** A branch that brings changed workflow files along may need a permission that the token lacks (section 11). */
export function isAboutWorkflows({ message }: Pick<GithubError, "message">): boolean {
  return /\bworkflows?\b.*\bpermission|\.github\/workflows/i.test(message);
}

/** GitHub's words as part of a sentence of ours. */
export function inSentence(message: string): string {
  return message.replace(/[.\s]+$/, "");
}

/** The page on which a person opens the pull request. */
function compareUrl(repositoryUrl: string, base: string, head: string): string {
  return `${repositoryUrl}/compare/${urlPath(base)}...${urlPath(head)}?expand=1`;
}

function urlPath(branch: string): string {
  return branch.split("/").map(encodeURIComponent).join("/");
}
