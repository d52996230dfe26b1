// What a refused commit says (contract 4.6, G23): the rule's name, asked for only now (G14), and what to do about it in
// the order of section 10.

import { array, nullish, object, string } from "valibot";

import type { CommitAnswer } from "../../ports/ledger-store.ts";
import type { CallOptions, GithubClient, GithubError } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import { findingOf } from "./read-error.ts";

type Refused = Extract<CommitAnswer, { kind: "refused" }>;

const remedies =
  "keep the ledger on an unprotected branch (`ledger.branch`), or set `publish: pull_request`, or give the input " +
  "`token` the token of an App that may bypass the rule";

/** The answer to a commit that GitHub refuses for good. */
export async function refusalOf(
  client: GithubClient,
  branch: string,
  error: GithubError,
  call: Pick<CallOptions, "until">,
): Promise<Refused> {
  const refused = (found: string, remedy: string): Refused => ({
    kind: "refused",
    message: `ledger branch ${branch}: expected GitHub to take a commit, found ${found}`,
    remedy,
  });
  const words = findingOf(error);
  if (error.kind === "unauthorized")
    return refused(
      `that the token has expired or was revoked (${words})`,
      "run again with a new token; the token of an App lives one hour, so keep `time_budget` at 45 minutes or less with one",
    );
  if (error.kind === "limited")
    return refused(
      `no time for it (${words})`,
      "run again later, and less often where other workflows use up GitHub's limit",
    );
  if (error.kind === "missing" || /resource not accessible/i.test(error.message))
    return refused(
      `a token without the permission to write (${words})`,
      "give the workflow `permissions: contents: write`",
    );
  if (isProtection(error))
    return refused(`${await rulesOf(client, branch, error, call)} (${words})`, remedies);
  return refused(`a refusal (${words})`, `if a rule of the repository is behind it: ${remedies}`);
}

/** The answer to a commit on a branch that is gone. */
export function goneRefusal(branch: string): Refused {
  return {
    kind: "refused",
    message: `ledger branch ${branch}: expected the branch that was read before, found that it was deleted`,
    remedy: `restore the branch ${branch}, then run again`,
  };
}

function isProtection(error: GithubError): boolean {
  if (error.type === "BRANCH_PROTECTION_RULE_VIOLATION") return true;
  return /rule violations found|protected branch|changes must be made/i.test(error.message);
}

const rulesSchema = array(object({ type: string(), ruleset_source: nullish(string()) }));

/** Names shown at most; the rest is in the settings that the names lead to. */
const namesMax = 6;

// Classic protection is not in this list, and a missing answer must not hide the refusal.
async function rulesOf(
  client: GithubClient,
  branch: string,
  error: GithubError,
  { until }: Pick<CallOptions, "until">,
): Promise<string> {
  const route = "GET /repos/{owner}/{repo}/rules/branches/{branch}";
  const answer = parsedAnswer(
    await client.rest(route, { branch }, { until, isRead: true }),
    "the rules of the branch",
    rulesSchema,
  );
  const rules = answer.ok ? answer.data : [];
  const names = [...new Set(rules.map(({ type }) => type))].slice(0, namesMax);
  if (names.length > 0 && error.type !== "BRANCH_PROTECTION_RULE_VIOLATION") {
    const sources = new Set(rules.map((rule) => rule.ruleset_source ?? "the repository"));
    return `the rules ${names.join(", ")} of a ruleset of ${[...sources].join(", ")}`;
  }
  return "the branch protection rule of this branch";
}
