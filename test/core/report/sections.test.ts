// A page within its limit.

import fc from "fast-check";
import { expect, test } from "vitest";

import {
  bodyLimit,
  fitSections,
  paragraph,
  type Section,
  summaryLimit,
} from "../../../src/core/report/sections.ts";

function table(rows: number, width = 10): Section {
  const row = `| ${"ä".repeat(width)} |`;
  return {
    head: ["| a |", "| --- |"],
    rows: Array.from({ length: rows }, () => row),
    tail: ["", "end"],
    noun: "row",
  };
}

const small = {
  max: 400,
  sizeOf: (text: string): number => text.length,
  text: "400 characters of a test",
};

test("a page that fits is whole, its parts apart by an empty line", () => {
  expect(fitSections([paragraph("## Title"), table(2, 1)], small)).toBe(
    "## Title\n\n| a |\n| --- |\n| ä |\n| ä |\n\nend\n",
  );
});

test("a part without a line is left away", () => {
  expect(fitSections([paragraph(), paragraph("a")], small)).toBe("a\n");
});

test("a table is cut at a row, says how many are missing, and later parts keep their names", () => {
  const page = fitSections([table(30), table(30), paragraph("last")], { ...small, max: 235 });
  expect(page).toBe(
    [
      "| a |",
      "| --- |",
      "| ääääääääää |",
      "",
      "end",
      "",
      "29 more rows left out: the page would be longer than the 400 characters of a test.",
      "",
      "| a |",
      "| --- |",
      "",
      "end",
      "",
      "30 more rows left out: the page would be longer than the 400 characters of a test.",
      "",
      "last",
      "",
    ].join("\n"),
  );
});

test("what is left out is the end, not whatever is long", () => {
  const rows = ["| a |", `| ${"b".repeat(300)} |`, "| c |"];
  const page = fitSections([{ head: ["| x |"], rows, tail: [], noun: "row" }], small);
  expect(page.split("\n").slice(0, 4)).toEqual([
    "| x |",
    "| a |",
    "",
    "2 more rows left out: the page would be longer than the 400 characters of a test.",
  ]);
});

test.each([
  ["job summary, 900 KiB of UTF-8", summaryLimit, 900 * 1024],
  ["description, 30,000 characters", bodyLimit, 30_000],
] as const)("no %s is longer, and a long one uses nearly all of it (G29)", (_, limit, max) => {
  const page = fitSections([table(100_000), table(50)], limit);
  const size = limit === summaryLimit ? Buffer.byteLength(page) : page.length;
  expect(size).toBeLessThanOrEqual(max);
  expect(size).toBeGreaterThan(max - 300);
});

test("no page is longer than its limit, whatever its parts (G29)", () => {
  const part = fc.record({ rows: fc.nat(60), width: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 3 }), (parts) => {
      const page = fitSections(
        parts.map(({ rows, width }) => table(rows, width)),
        small,
      );
      expect(page.length).toBeLessThanOrEqual(small.max);
    }),
  );
});
