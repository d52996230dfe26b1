// What the runner is handed: files that it names and commands on standard output, read as the runner reads them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { annotate } from "../../../src/adapters/actions/annotations.ts";
import { writeJobSummary } from "../../../src/adapters/actions/job-summary.ts";
import { maskSecrets } from "../../../src/adapters/actions/masks.ts";
import { setOutputs } from "../../../src/adapters/actions/outputs.ts";
import { outputsOf } from "../../../src/core/report/outputs.ts";
import { summaryMarkdown } from "../../../src/core/report/summary.ts";
import { failedRecord } from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";
import { hostileText, redStep, runResult, somePlace } from "../../support/report-of.ts";

/** An empty file for the runner, gone after the test. */
function runnerFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-runner-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "file");
  writeFileSync(file, "");
  return file;
}

/** Lines that the work prints. */
function printed(work: () => void): readonly string[] {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    work();
  } finally {
    spy.mockRestore();
  }
  return text.split("\n").slice(0, -1);
}

/** A file of `name<<delimiter`, lines, delimiter, as the runner parses it. */
function outputsIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n");
  const outputs = new Map<string, string>();
  while (lines.length > 1) {
    const [name = "", delimiter = ""] = (lines.shift() ?? "").split("<<");
    const end = lines.indexOf(delimiter);
    outputs.set(name, lines.splice(0, end).join("\n"));
    lines.shift();
  }
  return outputs;
}

test("the summary is added to the file of the step", async () => {
  const file = runnerFile();
  writeFileSync(file, "before\n");
  await writeJobSummary("## Tidemark\n", { GITHUB_STEP_SUMMARY: file });
  expect(readFileSync(file, "utf8")).toBe("before\n## Tidemark\n");
});

test.each([{}, { GITHUB_STEP_SUMMARY: "" }])(
  "without a file there is no summary: %j",
  async (variables) => {
    await expect(writeJobSummary("## Tidemark\n", variables)).resolves.toBeUndefined();
  },
);

test("a summary that cannot be written is a sentence and no error", async () => {
  const variables = { GITHUB_STEP_SUMMARY: join(runnerFile(), "no-folder") };
  expect(await writeJobSummary("## Tidemark\n", variables)).toBe(
    "job summary: expected its file to be writable, found ENOTDIR; look at the disk of the runner",
  );
});

test("the largest summary stays below the 1 MiB above which the runner drops it (G29)", async () => {
  const file = runnerFile();
  const plain = failedRecord(day(1));
  const error = { ...plain.error, message: `${hostileText} ${"ü".repeat(300)}` };
  const settled = Array.from({ length: 5000 }, () => ({ ...plain, error }));
  const page = summaryMarkdown(runResult({ status: "failed", settled }), somePlace, redStep);
  await writeJobSummary(page, { GITHUB_STEP_SUMMARY: file });
  const { length } = readFileSync(file);
  expect(length).toBeGreaterThan(850 * 1024);
  expect(length).toBeLessThan(1024 * 1024);
});

test("every output arrives whole, whatever it holds", () => {
  const file = runnerFile();
  vi.stubEnv("GITHUB_OUTPUT", file);
  const outputs = { ...outputsOf(runResult()), gaps: '[\n{"sync":"a"}]', matrix: hostileText };
  const lines = printed(() => setOutputs(outputs));
  expect(lines).toEqual([]);
  expect(Object.fromEntries(outputsIn(readFileSync(file, "utf8")))).toEqual(outputs);
});

test("annotations are commands with a title, one line each", () => {
  const lines = printed(() =>
    annotate([
      {
        level: "error",
        title: "Tidemark: windows failed, twice",
        message: "one\n::endgroup::\r100%",
      },
      { level: "warning", title: "Tidemark: note", message: "two" },
      { level: "notice", title: "Tidemark: more", message: "three" },
    ]),
  );
  expect(lines).toEqual([
    "::error title=Tidemark%3A windows failed%2C twice::one%0A::endgroup::%0D100%25",
    "::warning title=Tidemark%3A note::two",
    "::notice title=Tidemark%3A more::three",
  ]);
});

test("secrets are masked raw, by line, in Base64 and URL-encoded, once each", () => {
  const lines = printed(() =>
    maskSecrets(["to/ken+1", "line one\nend", "plain-token", "plain-token"]),
  );
  expect(lines).toEqual([
    "::add-mask::to/ken+1",
    "::add-mask::dG8va2VuKzE=",
    "::add-mask::to%252Fken%252B1",
    "::add-mask::line one%0Aend",
    "::add-mask::line one",
    "::add-mask::bGluZSBvbmUKZW5k",
    "::add-mask::line%2520one%250Aend",
    "::add-mask::plain-token",
    "::add-mask::cGxhaW4tdG9rZW4=",
  ]);
});

test("an empty or very short secret masks nothing", () => {
  expect(printed(() => maskSecrets(["", "  ", "\n", "abc"]))).toEqual([]);
  expect(printed(() => maskSecrets(["abcd"]))[0]).toBe("::add-mask::abcd");
});
