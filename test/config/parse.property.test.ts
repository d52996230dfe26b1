import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";
import { accepted } from "./refused/refused-case.ts";

const pieces = fc.oneof(
  fc.constantFrom(
    "",
    "\n",
    "  ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "{{",
    '"',
    "&a ",
    "*a",
    "!x ",
    "#",
    "null",
    "0",
  ),
  fc.constantFrom(
    "__proto__",
    "{{vars.x}}",
    "2026-02-30",
    "1mo",
    "/",
    "-1",
    "1e400",
    "type",
    "\u0000",
    "\ud800",
  ),
  fc.string({ maxLength: 8 }),
);

test("a spoilt file is refused in lines or accepted, and nothing is thrown", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(accepted.length), fc.nat(12), pieces), {
        minLength: 1,
        maxLength: 4,
      }),
      (edits) => {
        let text = accepted;
        for (const [place, length, piece] of edits)
          text = text.slice(0, place) + piece + text.slice(place + length);
        const parsed = parseConfig(text, {
          file: "tidemark.yml",
          envAllow: [],
          ledger: {},
        });
        const lines = parsed.ok ? ["tidemark.yml:1 x: y"] : parsed.problems;
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) expect(line).toMatch(/^tidemark\.yml(:\d+)?( [^\n]+)?: [^\n]+$/);
      },
    ),
    { numRuns: 500 },
  );
});
