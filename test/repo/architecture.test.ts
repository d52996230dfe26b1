// The layers of src/README.md, held by reading the sources (the linter holds them too, by other means).

import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { layerFindings } from "./layers.ts";

const root = join(import.meta.dirname, "../..");

test("the sources keep the layers", () => {
  const paths = globSync("src/**/*.ts", { cwd: root }).toSorted();
  expect(paths.length).toBeGreaterThan(20);
  const sources = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  expect(layerFindings(sources)).toEqual([]);
});

test("one module knows octokit and the toolkit's GitHub (G1)", () => {
  const knowing = globSync("src/**/*.ts", { cwd: root }).filter((path) =>
    /from "@(?:octokit|actions\/github)/.test(readFileSync(join(root, path), "utf8")),
  );
  expect(knowing).toEqual(["src/adapters/github/octokit-client.ts"]);
});

test("src has the six layers of the map and its README", () => {
  expect(readdirSync(join(root, "src")).toSorted()).toEqual(
    ["README.md", "adapters", "app", "config", "core", "entry", "ports"].toSorted(),
  );
});

test("no further folder stands at the top", () => {
  // `data` comes with the first run of the own sync (.github/tidemark.yml).
  const known = [".ci", ".git", ".github", ".tidemark", "action", "coverage", "data", "ledger"];
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => ![...known, "node_modules", "src", "test"].includes(name));
  expect(folders).toEqual([]);
});

test.for([
  ["src/core/plan/plan.ts", 'import { readFile } from "node:fs";', "imports the builtin node:fs"],
  ["src/core/plan/plan.ts", 'import ky from "ky";', "imports the package ky"],
  [
    "src/core/plan/plan.ts",
    'import { Temporal } from "temporal-polyfill";',
    "imports the package temporal-polyfill",
  ],
  [
    "src/core/plan/plan.ts",
    'import type {\n  Clock,\n} from "../../ports/clock.ts";',
    "core imports ports (src/ports/clock.ts)",
  ],
  ["src/core/plan.ts", "", "files of core sit exactly one folder deep"],
  ["src/core/a/b/plan.ts", "", "files of core sit exactly one folder deep"],
  ["src/core/plan/plan.ts", "export const at = Date.now();", "touches the world: Date."],
  ["src/core/plan/plan.ts", "export const by = `at ${new Date()}`;", "touches the world: new Date"],
  ["src/core/plan/plan.ts", "export const by = Math.random();", "touches the world: Math.random"],
  ["src/app/run.ts", "await fetch(url);", "touches the world: fetch("],
  ["src/app/run.ts", 'import { x } from "p-limit";', "imports the package p-limit"],
  [
    "src/app/steps/plan.ts",
    'import { x } from "../../adapters/git/x.ts";',
    "app imports adapters (src/adapters/git/x.ts)",
  ],
  ["src/config/rules.ts", 'import { x } from "ky";', "imports the package ky"],
  [
    "src/adapters/git/x.ts",
    'import { x } from "../http/x.ts";',
    "imports another adapter (src/adapters/http/x.ts)",
  ],
  [
    "src/adapters/git/x.ts",
    'const x = await import("../../config/rules.ts");',
    "adapters imports config (src/config/rules.ts)",
  ],
  ["src/adapters/git/x.ts", 'import ky from "ky";', "imports the package ky"],
  ["src/ports/clock.ts", "export const clock = 1;", "a port has more than types"],
  ["src/app/run.ts", "export default 1;", "has a default export"],
  ["src/app/run.ts", 'export * from "./steps/plan.ts";', "re-exports a whole module"],
  ["src/app/run.ts", 'export { x } from "./steps/plan.ts";', "re-exports from another module"],
  ["src/app/run.ts", "export enum Color {}", "has an enum or a namespace"],
  ["src/app/utils.ts", "", "no barrels, and no file named after what is in none"],
  ["src/lib/run.ts", "", "no such layer: lib"],
] as const)("%s with %j is found", ([path, line, finding]) => {
  const text = `// What it is.\n\n${line}\n`;
  expect(layerFindings(new Map([[path, text]]))).toEqual([`${path}: ${finding}`]);
});

test("a file without its opening comment is found", () => {
  expect(layerFindings(new Map([["src/app/run.ts", "export const a = 1;\n"]]))).toEqual([
    "src/app/run.ts: does not open with a comment that says what it is",
  ]);
});

test("a circle of types is found", () => {
  const sources = new Map([
    ["src/core/a/a.ts", '// A.\n\nimport type { B } from "../b/b.ts";\n'],
    ["src/core/b/b.ts", '// B.\n\nimport type { A } from "../a/a.ts";\n'],
  ]);
  expect(layerFindings(sources)).toEqual([
    "circle: src/core/a/a.ts -> src/core/b/b.ts -> src/core/a/a.ts",
  ]);
});

test("words of the world in comments and strings are no finding", () => {
  const text = '// Date.now() is the clock\'s.\n\nexport const text = "process.exit(1)";\n';
  expect(layerFindings(new Map([["src/core/a/a.ts", text]]))).toEqual([]);
});
