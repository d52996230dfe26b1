// Runs once before all test files: stops with one clear line where the runtime is too old to mean anything.

/** Called by vitest before the first test file. */
export function setup(): void {
  const problem = runtimeProblem(process.versions.node);
  if (problem === undefined) return;
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

/** What is wrong with a version of Node, or undefined. */
export function runtimeProblem(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= 24) return undefined;
  return `tests: expected Node 24 or newer, found ${version}; run them through npm (npm ci && npm test)`;
}
