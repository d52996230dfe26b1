// Is the holder of a local claim still alive? Each run keeps a file `tidemark/<nonce>` in the git folder of its clone
// that names its process; a run that finds the file of a gone process may recover its claims (contract 4.5).

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Liveness } from "../../ports/liveness.ts";

/** A process: `scope` is a digest of machine and process namespace, outside of which process ids mean nothing. */
interface ProcessIdentity {
  readonly scope: string;
  readonly pid: number;
  /** Start of the process; process ids are used again. */
  readonly started: string;
}

const noncePattern = /^[0-9a-z]{1,64}$/;

/** Files of gone processes are kept while a claim of theirs may still stand: leases end after 24 h at the latest. */
const keptMs = 2 * 86_400_000;

/** Creates the own lock file; the answer removes it. Never call it twice with one nonce. */
export async function holdLockFile(
  gitFolder: string,
  nonce: string,
  now: () => number,
): Promise<() => Promise<void>> {
  const folder = lockFolder(gitFolder);
  await mkdir(folder, { recursive: true });
  await removeOldLocks(folder, now());
  const path = join(folder, nonce);
  const identity = await identityOf(process.pid);
  // Renamed into place, so that nobody reads half of it.
  await writeFile(`${path}.new`, `${JSON.stringify(identity)}\n`);
  await rename(`${path}.new`, path);
  return () => rm(path, { force: true });
}

/** Liveness of holders `local:<nonce>`, as far as this clone can tell. */
export function localLiveness(gitFolder: string, nonce: string): Liveness {
  return {
    of: async (holder) => {
      if (holder === `local:${nonce}`) return "alive";
      if (!holder.startsWith("local:")) return "unknown";
      return livenessOf(gitFolder, holder.slice("local:".length));
    },
  };
}

/** What the lock file of a nonce says; without one nobody in this clone can know. */
export async function livenessOf(
  gitFolder: string,
  nonce: string,
): Promise<"alive" | "dead" | "unknown"> {
  if (!noncePattern.test(nonce)) return "unknown";
  const written = parseIdentity(await readText(join(lockFolder(gitFolder), nonce)));
  if (written === undefined || written.scope !== (await scope())) return "unknown";
  if (!processExists(written.pid)) return "dead";
  const started = await startOf(written.pid);
  if (started === undefined) return processExists(written.pid) ? "unknown" : "dead";
  return started === written.started ? "alive" : "dead";
}

/** The folder of Tidemark's own files in a git folder. */
export function lockFolder(gitFolder: string): string {
  return join(gitFolder, "tidemark");
}

async function removeOldLocks(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!noncePattern.test(name)) continue;
    const path = join(folder, name);
    const age = now - ((await stat(path).catch(() => undefined))?.mtimeMs ?? now);
    if (age > keptMs && (await livenessOf(join(folder, ".."), name)) === "dead")
      await rm(path, { force: true });
  }
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { scope: await scope(), pid, started: (await startOf(pid)) ?? "" };
}

function parseIdentity(text: string | undefined): ProcessIdentity | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { scope: of, pid, started } = value as Record<string, unknown>;
    return typeof of === "string" && typeof pid === "number" && typeof started === "string"
      ? { scope: of, pid, started }
      : undefined;
  } catch {
    return undefined;
  }
}

// A clone may be shared by containers or hosts. A digest, since no host name may be written (G15).
async function scope(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return createHash("sha256").update(`${hostname()}\0${namespace}`).digest("hex").slice(0, 16);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function startOf(pid: number): Promise<string | undefined> {
  const line = await readText(`/proc/${pid}/stat`);
  const boot = await readText("/proc/sys/kernel/random/boot_id");
  if (line !== undefined && boot !== undefined) {
    // Field 22; the second one, the name in parentheses, may hold blanks and parentheses itself.
    const ticks = line.slice(line.lastIndexOf(")") + 2).split(" ")[19];
    return `${boot.trim()}/${ticks}`;
  }
  try {
    const ps = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
      env: { ...process.env, LC_ALL: "C" },
      timeout: 5000,
    });
    return ps.stdout.trim();
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
