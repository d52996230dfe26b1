// What a log may not be told by text from outside.

import fc from "fast-check";
import { expect, test } from "vitest";

import { commandSafe } from "../../../src/adapters/actions/log-text.ts";

test.each([
  ["::error::no", ": :error::no"],
  ["  ::endgroup::", "  : :endgroup::"],
  ["crm said ::endgroup::", "crm said ::endgroup::"],
  ["crm said ##[endgroup]", "crm said ## [endgroup]"],
  ["one\n::stop-commands::x\ntwo\n", "one\n: :stop-commands::x\ntwo\n"],
  ["one\r::add-mask::e", "one\n: :add-mask::e"],
  ["one\r\n::add-mask::e", "one\n: :add-mask::e"],
  ["\u200B::error::no", ": :error::no"],
  [":\u200B:error::no", ": :error::no"],
  [":\uFE0F:error::no", ": :error::no"],
  ["\u001B[2K::error::no", "[2K::error::no"],
  ["#\u00AD#[error]", "## [error]"],
  ["a\tb", "a\tb"],
  ["contacts 2026-11-22 succeeded: 3 records", "contacts 2026-11-22 succeeded: 3 records"],
])("%j is printed as %j", (text, printed) => {
  expect(commandSafe(text)).toBe(printed);
});

test("no text gives the runner a command, whatever its pieces", () => {
  const piece = fc.constantFrom(
    ":",
    "::",
    "#",
    "##[",
    "[",
    "\r",
    "\n",
    " ",
    "\u200B",
    "\uFE0F",
    "a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      for (const line of commandSafe(pieces.join("")).split("\n")) {
        expect(line.trimStart().startsWith("::")).toBe(false);
        expect(line).not.toContain("##[");
      }
    }),
  );
});
