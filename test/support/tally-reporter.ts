// The closing line of every test run: `N passed, N failed`, with `, N skipped` when something was left out.
// A file that cannot load, a suite whose hook throws, and an error outside of any test count as failed.

import type { Reporter, TestModule, Vitest } from "vitest/node";

/** How many tests ended which way. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Prints the closing line after all other output of the run. */
export class TallyReporter implements Reporter {
  #write: (line: string) => void = console.log;

  onInit(vitest: Vitest): void {
    this.#write = (line) => vitest.logger.log(line);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#write(formatTally(tallyOf(modules, unhandledErrors.length)));
  }
}

/** Counts tests, and once each what broke outside of a test. */
function tallyOf(modules: readonly TestModule[], unhandledErrors: number): Tally {
  let passed = 0;
  let skipped = 0;
  let failed = unhandledErrors;
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "skipped") skipped += 1;
      // A test that never ended has not passed.
      else failed += 1;
    }
  }
  return { passed, failed, skipped };
}

/** The closing line. */
export function formatTally(tally: Tally): string {
  const line = `${tally.passed} passed, ${tally.failed} failed`;
  return tally.skipped === 0 ? line : `${line}, ${tally.skipped} skipped`;
}
