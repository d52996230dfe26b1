import { expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";
import { accepted } from "./refused/refused-case.ts";

const withFiles = accepted.replace(
  "{type: sqlite, path: .tidemark/tidemark.db}",
  "{type: files, path: data}",
);

function parsedWith(ledgerPath: string): ReturnType<typeof parseConfig> {
  return parseConfig(withFiles, {
    file: "tidemark.yml",
    envAllow: [],
    ledger: { path: ledgerPath },
  });
}

test("the folder of --ledger replaces the written one", () => {
  const parsed = parsedWith("books");
  expect(parsed.ok && parsed.project.ledger.path).toBe("books");
});

test("the folder of --ledger is held to the rules of the written one", () => {
  expect(parsedWith("data")).toEqual({
    ok: false,
    problems: [
      `tidemark.yml:10 destinations.local.path: expected a place outside the ledger's folder, data, found "data"; choose another`,
    ],
  });
});
