// The one query that reads tip, ledger folder, data folders and the ids of G18 from one commit (G4), with the newest
// commits of the ledger where a lost race is being looked into. Knows nothing of records.

import {
  array,
  type InferOutput,
  looseObject,
  nullish,
  number,
  object,
  objectWithRest,
  safeParse,
  string,
} from "valibot";

import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import { itemFields, itemsSchema, modeOf, noteTree, twoLevels } from "./git-objects.ts";
import type { TreeItem } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Trees } from "./trees.ts";

/** Something that rides along with the Tip query, at no request of its own. */
export interface TipRider {
  /** GraphQL fields of `repository`, each under an alias of its own that begins with `x`. */
  readonly fields: string;
  /** By name, without the dollar: the GraphQL type, e.g. `String!`, and the value. Names begin with `x`. */
  readonly variables: Readonly<
    Record<string, { readonly type: string; readonly value: string | number | boolean | null }>
  >;
  /** Called with the `repository` member of each Tip answer. */
  note(repository: unknown): void;
}

/**
 * The configuration and each transform and module that it names, by their paths in the repository, with the git ids
 * that what this run uses may have; none where it was read at the event's commit itself.
 */
export type ConfigFiles = ReadonlyMap<string, readonly string[]>;

/** What is read at the tip. */
export interface TipSubject {
  /** Name of the ledger branch. Where it is missing, the first commit makes it at the default branch's tip. */
  readonly branch: string;
  /** Name of the branch that runs, and the commit of the event: what G18 compares. */
  readonly runBranch: string;
  readonly eventSha: string;
  readonly config: ConfigFiles;
  /** Relative to the repository. */
  readonly ledgerPath: string;
  /** Ids of the syncs whose folders are read. */
  readonly syncIds: readonly string[];
  /** Data folders and data files outside of any folder. */
  readonly data: readonly string[];
  readonly riders: readonly TipRider[];
  /** Whether the newest commits of the ledger are wanted. */
  readonly withRecent: boolean;
}

/** What the query found. */
export interface TipAnswer {
  /** Undefined: there is no such branch. */
  readonly tip: string | undefined;
  /** The tree of its root. */
  readonly root: string | undefined;
  /** The default branch with its tip; undefined in an empty repository. */
  readonly base: { readonly name: string; readonly oid: string } | undefined;
  /** What stands at the paths asked for; undefined: nothing. */
  readonly known: ReadonlyMap<string, TreeItem | undefined>;
  /** Newest first; empty unless asked for. */
  readonly recent: readonly { readonly oid: string; readonly message: string }[];
  /** Paths of the configuration that are not those of the event's commit any more (G18). */
  readonly moved: readonly string[];
  /** Paths of which this run uses another version than the event's commit has (contract 2). */
  readonly foreign: readonly string[];
}

/** Commits that are looked through for our own (section 8, step 2). */
const recentMax = 100;

/** The document of a subject with its variables. */
export function tipQuery(
  client: Pick<GithubClient, "owner" | "name">,
  subject: TipSubject,
): { readonly document: string; readonly variables: Readonly<Record<string, unknown>> } {
  const { ledgerPath, runBranch, riders } = subject;
  const configPaths = [...subject.config.keys()];
  const asked = askedPaths(subject);
  const texts: Record<string, string> = {
    owner: client.owner,
    name: client.name,
    branch: `refs/heads/${subject.branch}`,
    run: `refs/heads/${runBranch}`,
    ledger: ledgerPath,
  };
  for (const [alias, path] of asked) texts[alias] = path;
  for (const [index, path] of configPaths.entries()) {
    texts[`c${index}`] = path;
    texts[`e${index}`] = `${subject.eventSha}:${path}`;
  }
  const ridden = riders.flatMap(({ variables }) => Object.entries(variables));
  const declared = [
    ...Object.keys(texts).map((name) => `$${name}: String!`),
    ...ridden.map(([name, { type }]) => `$${name}: ${type}`),
  ];
  const files = [...asked.keys()].map((alias) => `${alias}: file(path: $${alias}) { ...Folder }`);
  const now = configPaths.map((_, index) => `c${index}: file(path: $c${index}) { oid }`);
  const then = configPaths.map((_, index) => `e${index}: object(expression: $e${index}) { oid }`);
  const recent = `recent: history(first: ${recentMax}, path: $ledger) { nodes { oid message } }`;
  return {
    document: `query Tip(${declared.join(", ")}) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) {
    base: defaultBranchRef { name target { oid } }
    tip: ref(qualifiedName: $branch) { target { oid ... on Commit {
      root: tree { oid }
      ledger: file(path: $ledger) { ${itemFields} object { ... on Tree { entries { ${itemFields} } } } }
      ${[...files, ...(subject.withRecent ? [recent] : [])].join("\n      ")}
    } } }
    now: ref(qualifiedName: $run) { target { oid ... on Commit { oid ${now.join(" ")} } } }
    ${[...then, ...riders.map(({ fields }) => fields)].join("\n    ")}
  }
}
${files.length > 0 ? `fragment Folder on TreeEntry { ${itemFields} object { ${twoLevels} } }` : ""}`,
    variables: {
      ...texts,
      ...Object.fromEntries(ridden.map(([name, { value }]) => [name, value])),
    },
  };
}

function askedPaths({ syncIds, ledgerPath, data }: TipSubject): ReadonlyMap<string, string> {
  return new Map([
    ...syncIds.map((id, index) => [`s${index}`, `${ledgerPath}/${id}`] as const),
    ...data.map((path, index) => [`d${index}`, path] as const),
  ]);
}

const oidSchema = object({ oid: string() });

const entrySchema = object({
  name: string(),
  mode: number(),
  oid: string(),
  size: number(),
  object: nullish(object({ entries: nullish(itemsSchema) })),
});

const recentSchema = object({ nodes: array(object({ oid: string(), message: string() })) });

/** All aliases beside these are paths of the tip. */
const commitSchema = objectWithRest(
  { oid: string(), root: nullish(oidSchema), recent: nullish(recentSchema) },
  nullish(entrySchema),
);

const answerSchema = object({
  repository: looseObject({
    base: nullish(object({ name: string(), target: nullish(oidSchema) })),
    tip: nullish(object({ target: nullish(commitSchema) })),
    now: nullish(
      object({ target: nullish(objectWithRest({ oid: string() }, nullish(oidSchema))) }),
    ),
  }),
});

type Repository = InferOutput<typeof answerSchema>["repository"];

/** Reads the tip; folders go into `trees`, riders get what they asked for. */
export async function readTip(
  client: GithubClient,
  subject: TipSubject,
  trees: Trees,
  call: CallOptions,
): Promise<GithubAnswer<TipAnswer>> {
  const { document, variables } = tipQuery(client, subject);
  const answer = parsedAnswer(
    await client.graphql(document, variables, call),
    "the tip",
    answerSchema,
  );
  if (!answer.ok) return answer;
  const { repository } = answer.data;
  for (const rider of subject.riders) rider.note(repository);
  const { base, tip } = repository;
  return {
    ok: true,
    data: {
      tip: tip?.target?.oid,
      root: tip?.target?.root?.oid,
      base: base?.target ? { name: base.name, oid: base.target.oid } : undefined,
      known: knownOf(subject, repository, trees),
      recent: tip?.target?.recent?.nodes ?? [],
      ...comparedConfig(subject, repository),
    },
  };
}

function knownOf(
  subject: TipSubject,
  repository: Repository,
  trees: Trees,
): ReadonlyMap<string, TreeItem | undefined> {
  const known = new Map<string, TreeItem | undefined>();
  const target = repository.tip?.target;
  if (!target) return known;
  for (const [alias, path] of [["ledger", subject.ledgerPath] as const, ...askedPaths(subject)]) {
    const written = target[alias];
    if (!isEntry(written)) {
      known.set(path, undefined);
      continue;
    }
    const { name, mode, oid, size: bytes } = written;
    if (written.object?.entries) noteTree(trees, oid, written.object.entries);
    known.set(path, { name, mode: modeOf(mode), oid, bytes });
  }
  return known;
}

function isEntry(written: unknown): written is InferOutput<typeof entrySchema> {
  return typeof written === "object" && written !== null && "mode" in written;
}

function comparedConfig(
  { config }: TipSubject,
  { now, ...repository }: Repository,
): Pick<TipAnswer, "moved" | "foreign"> {
  const files = [...config].map(([path, used], index) => {
    const ofEvent = oidIn(repository[`e${index}`]);
    return {
      path,
      isMoved: oidIn(now?.target?.[`c${index}`]) !== ofEvent,
      isForeign: used.length > 0 && (ofEvent === undefined || !used.includes(ofEvent)),
    };
  });
  return {
    moved: files.filter(({ isMoved }) => isMoved).map(({ path }) => path),
    foreign: files.filter(({ isForeign }) => isForeign).map(({ path }) => path),
  };
}

function oidIn(value: unknown): string | undefined {
  const parsed = safeParse(oidSchema, value);
  return parsed.success ? parsed.output.oid : undefined;
}
