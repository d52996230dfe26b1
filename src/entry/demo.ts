// `tidemark demo`: the story of a sync, told to somebody who has never heard of it. It needs no repository and no
// configuration; everything it shows is done by this very program in processes of its own, and proved at the end.

import { styleText } from "node:util";

import type { OfficeLife } from "../adapters/demo/crm-contacts.ts";
import { databasePath } from "../adapters/demo/demo-config.ts";
import { dayAt, dayText, nightText, runIdAt } from "../adapters/demo/demo-days.ts";
import { type CallEnd, type DemoStage, openStage } from "../adapters/demo/demo-stage.ts";
import {
  type Proof,
  proveAttempts,
  proveCoverage,
  proveEqual,
  proveNothingLeft,
  proveOnce,
  proveRequests,
  proveSteps,
  proveWaiting,
} from "../adapters/demo/proofs.ts";

/** What the demo needs of its caller. */
export interface DemoWorld {
  readonly cancel: AbortSignal;
  /** Receives one line at a time, without its line break. */
  readonly say: (line: string) => void;
}

/** What came of it, for `--json`. */
export interface DemoEnd {
  readonly folder: string;
  readonly proofs: readonly Proof[];
}

const start = "2026-09-01";
const nights = 14;
const importDay = 5;
const asleepNights = 7;
const catchUpNights = 4;
const monthBefore = { from: "2026-08-01", to: start, days: 31 };
const imported = { at: dayAt(start, importDay, "09:15"), contacts: 1200 };
const rerunDay = 9;
const windowsMax = 3;

/** The night after which there is nothing left to do, counted from the start. */
const lastNight = nights + asleepNights + catchUpNights + 1;

/** Plays the demo and proves its end. */
export async function playDemo({ cancel, say }: DemoWorld): Promise<DemoEnd> {
  const stage = await openStage(officeLife(), { start, stop: cancel });
  const scene: Scene = { stage, say, chapter: 0, killedRequests: 0, steps: [] };
  try {
    introduce(scene);
    await tellFortnight(scene);
    await tellCatchUp(scene);
    await tellRerun(scene);
    await tellBackfill(scene);
    await tellLastNight(scene);
    const proofs = await prove(scene);
    showHistory(scene);
    return end(scene, proofs);
  } finally {
    await stage.close();
  }
}

interface Scene {
  readonly stage: DemoStage;
  readonly say: (line: string) => void;
  chapter: number;
  /** What the killed process had asked, itself unable to tell. */
  killedRequests: number;
  /** The runs of the catch-up: the newest day of each, and what it settled in order. */
  readonly steps: { readonly newest: string; readonly settled: readonly string[] }[];
}

function officeLife(): OfficeLife {
  const days = Array.from({ length: monthBefore.days + lastNight }, (_, day) => {
    const isBefore = day < monthBefore.days;
    const at = Date.parse(dayAt(monthBefore.from, day, "00:00"));
    return { at, added: isBefore ? 30 : 85, changed: isBefore ? 0 : 40 };
  });
  return { days, imported: { at: Date.parse(imported.at), contacts: imported.contacts } };
}

function headline({ say }: Scene, text: string): void {
  // Knows NO_COLOR and whether standard output is a terminal.
  say("");
  say(styleText("bold", text));
}

function chapter(scene: Scene, text: string): void {
  scene.chapter += 1;
  headline(scene, `${scene.chapter}. ${text}`);
}

function introduce(scene: Scene): void {
  const { stage, say } = scene;
  headline(scene, "Tidemark, a demonstration of about a minute");
  say("A small CRM runs on this machine. It hands out its contacts 100 at a time, refuses whoever");
  say(
    "asks too fast (429), is out of order now and then (503), and its contacts change while they",
  );
  say(
    "are read. Tidemark copies them into an SQLite file, day by day. Such a day is called a window,",
  );
  say("and for each window one small file in git, the ledger, says what was done.");
  chapter(scene, "A fresh git repository and one configuration file");
  say(`  repository ${stage.repository.folder}`);
  say(`  CRM        ${stage.crm.url}`);
  say("  from .github/tidemark.yml:");
  const shown = /base_url|limits|filter|order|pages|window: |run: /;
  for (const line of stage.config.split("\n"))
    if (shown.test(line) && !line.includes('"{{')) say(`    ${line.trim()}`);
}

async function tellFortnight(scene: Scene): Promise<void> {
  const { stage, say } = scene;
  chapter(scene, `A fortnight: every night at two, "tidemark run" copies the day before`);
  for (let night = 1; night <= nights; night += 1) {
    const now = dayAt(start, night, "02:00");
    if (night === importDay + 1) await tellKill(scene, now);
    else tellNight(scene, now, await stage.call(now, "run"));
    if (night === importDay + 2)
      say(
        "        it found the dead process by itself, took the newest day first, then the lost one",
      );
  }
}

async function tellKill(scene: Scene, now: string): Promise<void> {
  const { stage, say } = scene;
  say(
    `  ${nightText(now)} ${imported.contacts} contacts were imported in one single second; and now`,
  );
  scene.killedRequests = (await stage.killAfter(6, now, "run")).requests;
  const rows = stage.repository.rows("SELECT id FROM contacts").length;
  const running = [...stage.repository.records().values()].filter(
    ({ status }) => status === "running",
  );
  say("        the process is KILLED in the middle of it, after 6 pages");
  say(
    `        left behind: ${rows} rows, ${running.length} window that the ledger calls running, git status ${isClean(stage) ? "clean" : "NOT CLEAN"}`,
  );
}

async function tellCatchUp(scene: Scene): Promise<void> {
  const { stage, say } = scene;
  chapter(scene, `${asleepNights} nights nothing runs; then ${asleepNights + 1} days are due`);
  say(
    `  A run takes at most ${windowsMax} windows here, the newest first, so that today is never late:`,
  );
  for (let night = 1; night <= catchUpNights; night += 1) {
    const day = nights + asleepNights + night;
    const now = dayAt(start, day, "02:00");
    const call = await stage.call(now, "run");
    tellNight(scene, now, call);
    scene.steps.push({ newest: runIdAt(start, day - 1), settled: call.settled });
  }
}

async function tellRerun(scene: Scene): Promise<void> {
  const { stage } = scene;
  const now = dayAt(start, lastNight - 1, "10:00");
  const runId = runIdAt(start, rerunDay);
  chapter(scene, "One day is copied again by its name");
  scene.say(`  tidemark rerun ${runId}`);
  tellNight(scene, now, await stage.call(now, "rerun", runId));
}

async function tellBackfill(scene: Scene): Promise<void> {
  const { stage, say } = scene;
  const { from, to, days } = monthBefore;
  chapter(scene, `August, the month before the start, is ordered: ${days} windows`);
  say(`  tidemark backfill --from ${from} --to ${to} --max-windows 11`);
  const orders = ["ls-files", "ledger/contacts/orders"];
  const args = ["--from", from, "--to", to, "--reason", "demo"];
  const noon = dayAt(start, lastNight - 1, "12:00");
  const later = ["13:00", "14:00", "15:00"].map((time) => dayAt(start, lastNight - 1, time));
  const first = await stage.call(noon, "backfill", ...args, "--max-windows", "11");
  tellNight(scene, noon, first);
  say("        the rest waits in the ledger as an order; any later run goes on with it");
  // Bounded: an order that never ends fails the proofs, it does not keep the demo waiting.
  for (const now of later) {
    if (stage.repository.git(...orders) === "") break;
    tellNight(scene, now, await stage.call(now, "run", "--max-windows", "11"));
  }
  say(
    `        the order is ${stage.repository.git(...orders) === "" ? "done, its file gone" : "NOT DONE"}`,
  );
}

async function tellLastNight(scene: Scene): Promise<void> {
  const { stage, say } = scene;
  chapter(scene, "A last night, in which nobody works");
  say(`  ${stage.crm.changedMeanwhile} times so far a contact changed while its window was read;`);
  say("  each change has its own time, so it belongs to a later day, and this is the last one:");
  stage.crm.setBusy(false);
  const now = dayAt(start, lastNight, "02:00");
  tellNight(scene, now, await stage.call(now, "run"));
}

function tellNight({ say }: Scene, now: string, call: CallEnd): void {
  const days = call.settled.map((runId) => dayText(runId));
  const shown =
    days.length <= 3
      ? days.join(", ")
      : `${days[0]}, ${days[1]} ... ${days.at(-1)} (${days.length})`;
  const refusals = [
    call.throttled > 0 ? `${call.throttled} x 429, waited` : "",
    call.outages > 0 ? `${call.outages} x 503, asked again` : "",
  ].filter((text) => text !== "");
  const tail = refusals.length === 0 ? "" : `; ${refusals.join("; ")}`;
  say(
    `  ${nightText(now)}  copied ${shown}: ${call.contacts} contacts in ${call.requests} requests${tail}`,
  );
  if (call.complaint !== "") say(`        ${call.complaint}`);
}

async function prove(scene: Scene): Promise<readonly Proof[]> {
  const { stage, steps } = scene;
  const { repository, crm, contacts } = stage;
  const now = dayAt(start, lastNight, "03:00");
  const plan = await stage.call(now, "plan");
  const status = await stage.call(now, "status");
  const verify = await stage.call(now, "verify");
  const records = repository.records();
  const rows = repository.rows("SELECT * FROM contacts");
  const killed = dayAt(start, importDay, "00:00");
  return [
    proveCoverage([...records.values()], {
      from: dayAt(monthBefore.from, 0, "00:00"),
      to: dayAt(start, lastNight, "00:00"),
    }),
    proveNothingLeft({ plan: plan.json, status: status.json, verify: verify.json }),
    proveSteps(steps, windowsMax),
    proveEqual(rows, contacts.all()),
    proveOnce(rows, imported.contacts),
    proveAttempts(records, { rerun: dayAt(start, rerunDay, "00:00"), killed }),
    proveRequests([...records.values()], { seen: crm.log.length, killed: scene.killedRequests }),
    proveWaiting(crm.log),
    proveClean(stage),
  ];
}

function proveClean(stage: DemoStage): Proof {
  const commits = stage.repository.git("rev-list", "--count", "HEAD", "--", "ledger");
  return {
    title: "git tells the story",
    figures: `${commits} commits of the ledger, git status ${isClean(stage) ? "clean" : "not clean"}`,
    holds: isClean(stage) && Number(commits) > 0,
  };
}

function isClean({ repository }: DemoStage): boolean {
  return repository.git("status", "--porcelain", "--untracked-files=all") === "";
}

function showHistory(scene: Scene): void {
  const { stage, say } = scene;
  const lines = stage.repository.git("log", "--oneline", "--reverse", "--", "ledger").split("\n");
  const day = dayAt(start, importDay, "00:00").slice(0, 10);
  const about = lines.filter((line) => line.includes(day));
  const shown = [...lines.slice(0, 2), "...", ...about, "...", ...lines.slice(-6)];
  chapter(scene, "What git log --oneline tells, in part");
  for (const line of shown) say(`  ${line.length > 98 ? `${line.slice(0, 97)}…` : line}`);
}

function end(scene: Scene, proofs: readonly Proof[]): DemoEnd {
  const { stage, say } = scene;
  const { folder } = stage.repository;
  chapter(scene, "Proof");
  for (const { title, figures, holds } of proofs) {
    const mark = holds ? styleText("green", "proved") : styleText("red", "FAILED");
    say(`  ${mark}  ${title}: ${figures}`);
  }
  say("");
  say(
    `Kept to look at: ${folder} (ledger in ledger/, rows in ${databasePath}); delete it when done.`,
  );
  return { folder, proofs };
}
