// Text from outside on a page: it shapes nothing and reaches nobody.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  code,
  fenced,
  link,
  plain,
  tableHead,
  tableRow,
} from "../../../src/core/report/markdown.ts";

/** Pipes that end a cell: those without a backslash that is not itself escaped. */
function cellEnds(row: string): number {
  return (row.replaceAll(/\\[\s\S]/g, "").match(/\|/g) ?? []).length;
}

const hostile = fc
  .array(
    fc.constantFrom(
      "|",
      "\\",
      "`",
      "``",
      "<",
      ">",
      "&",
      "@octocat",
      "#1",
      "GH-1",
      "\n",
      "\r",
      "\u2028",
      "\u202E",
      "*",
      "_",
      "[x](",
      "![",
      "~~",
      "$",
      "https://e.test",
      "www.e.test",
      "<!--",
      "-->",
      "a",
      " ",
    ),
    { maxLength: 15 },
  )
  .map((pieces) => pieces.join(""));

describe("a text from outside", () => {
  test.each([
    ["a|b", String.raw`a\|b`],
    [String.raw`a\|b`, String.raw`a\\\|b`],
    ["`rm`", "\\`rm\\`"],
    ["<img src=x>", "&#60;img src=x&#62;"],
    ["<!-- tidemark:sync=deals -->", "&#60;!-- tidemark:sync=deals --&#62;"],
    ["thanks @octocat", "thanks @&#8203;octocat"],
    ["fixes #12, GH-12", String.raw`fixes \#&#8203;12, GH-&#8203;12`],
    ["one\r\n## two\n\nthree", String.raw`one \#&#8203;\#&#8203; two three`],
    ["see https://e.test/a", "see https:&#8203;//e.test/a"],
    ["see WWW.e.test", "see www&#8203;.e.test"],
    ["see_www.e.test", String.raw`see\_www&#8203;.e.test`],
    ["![x](http://e.test)", String.raw`!\[x\](http:&#8203;//e.test)`],
    ["**b** _i_ ~~s~~", String.raw`\*\*b\*\* \_i\_ \~\~s\~\~`],
    ["a &#64; b", String.raw`a &#38;\#&#8203;64; b`],
    ["$x$", "&#36;x&#36;"],
    ["\u202Eevil\u0000", "evil"],
    ["  plain text  ", "plain text"],
    ["- [ ] x", String.raw`\- \[ \] x`],
    ["---", String.raw`\---`],
    ["+ x", String.raw`\+ x`],
    ["12. x", String.raw`12\. x`],
    ["3) x", String.raw`3\) x`],
    ["1.2.3 - x", "1.2.3 - x"],
  ])("%j stands in a line as %j", (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  test.each([
    [
      "contacts/20261123T000000Z--20261124T000000Z",
      "`contacts/20261123T000000Z--20261124T000000Z`",
    ],
    ["not_null", "`not_null`"],
    ["a|b", String.raw`<code>a\|b</code>`],
    ["a`b", "<code>a\\`b</code>"],
    ["a@b.test", "<code>a&#64;<!-- -->b.test</code>"],
    ["https://e.test", "<code>https&#58;//e.test</code>"],
    ["www.e.test/<b>", "<code>www&#46;e.test/&#60;b&#62;</code>"],
    ["a\nb", "`a b`"],
    ["", ""],
  ])("%j stands as code as %j", (text, shown) => {
    expect(code(text)).toBe(shown);
  });

  test("keeps a row of a table one row with its cells", () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (texts) => {
        const row = tableRow(texts.flatMap((text) => [plain(text), code(text)]));
        expect(cellEnds(row)).toBe(texts.length * 2 + 1);
        expect(row).not.toMatch(/[\r\n\u2028]/);
      }),
    );
  });

  test("begins no element, mentions nobody and refers to no issue", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(plain(text)).not.toMatch(
          /<|@(?!&#8203;)|(?<!&)#\d|GH-\d|:\/\/|(?<!\\)(?:\\\\)*[`*_[\]]/i,
        );
        expect(code(text).replaceAll(/^<code>|<\/code>$|&#64;<!-- -->/g, "")).not.toMatch(
          /[<@]|:\/\//,
        );
      }),
    );
  });

  test("is cut where it is longer than any message of ours", () => {
    const long = "ä|".repeat(400);
    expect(plain(long)).toBe(`${String.raw`ä\|`.repeat(299)}ä…`);
  });
});

describe("a link", () => {
  test("leads to an address of the web", () => {
    expect(link("run", "https://github.test/o/r/compare/main...tidemark/publish?expand=1")).toBe(
      "[run](https://github.test/o/r/compare/main...tidemark/publish?expand=1)",
    );
  });

  test.each([
    "javascript:alert(1)",
    "https://e.test/a) [b](https://e.test",
    "https://e.test/\n# x",
  ])("%j is shown, not linked", (url) => {
    expect(link("run", url)).toBe(code(url));
  });
});

describe("a block", () => {
  test("is ended by nothing it holds", () => {
    expect(fenced("a\n```\n````\nb\n", "json")).toEqual([
      "`````json",
      "a",
      "```",
      "````",
      "b",
      "`````",
    ]);
  });

  test("a table names its columns and aligns numbers to the right", () => {
    expect(tableHead(["sync", "failed#"])).toEqual(["| sync | failed |", "| --- | ---: |"]);
  });
});
