// What the pages show is what the program takes.

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";
import { parse } from "yaml";

import { parseConfig } from "../../src/config/parse.ts";
import { runIdOf } from "../../src/core/record/run-id.ts";
import { outputNames } from "../../src/core/report/outputs.ts";
import { backfillRemedy, rerunRemedy } from "../../src/core/report/remedies.ts";
import { inputDefaults, modes } from "../../src/entry/input-schema.ts";
import { day } from "../support/record-of.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = globSync(["*.md", "{action,ledger,src,test}/*.md"], { cwd: root }).toSorted();

test("every configuration in the README is accepted", () => {
  const configs = [...read("README.md").matchAll(/^```yaml\n(version:[\s\S]*?)^```/gm)];
  expect(configs.length).toBeGreaterThan(0);
  const problems = configs.flatMap(([, text]) => {
    const parsed = parseConfig(text!, { file: "README.md", envAllow: [], ledger: {} });
    return parsed.ok ? [] : parsed.problems;
  });
  expect(problems).toEqual([]);
});

test("every npm script that a page names exists", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const unknown = pages.flatMap((path) =>
    [...read(path).matchAll(/\bnpm run ([\w:]+)/g)]
      .map((match) => match[1]!)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${path}: npm run ${name}`),
  );
  expect(unknown).toEqual([]);
});

test("every relative link of a page leads to a file", () => {
  const broken = pages.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map((match) => match[1]!)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test("every rule, step and test that the map of the sources names exists", () => {
  const rows = [
    ...read("src/README.md").matchAll(/^\| (?:plan|claim|fetch|upsert|settle|commit) .*$/gm),
  ];
  expect(rows).toHaveLength(6);
  const missing = rows.flatMap(([row]) => {
    const [, , , rule, step, , proof] = row.split("|");
    const named = (cell: string | undefined, folder: string): readonly string[] =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, path]) => `${folder}/${path!.replace("/*", "")}`);
    const paths = [
      ...named(rule, "src/core"),
      ...named(step, "src/app/steps"),
      ...named(proof, "test"),
    ];
    return paths.filter((path) => !existsSync(join(root, path)));
  });
  expect(missing).toEqual([]);
});

interface Described {
  readonly description: string;
  readonly default?: string;
}

const action: {
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
} = parse(read("action.yml"));

test("action.yml and the parser know the same inputs, in one order and with the same defaults", () => {
  const declared = Object.entries(action.inputs).map(([name, { default: text = "" }]) => [
    name,
    text,
  ]);
  const tokenOfTheRun = "${{ github.token }}";
  expect(declared).toEqual(
    Object.entries({ ...inputDefaults, token: tokenOfTheRun }).map(([name, text]) => [name, text]),
  );
});

test("action.yml names every mode that the parser takes", () => {
  const named = action.inputs["mode"]!.description.match(/\w+/g);
  expect(modes.filter((mode) => !named!.includes(mode))).toEqual([]);
});

test("action.yml and the report know the same outputs, in one order", () => {
  expect(Object.keys(action.outputs)).toEqual([...outputNames]);
});

test("the README's tables of inputs and outputs are those of action.yml", () => {
  const code = (text: string): string => `\`${text}\``;
  expect(tableIn("README.md", "| input | default | meaning |")).toEqual(
    Object.entries(action.inputs).map(([name, { description, default: text }]) => [
      code(name),
      text === undefined ? "" : code(text),
      description,
    ]),
  );
  expect(tableIn("README.md", "| output | meaning |")).toEqual(
    Object.entries(action.outputs).map(([name, { description }]) => [code(name), description]),
  );
});

test("the workflows in the README give inputs that exist and permissions that are explained", () => {
  const blocks = [...read("README.md").matchAll(/^```yaml\n((?:name|jobs):[\s\S]*?)^```/gm)];
  const jobs = blocks.flatMap(([, text]) => Object.values(parse(text!).jobs as Jobs));
  expect(jobs).toHaveLength(3);
  const given = jobs.flatMap(({ steps }) => steps.flatMap((step) => Object.keys(step.with)));
  expect(given.filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([]);
  const explained = tableIn("README.md", "| permission | for | why |").map(([name]) => name);
  const granted = jobs.flatMap(({ permissions }) =>
    Object.entries(permissions).map(([name, level]) => `\`${name}: ${level}\``),
  );
  expect(granted.filter((permission) => !explained.includes(permission))).toEqual([]);
});

test.each(["README.md", ".github/workflows/sync.yml"])(
  "a dispatch of the workflow in %s has every input that a remedy names, and hands it on",
  (path) => {
    const text = read(path);
    const workflow = parse(/^```yaml\n(name:[\s\S]*?)^```/m.exec(text)?.[1] ?? text) as {
      readonly on: { readonly workflow_dispatch: { readonly inputs: object } };
      readonly jobs: Jobs;
    };
    const remedies = [
      rerunRemedy([runIdOf("contacts", day(23))]),
      backfillRemedy("contacts", "stale", day(23)),
    ].join(" ");
    const named = new Set([...remedies.matchAll(/`(\w+): /g)].map(([, name]) => name!));
    expect([...named].toSorted()).toEqual([
      "mode",
      "reprocess",
      "run_id",
      "sync",
      "window_end",
      "window_start",
    ]);
    const { inputs } = workflow.on.workflow_dispatch;
    const given = Object.values(workflow.jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => Object.entries(step.with)),
    );
    const passedOn = [...named].filter((name) =>
      given.some(
        ([input, value]) => input === name.replace("_", "-") && value === `\${{ inputs.${name} }}`,
      ),
    );
    expect([passedOn, [...named].filter((name) => !Object.hasOwn(inputs, name))]).toEqual([
      [...named],
      [],
    ]);
  },
);

type Jobs = Readonly<
  Record<
    string,
    {
      readonly permissions: Readonly<Record<string, string>>;
      readonly steps: readonly { readonly with: Readonly<Record<string, unknown>> }[];
    }
  >
>;

/** The cells of the table below a header line, without its edge and rule. */
function tableIn(path: string, header: string): readonly (readonly string[])[] {
  const lines = read(path).split("\n");
  const start = lines.indexOf(header);
  expect(start).toBeGreaterThan(-1);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
