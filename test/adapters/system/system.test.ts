import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { systemClock } from "../../../src/adapters/system/clock.ts";
import { systemDigest } from "../../../src/adapters/system/digest.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { ignoreFolder, writeRescue } from "../../../src/adapters/system/rescue.ts";
import { startedRepo } from "../../support/git-repo.ts";

const hour = 3_600_000;

test("the wall starts where a rehearsal says and runs on with the real one (demo)", () => {
  const startAtMs = Date.UTC(2026, 0, 15, 3);
  const [real, rehearsal] = [systemClock(), systemClock(startAtMs)];
  const apart = real.wall() - rehearsal.wall();
  expect(rehearsal.wall()).toBeGreaterThanOrEqual(startAtMs);
  expect(Math.abs(real.wall() - rehearsal.wall() - apart)).toBeLessThanOrEqual(1);
});

test("mono runs on whatever the wall says (P2)", async () => {
  const clock = systemClock(0);
  const before = clock.mono();
  await clock.wake(before + 2);
  expect(clock.mono()).toBeGreaterThan(before);
});

test("waking in the past resolves without a stop, far ahead at once when stopped (P3, P24)", async () => {
  const clock = systemClock();
  await clock.wake(clock.mono() - hour);
  const stop = new AbortController();
  const early = clock.wake(clock.mono() + 1000 * hour, stop.signal);
  stop.abort();
  await early;
  await clock.wake(clock.mono() + hour, stop.signal);
  expect(stop.signal.aborted).toBe(true);
});

test("chance stays in [0, 1), and nonces have the digits asked for and differ (contract 3)", () => {
  const random = systemRandom();
  const drawn = Array.from({ length: 1000 }, () => random.next());
  expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(new Set(drawn).size).toBe(1000);
  expect([random.hex(1), random.hex(7), random.hex(32)]).toEqual([
    expect.stringMatching(/^[0-9a-f]$/),
    expect.stringMatching(/^[0-9a-f]{7}$/),
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ]);
  expect(random.hex(32)).not.toBe(random.hex(32));
});

test("sha256 is that of the UTF-8 text (receipts)", () => {
  expect(systemDigest().sha256("")).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  expect(systemDigest().sha256("ü😀")).toBe(
    "480eec2ac90675fd48de4593b4677e063d4fb9e17cbc335cadfc758f3d3d60ac",
  );
});

test("rescued files keep their paths below a folder that git does not see", async () => {
  const repo = startedRepo();
  const folder = join(repo.folder, ".tidemark");
  await ignoreFolder(folder);
  await writeRescue(join(folder, "rescue"), [
    { path: "ledger/a/1.json", content: "1\n" },
    { path: "ledger/a/2.json", content: undefined },
  ]);
  expect(readdirSync(join(folder, "rescue/ledger/a"))).toEqual(["1.json"]);
  expect(readFileSync(join(folder, "rescue/ledger/a/1.json"), "utf8")).toBe("1\n");
  expect(repo.status()).toBe("");
});
