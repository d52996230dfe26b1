// What each input of the action may say (contract 6): its default, and the schema of its text. action.yml and the
// README show the same names and defaults; a test holds the three together. Which inputs belong together is
// action-inputs.ts.

import * as v from "valibot";

import { msOfText } from "../config/normalize-values.ts";
import {
  nameWords,
  namePattern,
  type SchemaOf,
  startInstant,
  textThat,
  wait,
} from "../config/schema-values.ts";
import { isBranch, isRepositoryPath } from "../config/schema.ts";
import { nearestName } from "../config/suggest.ts";
import { type Reprocess, reprocessKinds } from "../core/plan/order-record.ts";
import { parseRunId } from "../core/record/run-id.ts";
import type { Publish } from "../core/sync/sync-spec.ts";
import { type FailOn, failOnKinds } from "./exit-code.ts";

/** What the action can be asked to do. */
export const modes = ["run", "plan", "backfill", "rerun", "status", "verify", "compact"] as const;
export type Mode = (typeof modes)[number];

/** The text that an input has when it is absent or empty, as action.yml says too. */
export const inputDefaults = {
  mode: "run",
  config: ".github/tidemark.yml",
  sync: "",
  "window-start": "",
  "window-end": "",
  reprocess: "missing",
  "approve-by-pr": "false",
  "run-id": "",
  "confirm-deletes": "false",
  "max-windows": "",
  "time-budget": "",
  "dry-run": "false",
  publish: "",
  "ledger-branch": "",
  "fail-on": "failed",
  "env-allow": "",
  token: "",
} as const;
export type InputName = keyof typeof inputDefaults;

/** All inputs as text, defaults filled in. */
export type InputTexts = Readonly<Record<InputName, string>>;

/** What the texts mean, by the names of action.yml. */
export interface InputValues {
  readonly mode: Mode;
  readonly config: string;
  readonly sync: readonly string[];
  readonly "window-start": string | undefined;
  readonly "window-end": string | undefined;
  readonly reprocess: Reprocess;
  readonly "approve-by-pr": boolean;
  readonly "run-id": readonly string[];
  readonly "confirm-deletes": boolean;
  readonly "max-windows": number | undefined;
  readonly "time-budget": number | undefined;
  readonly "dry-run": boolean;
  readonly publish: Publish | undefined;
  readonly "ledger-branch": string | undefined;
  readonly "fail-on": FailOn;
  readonly "env-allow": readonly string[];
  readonly token: string;
}

function choice<const Options extends readonly string[]>(
  options: Options,
): SchemaOf<Options[number]> {
  return v.picklist(options, ({ input }) => {
    const nearest = nearestName(String(input), options);
    const remedy = nearest === undefined ? "write one of these" : `did you mean ${nearest}?`;
    return `one of ${options.join(" ")}; ${remedy}`;
  });
}

/** An empty input leaves the matter to the configuration. */
function optional<Output>(schema: SchemaOf<Output>): SchemaOf<Output | undefined> {
  return v.union([
    v.pipe(
      v.literal(""),
      v.transform(() => undefined),
    ),
    schema,
  ]);
}

/** Items separated by commas or newlines, each once. */
function list(words: string, test: (item: string) => boolean): SchemaOf<readonly string[]> {
  return v.pipe(
    textThat(words, (text) => listOf(text).every(test)),
    v.transform(listOf),
  );
}

function listOf(text: string): readonly string[] {
  const items = text.split(/[,\n]/).map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ""))];
}

// The words of YAML 1.2's core schema, as the toolkit of GitHub reads them too.
const yes = ["true", "True", "TRUE"];
const no = ["false", "False", "FALSE"];
const flag = v.pipe(
  textThat("true or false; write one of these", (text) => [...yes, ...no].includes(text)),
  v.transform((text) => yes.includes(text)),
);

const windowsMax = 10_000;
const windows = v.pipe(
  textThat(
    `a whole number from 1 to ${windowsMax}; write for example 5`,
    (text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= windowsMax,
  ),
  v.transform(Number),
);

const [nameExpected = ""] = nameWords.split("; ");
const listRemedy = "separate them by commas or newlines";

/** Whether a text is a mode. */
export function isMode(text: string): text is Mode {
  return modes.some((mode) => mode === text);
}

/** One entry per input; messages are `expectation; remedy`. */
export const inputSchema: SchemaOf<InputValues> = v.object({
  mode: choice(modes),
  config: textThat(
    "a file of the repository; write for example .github/tidemark.yml",
    isRepositoryPath,
  ),
  sync: list(`names of syncs, each ${nameExpected}; ${listRemedy}`, (name) =>
    namePattern.test(name),
  ),
  "window-start": optional(startInstant),
  "window-end": optional(startInstant),
  reprocess: choice(reprocessKinds),
  "approve-by-pr": flag,
  "run-id": list(
    `run ids such as contacts/20261123T000000Z--20261124T000000Z; ${listRemedy}`,
    (id) => parseRunId(id) !== undefined,
  ),
  "confirm-deletes": flag,
  "max-windows": optional(windows),
  "time-budget": optional(v.pipe(wait, v.transform(msOfText))),
  "dry-run": flag,
  publish: optional(choice(["push", "pull_request"])),
  "ledger-branch": optional(
    textThat("the name of a branch; write for example tidemark-ledger", isBranch),
  ),
  "fail-on": choice(failOnKinds),
  "env-allow": list(
    "names of variables, none of them GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_; write one a line",
    (name) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(GITHUB|ACTIONS|INPUT|RUNNER|NODE)_/i.test(name),
  ),
  token: textThat("a token of visible ASCII; leave the input out, or hand over a secret", (text) =>
    /^[\x21-\x7e]+$/.test(text),
  ),
});
