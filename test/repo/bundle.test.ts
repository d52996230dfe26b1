// What users run is what the sources say: the committed bundle against a fresh build, byte for byte.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";

import config from "../../action/rolldown.config.ts";
import { loadedBytes } from "../bench/size.ts";

const committed = join(import.meta.dirname, "../../action");

test("the committed bundle equals a fresh build, file by file; remedy: npm run bundle", async () => {
  const fresh = await mkdtemp(join(tmpdir(), "tidemark-bundle-"));
  onTestFinished(() => rm(fresh, { recursive: true }));
  await using build = await rolldown(config);
  await build.write({ ...config.output, dir: fresh });

  const names = await generatedNames(fresh);
  expect(await generatedNames(committed)).toEqual(names);
  expect(names).toContain("index.js");
  const differing: string[] = [];
  for (const name of names) {
    const [old, built] = await Promise.all(
      [committed, fresh].map((at) => readFile(join(at, name))),
    );
    if (!built!.equals(old!)) differing.push(name);
  }
  expect(differing).toEqual([]);
});

test("what the action loads stays within 1.5 MB", async () => {
  expect(await loadedBytes(committed)).toBeLessThanOrEqual(1_500_000);
});

async function generatedNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".js") || name === "licenses.txt").toSorted();
}
