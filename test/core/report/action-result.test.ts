import { expect, test } from "vitest";

import { makeMask } from "../../../src/core/failure/redact.ts";
import { maskTexts, rescueOf } from "../../../src/core/report/action-result.ts";
import { annotationsOf } from "../../../src/core/report/annotations.ts";
import { outputsOf } from "../../../src/core/report/outputs.ts";
import { summaryMarkdown } from "../../../src/core/report/summary.ts";
import { failedRecord } from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";
import { badDay, redStep, runResult, somePlace } from "../../support/report-of.ts";

// Characters that a page escapes: the escaped secret would not be found any more.
const secret = "s3_cr*t|<key>&@x";

test("no page holds a secret, not even an escaped one", () => {
  const error = {
    code: "auth" as const,
    message: `crm answered ${secret}`,
    mostCommon: undefined,
    retryable: false,
    resumeAfter: undefined,
  };
  const result = runResult({
    status: "failed",
    faults: [`contacts is stopped: ${secret}`],
    notes: [secret],
    settled: [failedRecord(day(1), { error })],
  });
  const masked = maskTexts(result, makeMask([secret]));
  const page = summaryMarkdown(masked, somePlace, redStep);
  expect(page).not.toMatch(/s3|cr\\\*t|key/);
  expect(page).toContain("| crm answered \\*\\*\\* |");
  expect(JSON.stringify(annotationsOf(masked, { gapsFail: false }))).not.toContain("s3");
  expect(JSON.stringify(outputsOf(masked))).not.toContain("s3");
});

test("everything but the texts stays as it is", () => {
  const result = badDay();
  expect(maskTexts(result, (text) => text)).toEqual(result);
});

test("a variable that holds a word of ours changes no page", () => {
  const mask = makeMask(["failed", "error", "status", "open", "timeout", "waived", "sound"]);
  const page = summaryMarkdown(maskTexts(badDay(), mask), somePlace, redStep);
  expect(page).toContain(
    "## Tidemark: failed\n\nSomething went wrong that a person should look at.",
  );
  expect(page).not.toContain("undefined");
});

test("only records and orders of the ledger may be repeated on a page", () => {
  const file = (path: string, content: string | undefined) => ({ path, content });
  const rescued = rescueOf({
    folder: "/runner/temp/r",
    shown: "r",
    ledger: "ledger",
    files: [
      file("ledger/a/2026/11/x.json", "{}\n"),
      file("ledger/a/orders/reread.json", "{}\n"),
      file("ledger/a/2026-11.jsonl", "{}\n"),
      file("ledger-data/a.json", "{}\n"),
      file("data/a.ndjson", "{}\n"),
      file("ledger/a/2026/11/gone.json", undefined),
    ],
  });
  expect(rescued).toEqual({
    folder: "/runner/temp/r",
    shown: "r",
    files: [
      { path: "ledger/a/2026/11/x.json", text: "{}\n" },
      { path: "ledger/a/orders/reread.json", text: "{}\n" },
      { path: "ledger/a/2026-11.jsonl", text: undefined },
      { path: "ledger-data/a.json", text: undefined },
      { path: "data/a.ndjson", text: undefined },
    ],
  });
});
