// The bundle as a runner has it (G30): a fresh folder with action.yml, package.json and action/, no node_modules above,
// does a whole run; what it loads for that stays within 1.5 MB (contract 8).

import { cpSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { makeItems, serveItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, projectOf } from "../support/acceptance-project.ts";
import { expectSound, openActionLedger } from "../support/action-ledger.ts";
import { temporaryFolder } from "../support/git-repo.ts";

const root = resolve(import.meta.dirname, "../..");
const now = "2026-01-05T00:02:00Z";

test(
  "starts from a copy of what a runner has, and loads at most 1.5 MB for a whole run",
  { timeout: 60_000 },
  async () => {
    const copy = temporaryFolder();
    for (const name of ["action.yml", "package.json", "action"])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    const coverage = temporaryFolder();
    await using api = await serveItems(
      makeItems(24, { start: "2026-01-04T00:00:00Z", everySeconds: 3600 }),
    );
    const syncs = { items: itemsSyncWith({ window: { start: "2026-01-04" } }) };
    const project = projectOf({
      url: api.url,
      destination: { type: "files", path: "data" },
      syncs,
    });
    await using ledger = await openActionLedger(project, {
      now,
      program: join(copy, mainOf(copy)),
    });

    // V8 writes down every script that the process loaded.
    const { code, outputs } = await ledger.step({}, { env: { NODE_V8_COVERAGE: coverage } });

    expect(nodeModulesAbove(copy)).toEqual([]);
    expect([code, outputs["status"], outputs["records-processed"]]).toEqual([0, "ok", "24"]);
    const loaded = loadedFiles(coverage);
    expect(loaded.filter((file) => !file.startsWith(join(copy, "action/")))).toEqual([]);
    expect(loaded).toContain(join(copy, "action/index.js"));
    const bytes = loaded.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThanOrEqual(1_500_000);
    await expectSound(expect, ledger, now);
  },
);

/** What action.yml names as the program, and that its runner is a known one. */
function mainOf(folder: string): string {
  const text = readFileSync(join(folder, "action.yml"), "utf8");
  expect(text).toContain("\n  using: node24\n");
  return /^ {2}main: (\S+)$/m.exec(text)?.[1] ?? "";
}

function nodeModulesAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  const own = existsSync(join(folder, "node_modules")) ? [folder] : [];
  return above === folder ? own : [...own, ...nodeModulesAbove(above)];
}

function loadedFiles(coverage: string): readonly string[] {
  const files = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), "utf8")) as {
      readonly result: readonly { readonly url: string }[];
    };
    return result.filter(({ url }) => url.startsWith("file:")).map(({ url }) => fileURLToPath(url));
  });
  return [...new Set(files)];
}
