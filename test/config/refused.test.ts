import { expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";
import { pagesCases } from "./refused/pages.ts";
import { accepted, spoiltText } from "./refused/refused-case.ts";
import { requestsCases } from "./refused/requests.ts";
import { shapesCases } from "./refused/shapes.ts";
import { sourcesCases } from "./refused/sources.ts";
import { tablesCases } from "./refused/tables.ts";
import { textCases } from "./refused/text.ts";
import { togetherCases } from "./refused/together.ts";
import { unsupportedCases } from "./refused/unsupported.ts";
import { windowsCases } from "./refused/windows.ts";

const cases = [
  ...textCases,
  ...shapesCases,
  ...togetherCases,
  ...sourcesCases,
  ...windowsCases,
  ...pagesCases,
  ...requestsCases,
  ...tablesCases,
  ...unsupportedCases,
];

test("the text that every case spoils is accepted", () => {
  expect(parseConfig(accepted, { file: "tidemark.yml", envAllow: [], ledger: {} }).ok).toBe(true);
});

test.each(cases)("refuses $title", (refused) => {
  const parsed = parseConfig(spoiltText(refused), {
    file: "tidemark.yml",
    envAllow: [],
    ledger: {},
  });
  expect(parsed).toEqual({ ok: false, problems: refused.problems });
});
