// What the pages show is what the program takes.

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";

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
