// What enters this repository is pinned: packages by exact version and digest. Actions are workflows.test.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

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
