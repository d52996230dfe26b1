// Writes the *shown by* lists of ledger/README.md from the titles of the tests: every test that names a law, and what
// was listed by hand and still exists. laws.test.ts holds the page to it.

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Law, lawsIn, parseLaws, titlesIn } from "./laws.ts";

const root = join(import.meta.dirname, "../..");
const page = join(root, "ledger/README.md");

/** The page with its lists as the tests stand. */
export function renderLaws(text: string): string {
  const titles = globSync("test/**/*.{test,contract}.ts", { cwd: root })
    .filter((path) => !path.startsWith("test/repo/"))
    .toSorted()
    .map((path) => ({ path, titles: titlesIn(readFileSync(join(root, path), "utf8")) }));
  return parseLaws(text).reduce((done, law) => withList(done, law, listOf(law, titles)), text);
}

interface TestFile {
  readonly path: string;
  readonly titles: readonly string[];
}

function listOf(law: Law, files: readonly TestFile[]): string {
  const items = files.flatMap(({ path, titles }) => {
    const byHand = law.shownBy.filter((shown) => shown.path === path).map(({ title }) => title);
    const shown = titles.filter(
      (title) => lawsIn(title).includes(law.id) || byHand.includes(title),
    );
    const quoted = [...new Set(shown)].map((title) => `"${title.replaceAll('"', '\\"')}"`);
    return quoted.length === 0 ? [] : [`\`${path}\`:\n  ${quoted.join(",\n  ")}`];
  });
  return items.length === 0 ? "- *shown by*\n" : `- *shown by* ${items.join(";\n  ")}\n`;
}

// The list item after the law's heading, with its continuation lines.
function withList(text: string, law: Law, list: string): string {
  const item = new RegExp(
    `(^### ${law.id}\\b[^]*?)^- \\*shown by\\*[^\\n]*\\n(?: {2}[^\\n]*\\n)*`,
    "m",
  );
  return text.replace(item, (_whole, before: string) => `${before}${list}`);
}

if (import.meta.main) writeFileSync(page, renderLaws(readFileSync(page, "utf8")));
