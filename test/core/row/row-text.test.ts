import { describe, expect, test } from "vitest";

import { formatCsvLine, formatJsonLine, parseCsv } from "../../../src/core/row/row-text.ts";

describe("lines of rows", () => {
  test("quotes what RFC 4180 wants quoted, and blanks at the edges", () => {
    expect(formatCsvLine(["a", "b,c", 'd"e', "f\ng", " h", "", null])).toBe(
      'a,"b,c","d""e","f\ng"," h","",',
    );
  });

  test("puts an apostrophe before a formula, not before a number", () => {
    expect(formatCsvLine(["=1", "+1", "-1", "-1e5", "-x", "@x", "'=1", "'x", "\t1"])).toBe(
      `'=1,'+1,-1,-1e5,'-x,'@x,''=1,'x,'\t1`,
    );
  });

  test("reads a file without its last line end, with CRLF, blank lines and an empty last field", () => {
    expect(parseCsv('a,b\r\n\r\n"1\n2",\n3,')).toEqual({
      ok: true,
      lines: [
        { line: 1, fields: ["a", "b"] },
        { line: 3, fields: ["1\n2", null] },
        { line: 5, fields: ["3", null] },
      ],
    });
  });

  test.each([
    ["an open quote", 'a\n"b', 2],
    ["text after a quote", 'a\nb\n"c"d\n', 3],
    ["a quote within a bare field", 'a"b\n', 1],
  ])("names the line of %s", (_, text, line) => {
    expect(parseCsv(text)).toEqual({ ok: false, line });
  });

  test("writes members in the order given, names escaped", () => {
    expect(
      formatJsonLine([
        ['a"', "1"],
        ["__proto__", "{}"],
      ]),
    ).toBe('{"a\\"":1,"__proto__":{}}');
  });
});
