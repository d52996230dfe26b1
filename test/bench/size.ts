// How much code the action loads: its file and every chunk that it imports, at once or on demand.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of `index.js` in this folder and of all its chunks. */
export async function loadedBytes(folder: string): Promise<number> {
  return await bytesOf(folder, "index.js", new Set());
}

async function bytesOf(folder: string, name: string, seen: Set<string>): Promise<number> {
  if (seen.has(name)) return 0;
  seen.add(name);
  const code = await readFile(join(folder, name), "utf8");
  let bytes = Buffer.byteLength(code);
  for (const [, path] of code.matchAll(/["'`](?:\.\.?\/)(?:chunks\/)?([\w.-]+\.js)["'`]/g))
    bytes += await bytesOf(folder, `chunks/${path}`, seen);
  return bytes;
}
