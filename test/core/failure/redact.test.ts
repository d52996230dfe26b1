import * as fc from "fast-check";
import { expect, test } from "vitest";

import { makeRedactor } from "../../../src/core/failure/redact.ts";

const secret = 'pa/ss "w\\ö+rd?=';
const redact = makeRedactor([secret]);

test.each([
  ["raw", secret],
  ["percent-encoded", encodeURIComponent(secret)],
  ["percent-encoded in lower case", encodeURIComponent(secret).toLowerCase()],
  ["as a form", new URLSearchParams({ "": secret }).toString().slice(1)],
  ["Base64", Buffer.from(secret).toString("base64").replaceAll("=", "")],
  ["Base64 for URLs", Buffer.from(secret).toString("base64url")],
  ["Base64, percent-encoded", encodeURIComponent(Buffer.from(secret).toString("base64"))],
  ["JSON", JSON.stringify(secret).slice(1, -1)],
  ["JSON with escaped slashes", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")],
  [
    "JSON in ASCII",
    Array.from(secret, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  ],
])("hides a secret that is written %s (proof 14)", (_form, written) => {
  const shown = redact(`before ${written} after`);
  expect(shown).toBe("before *** after");
});

test("hides a secret inside the Base64 of user and password at every offset (proof 14)", () => {
  for (const user of ["a", "ab", "abc", "abcd"]) {
    const token = Buffer.from(`${user}:s3cr3t-value-1:more`).toString("base64");
    const shown = makeRedactor(["s3cr3t-value-1"])(`Basic ${token}`);
    expect(shown).toContain("***");
    expect(Buffer.from(shown.replaceAll("***", ""), "base64").toString()).not.toContain("s3cr3t");
  }
});

test("hides a secret split by control characters and invisible ones (proof 14)", () => {
  expect(makeRedactor(["hunter2hunter2"])("x hunter2\u0000hun\u200Bter2 y")).toBe("x *** y");
});

test("hides all of a secret that contains another (proof 14)", () => {
  expect(makeRedactor(["abc", "abcdef"])("abcdef abc")).toBe("*** ***");
});

test("hides a secret behind any amount of text that is dropped (proof 14)", () => {
  const show = makeRedactor(["hunter2hunter2"]);
  for (let spaces = 4085; spaces < 4100; spaces += 1) {
    expect(show(`${" ".repeat(spaces)}hunter2hunter2`)).toBe("***");
    expect(show(`/a?b=${"c".repeat(spaces)} hunter2hunter2`)).not.toContain("hunter");
  }
});

test("an empty secret hides nothing", () => {
  expect(makeRedactor([""])("plain text")).toBe("plain text");
});

test("no secret survives, whatever surrounds it (proof 14)", () => {
  const characters = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 });
  const wild = characters.filter((text) => !/[\p{Cc}\p{Cf}\s]/u.test(text) && !text.includes("*"));
  fc.assert(
    fc.property(wild, fc.string(), fc.string(), (value, before, after) => {
      const show = makeRedactor([value]);
      const ring = (inner: string): string => show(`${before}${inner}${after}`);
      for (const written of [value, encodeURIComponent(value), JSON.stringify(value)]) {
        expect(ring(written)).not.toContain(value);
      }
    }),
  );
});

test.each([
  ["GET https://a.example/b?token=x&y=z: 503", "GET https://a.example/b 503"],
  ["see https://a.example/b#part.", "see https://a.example/b"],
  ["https://user:pass@a.example/b", "https://a.example/b"],
  ["https://user:pass@a.example?x", "https://a.example"],
  ["path /contacts?since=2026 failed", "path /contacts failed"],
  ["what is it? nothing", "what is it? nothing"],
])("%j loses queries and user info (S3)", (text, shown) => {
  expect(redact(text)).toBe(shown);
});

test("control characters become nothing and line breaks one space (contract 3.1)", () => {
  expect(redact("a\r\n::error::b\u001b[31mc\u0085\u202Ed\u0000\t\te")).toBe("a ::error::b[31mcd e");
});

test.each([
  [
    "cannot open /home/me/project/tidemark.yml: no such file",
    "cannot open tidemark.yml: no such file",
  ],
  ["at file:///Users/me/src/x.ts:3:1", "at x.ts:3:1"],
  ["'/tmp/a b/c'", "'a b/c'"],
  ["C:\\Users\\me\\x.yml is bad", "x.yml is bad"],
  ["\\\\server\\share\\x.yml is bad", "x.yml is bad"],
  ["in /data/repo/ledger/a.json", "in a.json"],
  ["GET https://api.example.com/home/me/contacts", "GET https://api.example.com/home/me/contacts"],
  [
    "request.path /contacts/list, ledger/contacts/2026.json",
    "request.path /contacts/list, ledger/contacts/2026.json",
  ],
  ["src/tmp/x.ts", "src/tmp/x.ts"],
])("%j keeps the last part of an absolute path (house rules)", (text, shown) => {
  expect(makeRedactor([], ["/data/repo"])(text)).toBe(shown);
});

test("keeps 300 characters and never half of a pair (contract 3.1)", () => {
  expect(redact("x".repeat(300))).toBe("x".repeat(300));
  expect(redact("x".repeat(301))).toBe(`${"x".repeat(299)}…`);
  expect(redact(`${"x".repeat(298)}😀😀`)).toBe(`${"x".repeat(298)}…`);
});

test("reads a megabyte of anything in one go (proof 14)", () => {
  for (const unit of ["a", "?a=", "https://", "%41", "\\u0041", "/tmp/", " /"]) {
    expect(redact(unit.repeat(1_000_000 / unit.length)).length).toBeLessThanOrEqual(300);
  }
});
