// The closing line, from a real run of vitest over files that break in every way.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { formatTally } from "./tally-reporter.ts";

const root = join(import.meta.dirname, "../..");

test("the last line counts tests, files that cannot load, hooks that throw and stray errors", () => {
  const run = runVitest({
    "tests.test.ts": `
      import { expect, test } from "vitest";
      test("passes", () => expect(1).toBe(1));
      test("fails", () => expect(1).toBe(2));
      test.skip("is left out", () => expect(1).toBe(1));`,
    "load.test.ts": `import "./nowhere.ts";`,
    "hook.test.ts": `
      import { beforeAll, describe, expect, test } from "vitest";
      describe("suite", () => {
        beforeAll(() => { throw new Error("hook"); });
        test("never runs", () => expect(1).toBe(1));
      });`,
    "stray.test.ts": `
      import { expect, test } from "vitest";
      test("leaves a rejection behind", async () => {
        void Promise.reject(new Error("stray"));
        await new Promise((resolve) => setImmediate(resolve));
        expect(1).toBe(1);
      });`,
  });
  expect(run).toEqual({ lastLine: "2 passed, 4 failed, 2 skipped", status: 1 });
});

test("a run without a failure ends with status 0", () => {
  const run = runVitest({
    "tests.test.ts": `
      import { expect, test } from "vitest";
      test("passes", () => expect(1).toBe(1));`,
  });
  expect(run).toEqual({ lastLine: "1 passed, 0 failed", status: 0 });
});

test("skipped tests are named only where there are some", () => {
  expect(formatTally({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  expect(formatTally({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
});

// The folder lies inside the repository, where the packages are found, and is ignored by git.
function runVitest(files: Readonly<Record<string, string>>): {
  lastLine: string;
  status: number | null;
} {
  mkdirSync(join(root, ".tidemark"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tidemark/tally-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const reporter = join(root, "test/support/tally-reporter.ts");
  writeFileSync(
    join(folder, "vitest.config.ts"),
    `import { TallyReporter } from ${JSON.stringify(reporter)};
     export default { test: { reporters: ["default", new TallyReporter()] } };`,
  );
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { stdout, status } = spawnSync(process.execPath, [vitest, "run", "--root", folder], {
    encoding: "utf8",
  });
  return { lastLine: stdout.trimEnd().split("\n").at(-1) ?? "", status };
}
