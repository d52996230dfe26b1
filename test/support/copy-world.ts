// A repository with a ledger branch and a published copy, on a fake GitHub: runs that publish, and what people see of
// it. `begin` is the start of a run, where the copy is read along with the tip.

import { copyRider } from "../../src/adapters/github/copy-reading.ts";
import type { CopyNames } from "../../src/adapters/github/copy-state.ts";
import { githubPublisher } from "../../src/adapters/github/publish-branch.ts";
import type { Published } from "../../src/core/report/published.ts";
import { openGithubPlace, type GithubPlace } from "./github-place.ts";

export const names: CopyNames = {
  base: "main",
  ledgerBranch: "tidemark-ledger",
  ledgerPath: "ops/ledger",
  dataPaths: ["data/contacts.ndjson", "data/deals/00.ndjson", "data/deals/01.ndjson", "root.csv"],
};

export const record = "ops/ledger/contacts/2026/11/a.json";
export const other = "ops/ledger/contacts/2026/11/b.json";
export const readme = "ops/ledger/README.md";
export const code = "src/main.ts";
export const text = { title: "tidemark: 1 window", body: "One window." };

/** A repository whose ledger branch has one record that the base lacks. */
export async function aRepository(): Promise<GithubPlace> {
  const place = await openGithubPlace({ [code]: "1\n", [readme]: "ours\n" });
  place.fake.git("branch", names.ledgerBranch, "main");
  await settle(place, { [record]: "a1\n" });
  return place;
}

export async function settle(
  place: GithubPlace,
  files: Record<string, string | undefined>,
): Promise<void> {
  await place.fake.push(names.ledgerBranch, files);
}

export interface Run {
  publish(words?: { readonly title: string; readonly body: string }): Promise<Published>;
}

export async function begin(place: GithubPlace): Promise<Run> {
  const { client, clock, cancel, repositoryUrl } = place;
  const rider = copyRider(names);
  const variables = Object.entries(rider.variables);
  const declared = variables.map(([name, { type }]) => `$${name}: ${type}`).join(", ");
  const answer = await client.graphql(
    `query Tip(${declared}) { repository(owner: "octo", name: "ledger") { ${rider.fields} } }`,
    Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
    { until: Infinity, isRead: true },
  );
  if (!answer.ok) throw new Error(answer.error.message);
  rider.note((answer.data as { repository: unknown }).repository);
  const ids = (): Promise<{ entries: ReturnType<typeof entriesOf> }> =>
    Promise.resolve({ entries: entriesOf(place, names.ledgerBranch) });
  const publisher = githubPublisher({ client, clock, cancel, names, rider, ids, repositoryUrl });
  return { publish: (words = text) => publisher.publish(words) };
}

/** A run in which nothing else happens. */
export async function run(place: GithubPlace, words?: typeof text): Promise<Published> {
  return (await begin(place)).publish(words);
}

export function entriesOf(
  { fake }: GithubPlace,
  branch: string,
): Map<string, { readonly mode: string; readonly oid: string }> {
  const lines = fake
    .git("ls-tree", branch, "ops/ledger/", ...names.dataPaths)
    .trim()
    .split("\n");
  return new Map(
    lines.map((line) => {
      const [meta = "", path = ""] = line.split("\t");
      const [mode = "", , oid = ""] = meta.split(" ");
      return [path, { mode, oid }] as const;
    }),
  );
}

/** Files of a branch with their text; undefined when there is no such branch. */
export function filesOf({ fake }: GithubPlace, branch: string): Record<string, string> | undefined {
  if (fake.head(branch) === undefined) return undefined;
  const paths = fake.git("ls-tree", "-r", "--name-only", branch).trim().split("\n");
  return Object.fromEntries(
    paths.map((path) => [path, fake.git("cat-file", "blob", `${branch}:${path}`).trim()]),
  );
}

/** The copy as people see it: its files, how far ahead of the base it is, and every pull request. */
export function copyOf(place: GithubPlace): object {
  const { fake } = place;
  const files = filesOf(place, "tidemark/publish");
  return {
    files,
    commits:
      files === undefined
        ? 0
        : Number(fake.git("rev-list", "--count", "main..tidemark/publish").trim()),
    pulls: fake.pulls.map(({ title, body, state }) => [title, body, state]),
  };
}

export function open(place: GithubPlace, number: number): Published {
  return { kind: "open", url: `${place.repositoryUrl}/pull/${number}` };
}

export const published: Readonly<Record<string, string>> = {
  [code]: "1",
  [readme]: "ours",
  [record]: "a1",
};

/** Requests since `count`, by operation. */
export function sent({ fake }: GithubPlace, count: number): readonly string[] {
  return fake.requests.slice(count).map(({ route }) => route);
}
