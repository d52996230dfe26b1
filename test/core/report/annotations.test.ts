// What stands beside a run: few lines, windows together.

import { describe, expect, test } from "vitest";

import { runIdOf } from "../../../src/core/record/run-id.ts";
import type { ActionResult } from "../../../src/core/report/action-result.ts";
import type { Annotation } from "../../../src/core/report/annotation.ts";
import { annotationsOf } from "../../../src/core/report/annotations.ts";
import { at } from "../../support/builders.ts";
import { failedRecord, succeededRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";
import {
  badDay,
  hastySync,
  quietDay,
  runResult,
  soundEntry,
  viewOf,
} from "../../support/report-of.ts";
import { everyStatus } from "../../support/status-of.ts";

const quiet = { gapsFail: false };

/** `level title: message`, as a list reads it. */
function linesOf(annotations: readonly Annotation[]): readonly string[] {
  return annotations.map(({ level, title, message }) => `${level} ${title}: ${message}`);
}

function failedOn(
  nth: number,
  code: "timeout" | "network" | "retention" = "timeout",
  syncId = "contacts",
) {
  const plain = failedRecord(day(nth), { syncId });
  return { ...plain, error: { ...plain.error, code } };
}

describe("a run", () => {
  test("of a quiet day has nothing to say", () => {
    expect(annotationsOf(quietDay(), quiet)).toEqual([]);
  });

  test("tells the failed windows of a sync together (G29)", () => {
    const settled = Array.from({ length: 12 }, (_, index) => failedOn(index + 1));
    expect(annotationsOf(runResult({ status: "failed", settled }), quiet)).toEqual([
      {
        level: "error",
        title: "Tidemark: windows failed",
        message:
          "contacts: 12 windows failed (timeout), 2026-11-01 to 2026-11-12; first: crm: expected an answer within 60 s, found none; try again later",
      },
    ]);
  });

  test("counts the codes, and warns only when the failures do not fail the run", () => {
    const settled = [
      failedOn(1),
      failedOn(2),
      failedOn(3, "network"),
      failedOn(3, "timeout", "deals"),
    ];
    expect(linesOf(annotationsOf(runResult({ status: "partial", settled }), quiet))).toEqual([
      "warning Tidemark: windows failed: contacts: 3 windows failed (timeout 2, network 1), 2026-11-01 to 2026-11-03; first: crm: expected an answer within 60 s, found none; try again later",
      "warning Tidemark: windows failed: deals: 1 window failed (timeout), 2026-11-03; first: crm: expected an answer within 60 s, found none; try again later",
    ]);
  });

  test("tells parked windows once, with their remedy, and says nothing of those that are not red", () => {
    const records = [
      failedRecord(day(1), { failures: 5 }),
      failedRecord(day(2), { failures: 5 }),
      failedRecord(day(3), {
        failures: 0,
        error: {
          code: "retention",
          message: "gone",
          mostCommon: undefined,
          retryable: false,
          resumeAfter: undefined,
        },
      }),
    ];
    const faults = records.slice(0, 2).map(({ runId }) => `${runId} is parked; remedy: ...`);
    const standings = viewOf([soundEntry(stateOf({ records }), at("2026-11-04T06:00:00Z"))]);
    const result = runResult({ status: "failed", faults, standings });
    const errors = annotationsOf(result, quiet).filter(({ level }) => level === "error");
    expect(linesOf(errors)).toEqual([
      "error Tidemark: windows parked: contacts: 2 windows parked (timeout), 2026-11-01 to 2026-11-02; first: crm: expected an answer within 60 s, found none; try again later; remedy: mode rerun with run_id contacts/20261101T000000Z--20261102T000000Z, or give it up with tidemark waive",
    ]);
  });

  test("sends nobody to rerun what the source keeps no more", () => {
    const gone = failedOn(1, "retention");
    const faults = [`${gone.runId} is parked; remedy: ...`];
    const standings = viewOf([
      soundEntry(stateOf({ records: [gone] }), at("2026-11-02T06:00:00Z")),
    ]);
    const result = runResult({ status: "failed", faults, standings });
    expect(linesOf(annotationsOf(result, quiet))[0]).toBe(
      "error Tidemark: windows parked: contacts: 1 window parked (retention), 2026-11-01; first: crm: expected an answer within 60 s, found none; try again later; remedy: give it up with tidemark waive",
    );
  });

  test("of a bad day says each thing once, errors first", () => {
    expect(annotationsOf(badDay(), quiet).map(({ level, title }) => `${level} ${title}`)).toEqual([
      "error Tidemark: run failed",
      "error Tidemark: run failed",
      "error Tidemark: windows parked",
      "error Tidemark: windows failed",
      "error Tidemark: windows failed",
      "warning Tidemark: pull request",
      "warning Tidemark: window with a warning",
      "warning Tidemark: note",
      "notice Tidemark: coverage has gaps",
      "notice Tidemark: read with another mapping",
    ]);
  });

  test("has an error for gaps where gaps fail the step", () => {
    const records = [succeededRecord(day(1)), succeededRecord(day(3))];
    const standings = viewOf([soundEntry(stateOf({ records }), at("2026-11-04T06:00:00Z"))]);
    const line = "Tidemark: coverage has gaps: contacts: 1 gap (1 open), 2026-11-02";
    expect(linesOf(annotationsOf(runResult({ standings }), quiet))).toEqual([`notice ${line}`]);
    expect(linesOf(annotationsOf(runResult({ standings }), { gapsFail: true }))).toEqual([
      `error ${line}`,
    ]);
  });

  test("notices a sync that leaves itself too little time", () => {
    const titles = annotationsOf(runResult({ standings: viewOf([hastySync()]) }), quiet).map(
      ({ title }) => title,
    );
    expect(titles).toContain("Tidemark: little time between runs");
  });

  test("shows eight of a level and how many more there are (G29)", () => {
    const faults = Array.from({ length: 11 }, (_, nth) => `source s${nth} is closed for this run`);
    const notes = Array.from({ length: 8 }, (_, nth) => `note ${nth}`);
    const found = annotationsOf(runResult({ status: "failed", faults, notes }), quiet);
    const errors = found.filter(({ level }) => level === "error");
    expect(errors.length).toBe(9);
    expect(errors.at(-1)).toEqual({
      level: "error",
      title: "Tidemark: more",
      message: "and 3 more; the job summary lists all",
    });
    expect(found.filter(({ level }) => level === "warning").length).toBe(8);
  });

  test("says what the outputs left out (G29)", () => {
    const gap = { sync: "contacts", window: day(1), state: "open" as const };
    const gaps = Array.from({ length: 250 }, () => gap);
    expect(linesOf(annotationsOf(runResult({ gaps }), quiet))).toEqual([
      "notice Tidemark: left out: the output gaps holds the first 200 of 250 entries; tidemark status --json lists all",
    ]);
  });
});

describe("another mode", () => {
  test("status names stopped and stalled syncs", () => {
    const late = soundEntry(
      stateOf({ records: [succeededRecord(day(1))] }),
      at("2026-11-20T06:00:00Z"),
    );
    const view = { ...everyStatus(), syncs: [...everyStatus().syncs.slice(1), late] };
    expect(linesOf(annotationsOf({ kind: "status", view }, quiet)).slice(0, 2)).toEqual([
      "error Tidemark: sync stopped: deals: 1 damaged file, first: ledger/deals/2026/11/20261101T000000Z--20261102T000000Z.json: expected JSON, found conflict markers of git; keep one side and commit it",
      "error Tidemark: sync stalled: contacts: nothing newer is covered",
    ]);
  });

  test("verify tells the findings of a sync and law together", () => {
    const finding = (nth: number, law: "L8" | "L9") => ({
      path: `ledger/contacts/2026/11/${nth}.json`,
      runId: runIdOf("contacts", day(nth)),
      law,
      message: "no",
    });
    const findings = [finding(1, "L9"), finding(2, "L9"), finding(3, "L8")];
    const view = { findings, notes: [], syncs: 1, records: 3, folded: 0, orders: 0 };
    expect(linesOf(annotationsOf({ kind: "verify", view }, quiet))).toEqual([
      "error Tidemark: the ledger breaks a law: ledger/contacts: L9: 2 findings, first: ledger/contacts/2026/11/1.json: no",
      "error Tidemark: the ledger breaks a law: ledger/contacts: L8: 1 finding, first: ledger/contacts/2026/11/3.json: no",
    ]);
  });

  test.each([
    [2, "error Tidemark: configuration or inputs: why"],
    [3, "error Tidemark: the ledger cannot be written: why"],
    [70, "error Tidemark: a bug in Tidemark: why"],
    [130, "warning Tidemark: cancelled: why"],
  ] as const)("an error with exit %i is told as it is", (exitCode, line) => {
    const result: ActionResult = { kind: "error", exitCode, messages: ["why"], rescue: undefined };
    expect(linesOf(annotationsOf(result, quiet))).toEqual([line]);
  });

  test("what is one matter is one annotation, however many lines it has", () => {
    const messages = ["this is a bug", "at one", "at two", "please report these lines"];
    const bug: ActionResult = { kind: "error", exitCode: 70, messages, rescue: undefined };
    expect(linesOf(annotationsOf(bug, quiet))).toEqual([
      `error Tidemark: a bug in Tidemark: ${messages.join("\n")}`,
    ]);
    const wrong: ActionResult = { ...bug, exitCode: 2 };
    expect(annotationsOf(wrong, quiet)).toHaveLength(4);
  });

  test("rescued records come first", () => {
    const rescue = {
      folder: "/tmp/r",
      shown: "tidemark-rescue",
      files: [{ path: "a.json", text: "{}" }],
    };
    const result: ActionResult = { kind: "error", exitCode: 3, messages: ["why"], rescue };
    expect(linesOf(annotationsOf(result, quiet))[0]).toBe(
      "error Tidemark: records rescued: 1 file in tidemark-rescue",
    );
  });

  test("a plan names what is stopped, an order what GitHub refused", () => {
    const plan = { windows: [], remaining: 0, stopped: [{ sync: "deals", why: "damaged" }] };
    const matrix = { legs: [], omitted: 3 };
    expect(linesOf(annotationsOf({ kind: "plan", plan, matrix }, quiet))).toEqual([
      "error Tidemark: sync stopped: deals: damaged",
      "notice Tidemark: left out: the output matrix holds the first 0 of 3 sources; the next plan names the others",
    ]);
    expect(annotationsOf({ kind: "compact", folded: 1, commit: undefined }, quiet)).toEqual([]);
  });
});
