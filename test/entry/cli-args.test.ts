// The words of the command line: what is accepted, what is refused and how, and that the README names the same ones.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { Cancelled, ConfigError, LedgerError } from "../../src/core/failure/errors.ts";
import { parseArgs } from "../../src/entry/cli-args.ts";
import { exitCodeOfError } from "../../src/entry/exit-code.ts";
import { version } from "../../src/entry/version.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const common = {
  config: ".github/tidemark.yml",
  ledger: undefined,
  ledgerBranch: undefined,
  push: true,
  json: false,
  dryRun: false,
};

function problemsOf(argv: readonly string[]): readonly string[] {
  try {
    parseArgs(argv);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function helpOf(argv: readonly string[]): string {
  const parsed = parseArgs(argv);
  return parsed.kind === "text" ? parsed.text : "";
}

describe("arguments", () => {
  test("a run takes names of syncs and its bounds", () => {
    const argv = ["run", "a", "b", "--max-windows", "3", "--time-budget", "90s", "--json"];
    expect(parseArgs(argv)).toEqual({
      kind: "call",
      call: {
        command: "run",
        args: ["a", "b"],
        common: { ...common, json: true },
        options: { maxWindows: 3, timeBudget: 90_000, failOn: "failed" },
      },
    });
  });

  test("a backfill takes its range, and says missing and oldest by itself", () => {
    const argv = ["backfill", "--from", "2026-01-01", "--to", "2026-02-01", "--no-push"];
    expect(parseArgs(argv)).toEqual({
      kind: "call",
      call: {
        command: "backfill",
        args: [],
        common: { ...common, push: false },
        options: {
          from: "2026-01-01",
          to: "2026-02-01",
          reprocess: "missing",
          direction: "oldest",
          yes: false,
          failOn: "failed",
        },
      },
    });
  });

  test("a waiver takes run ids and a reason", () => {
    const argv = ["waive", "a/1", "a/2", "--reason", "gone", "--ledger-branch", "books"];
    expect(parseArgs(argv)).toEqual({
      kind: "call",
      call: {
        command: "waive",
        args: ["a/1", "a/2"],
        common: { ...common, ledgerBranch: "books" },
        options: { reason: "gone" },
      },
    });
  });

  test.for([
    [["runn"], "unknown command 'runn' (Did you mean run?)"],
    [["run", "--fast"], "unknown option '--fast'"],
    [["backfill", "--from", "2026-01-01"], "required option '--to <when>' not specified"],
    [["waive", "a/1"], "required option '--reason <text>' not specified"],
    [
      ["run", "--max-windows", "0"],
      "option '--max-windows <n>' argument '0' is invalid. expected a whole number from 1",
    ],
    [
      ["run", "--time-budget", "soon"],
      "option '--time-budget <duration>' argument 'soon' is invalid. expected a duration such as 20m",
    ],
    [
      ["run", "--fail-on", "always"],
      "option '--fail-on <what>' argument 'always' is invalid. Allowed choices are failed, gap, never.",
    ],
  ] as const)("%j is refused with one line and a hint", ([argv, said]) => {
    const [problem] = problemsOf(argv);
    expect(problem?.replaceAll(/\s+/g, " ")).toBe(`${said}; see tidemark --help`);
    expect(problemsOf(argv)).toHaveLength(1);
  });
});

describe("help", () => {
  const commands = [...helpOf(["--help"]).matchAll(/^ {2}([a-z]+) .*? {2}(\S.*)$/gm)]
    .filter(([, name, description]) => name !== "help" && description !== "not supported yet")
    .map(([, name]) => name);

  test("the README has a row for every command, and no other", () => {
    const [, section = ""] = /^## Command line$(.*?)^## /ms.exec(read("README.md")) ?? [];
    const rows = [...section.matchAll(/^\| `([a-z]+)[ `]/gm)].map(([, name]) => name);
    expect(commands).toHaveLength(11);
    expect(new Set(rows)).toEqual(new Set(commands));
  });

  test("every option that the README names is an option of a command", () => {
    const help = commands.map((name) => helpOf([name ?? "", "--help"])).join("\n");
    const [, section = ""] = read("README.md").split("## Command line");
    const named = [...section.split(/^## /m)[0]!.matchAll(/`[^`]*?(--[a-z][a-z-]*)/g)];
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(([, option]) => option).filter((option) => !help.includes(option!))).toEqual(
      [],
    );
  });

  test("a call without words prints the help", () => {
    expect(helpOf([])).toBe(helpOf(["--help"]));
  });
});

test("the version is that of the package", () => {
  const { version: packaged } = JSON.parse(read("package.json")) as { version: string };
  expect([version, helpOf(["--version"])]).toEqual([packaged, `${packaged}\n`]);
});

test("each error has the exit code of what has to be done about it (contract 7)", () => {
  const errors = [new ConfigError(["a"]), new LedgerError("b"), new Cancelled("c"), new Error("d")];
  const running = new AbortController().signal;
  expect(errors.map((error) => exitCodeOfError(error, running))).toEqual([2, 3, 130, 70]);
  // After a signal a ledger out of reach is no refusal to write.
  expect(errors.map((error) => exitCodeOfError(error, AbortSignal.abort()))).toEqual([
    2, 130, 130, 70,
  ]);
});
