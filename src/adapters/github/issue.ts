// One open issue for each ailing sync (contract 6, `alerts.issue`): opened, reworded when its text has changed, closed
// once the sync is well. Serves the end of a run. An issue is found by its label and a marker in its body, never by
// anything kept elsewhere (G27).

import { array, nullish, number, object, string, unknown } from "valibot";

import type { Alerts, SyncAlert } from "../../ports/alerts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallOptions, GithubAnswer, GithubClient, GithubError } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import { inSentence } from "./pull-refusal.ts";
import { clampBody, clampTitle } from "./pull-request.ts";

export interface GithubAlertsOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
}

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

/** One update at work. */
interface Updating {
  readonly client: GithubClient;
  readonly patience: Omit<CallOptions, "isRead">;
}

const label = "tidemark";
const markerPattern = /<!-- tidemark:sync=([a-z0-9][a-z0-9_-]{0,62}) -->/;

const pageSize = 100;
/** Pages of open issues with our label; one does unless there are more than a hundred. */
const pagesMax = 10;

const patienceMs = 30_000;

const issuesSchema = array(
  object({
    number: number(),
    title: string(),
    body: nullish(string()),
    // The list holds pull requests too.
    pull_request: nullish(unknown()),
  }),
);

/** The port Alerts: one request, and one or two for each issue that changes. */
export function githubAlerts({ client, clock }: GithubAlertsOptions): Alerts {
  return {
    update: async (alerts) => {
      if (alerts.length === 0) return [];
      const updating = { client, patience: { until: clock.mono() + patienceMs } };
      const open = await openIssues(updating);
      if (!open.ok) return [sentence("issues of ailing syncs", open.error)];
      const sentences: string[] = [];
      for (const alert of alerts) {
        const [issue, ...others] = open.data.get(alert.syncId) ?? [];
        const wrong =
          (await bringUpToDate(alert, issue, updating)) ?? (await closeOthers(others, updating));
        if (wrong === undefined) continue;
        sentences.push(sentence(`issue of ${alert.syncId}`, wrong));
        // What may not be written at all is not tried once more for each sync.
        if (wrong.kind !== "unknown" && wrong.kind !== "refused") break;
      }
      return sentences;
    },
  };
}

/** Open issues by sync, the oldest of each first. */
async function openIssues({
  client,
  patience,
}: Updating): Promise<GithubAnswer<ReadonlyMap<string, readonly Issue[]>>> {
  const found = new Map<string, Issue[]>();
  for (let page = 1; page <= pagesMax; page += 1) {
    const answer = await client.rest(
      "GET /repos/{owner}/{repo}/issues",
      {
        labels: label,
        state: "open",
        sort: "created",
        direction: "asc",
        per_page: pageSize,
        page,
      },
      { ...patience, isRead: true },
    );
    const issues = parsedAnswer(answer, "the list of issues", issuesSchema);
    if (!issues.ok) return issues;
    for (const { number: id, title, body, pull_request: pull } of issues.data) {
      const syncId = markerPattern.exec(body ?? "")?.[1];
      if (syncId === undefined || pull != null) continue;
      const issue = { number: id, title, body: body ?? "" };
      found.set(syncId, [...(found.get(syncId) ?? []), issue]);
    }
    if (issues.data.length < pageSize) break;
  }
  return { ok: true, data: found };
}

/** Answers what went wrong. A write is never sent again: the next run finds what came of it. */
async function bringUpToDate(
  alert: SyncAlert,
  issue: Issue | undefined,
  updating: Updating,
): Promise<GithubError | undefined> {
  if (alert.body === undefined)
    return issue === undefined
      ? undefined
      : close(issue, `The sync is well again; Tidemark closes this issue.`, updating);
  const title = clampTitle(alert.title);
  // The marker comes first, so that nothing that is left out can take it along.
  const body = clampBody(`<!-- tidemark:sync=${alert.syncId} -->\n\n${alert.body}`);
  if (issue === undefined)
    return write("POST /repos/{owner}/{repo}/issues", { title, body, labels: [label] }, updating);
  if (issue.title === title && plain(issue.body) === plain(body)) return undefined;
  return write(
    "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
    { issue_number: issue.number, title, body },
    updating,
  );
}

/** Two runs at once may have opened one each. */
async function closeOthers(
  issues: readonly Issue[],
  updating: Updating,
): Promise<GithubError | undefined> {
  for (const issue of issues) {
    const text = "An older issue of this sync is open; Tidemark closes this one.";
    const wrong = await close(issue, text, updating);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

// Closed before it is commented on: a comment alone would be repeated by each run.
async function close(
  issue: Issue,
  comment: string,
  updating: Updating,
): Promise<GithubError | undefined> {
  const target = { issue_number: issue.number };
  return (
    (await write(
      "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
      { ...target, state: "closed", state_reason: "completed" },
      updating,
    )) ??
    (await write(
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
      { ...target, body: comment },
      updating,
    ))
  );
}

async function write(
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  { client, patience }: Updating,
): Promise<GithubError | undefined> {
  const answer = await client.rest(route, parameters, { ...patience, isRead: false });
  return answer.ok ? undefined : answer.error;
}

// GitHub may give a text back with other line ends.
function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim();
}

function sentence(subject: string, { kind, status, message }: GithubError): string {
  const remedy =
    status === 410
      ? "turn issues on in the repository's settings, or set `alerts.issue: false`"
      : kind === "forbidden" || kind === "missing"
        ? "give the job the permission `issues: write`, or set `alerts.issue: false`"
        : "the next run tries again";
  return `${subject}: expected to be brought up to date, found: ${inSentence(message)}; ${remedy}`;
}
