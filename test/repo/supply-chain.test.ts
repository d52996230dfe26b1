// What enters this repository is pinned: packages by exact version, actions and images by digest.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const workflows = globSync(".github/workflows/*.yml", { cwd: root }).toSorted();

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly "timeout-minutes"?: number; readonly steps: readonly Step[] }>
  >;
}

test("every package has an exact version", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)),
  );
  expect(loose).toEqual([]);
});

test("the lock file holds a digest and no download address for every package", () => {
  const { packages } = JSON.parse(read("package-lock.json"));
  const wrong = Object.entries<{ resolved?: string; integrity?: string }>(packages)
    .filter(([path]) => path !== "")
    .filter(([, { resolved, integrity }]) => resolved !== undefined || integrity === undefined)
    .map(([path]) => path);
  expect(wrong).toEqual([]);
});

test("only the packages named in allowScripts run an install script", () => {
  const { allowScripts } = JSON.parse(read("package.json"));
  const { packages } = JSON.parse(read("package-lock.json"));
  const running = Object.entries<{ hasInstallScript?: boolean; optional?: boolean }>(packages)
    .filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional)
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
  expect(allowScripts).toEqual(Object.fromEntries(running.map((name) => [name, true])));
});

test.for(workflows)("%s pins actions, grants nothing at the top, and bounds its time", (path) => {
  const workflow: Workflow = parse(read(path));
  expect(workflow.permissions).toEqual({});
  const problems = Object.entries(workflow.jobs).flatMap(([name, job]) => [
    ...(job["timeout-minutes"] === undefined ? [`${name}: no timeout-minutes`] : []),
    ...job.steps.flatMap((step) => stepProblems(step).map((problem) => `${name}: ${problem}`)),
  ]);
  expect(problems).toEqual([]);
});

test("the final job needs every other one", () => {
  const { jobs } = parse(read(".github/workflows/ci.yml"));
  expect(jobs["ci-ok"].needs.toSorted()).toEqual(
    Object.keys(jobs)
      .filter((name) => name !== "ci-ok")
      .toSorted(),
  );
});

function stepProblems({ uses, with: inputs }: Step): readonly string[] {
  if (uses === undefined) return [];
  const problems: string[] = [];
  if (!/@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/.test(uses)) problems.push(`${uses} is not pinned`);
  if (uses.startsWith("actions/checkout@") && inputs?.["persist-credentials"] !== false) {
    problems.push("the checkout keeps its credentials");
  }
  return problems;
}
