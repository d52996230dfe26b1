// From law to code and test, and back: ledger/README.md, the sources and the titles of the tests name the same laws.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { type Law, lawsIn, parseLaws, titlesIn } from "./laws.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const page = read("ledger/README.md");
const laws = parseLaws(page);
const ids = Array.from({ length: 12 }, (_, index) => `L${index + 1}`);

test("the page lists the laws L1 to L12, each once and in order", () => {
  expect(laws.map((law) => law.id)).toEqual(ids);
});

test("no page, source or test names a law that does not exist", () => {
  const paths = ["ledger/README.md", ...globSync("{src,test}/**/*.ts", { cwd: root })];
  const unknown = paths
    .filter((path) => !path.startsWith("test/repo/"))
    .flatMap((path) => lawsIn(read(path)).map((law) => ({ path, law })))
    .filter(({ law }) => !ids.includes(law));
  expect(unknown).toEqual([]);
});

test.for(laws)("$id is kept by code that says so, and shown by tests that exist", (law) => {
  expect(problemsOf(law)).toEqual([]);
});

test("every test whose title names a law stands in the row of that law", () => {
  const missing = globSync("test/**/*.{test,contract}.ts", { cwd: root })
    .filter((path) => !path.startsWith("test/repo/"))
    .toSorted()
    .flatMap((path) =>
      titlesIn(read(path)).flatMap((title) =>
        lawsIn(title)
          .filter((id) => !laws.some((law) => law.id === id && shows(law, path, title)))
          .map((id) => `${id} lacks \`${path}\`: "${title}"`),
      ),
    );
  expect(missing).toEqual([]);
});

test("a law is read with its paths and titles over several lines", () => {
  const sample = [
    "### L1 First",
    "Words.",
    "- *kept by* `src/a.ts` and",
    "  `src/b.ts`",
    '- *shown by* `test/a.test.ts`: "one",',
    '  "two"; `test/b.test.ts`: "three"',
    "### L2 Second",
    "- *kept by* nothing",
    "## Next",
    '- *shown by* `test/c.test.ts`: "four"',
  ].join("\n");
  expect(parseLaws(sample)).toEqual([
    {
      id: "L1",
      keptBy: ["src/a.ts", "src/b.ts"],
      shownBy: [
        { path: "test/a.test.ts", title: "one" },
        { path: "test/a.test.ts", title: "two" },
        { path: "test/b.test.ts", title: "three" },
      ],
    },
    { id: "L2", keptBy: [], shownBy: [] },
  ]);
});

function shows(law: Law, path: string, title: string): boolean {
  return law.shownBy.some((shown) => shown.path === path && shown.title === title);
}

function problemsOf(law: Law): readonly string[] {
  const problems: string[] = [];
  if (law.keptBy.length === 0) problems.push("kept by: expected a source, found none");
  if (law.shownBy.length === 0) problems.push("shown by: expected a test, found none");
  for (const path of law.keptBy) {
    if (!existsSync(join(root, path))) problems.push(`kept by: no file ${path}`);
    else if (!lawsIn(read(path)).includes(law.id))
      problems.push(`kept by: ${path} does not name ${law.id}`);
  }
  for (const { path, title } of law.shownBy) {
    const titles = existsSync(join(root, path)) ? titlesIn(read(path)) : [];
    if (!titles.includes(title)) problems.push(`shown by: no test "${title}" in ${path}`);
  }
  return problems;
}
