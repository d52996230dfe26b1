import { describe, expect, it } from "vitest";

import { nextInLinkHeader } from "../../../src/core/source/link-header.ts";
import {
  firstPosition,
  following,
  type PageFacts,
  readTotal,
} from "../../../src/core/source/paging.ts";
import type { PagesSpec } from "../../../src/core/sync/sync-spec.ts";
import { syncOf } from "../../support/builders.ts";

const next = { in: "body", pointer: ["next"] } as const;
const more = { in: "body", pointer: ["more"] } as const;
const total = { in: "body", pointer: ["total"] } as const;
const done = {
  at: { in: "body", pointer: ["end"] },
  test: { kind: "equals", values: [true] },
} as const;

function follow(
  pages: Partial<PagesSpec>,
  document: unknown,
  items: readonly unknown[] = [{ id: "a" }],
  page: Partial<PageFacts> = {},
) {
  const spec = { ...syncOf().pages, ...pages };
  const facts: PageFacts = {
    kind: "read",
    items,
    document,
    headers: new Map(),
    url: "https://api.test/v1/rows?page=1",
    last: undefined,
    lastWatermark: undefined,
    isBeyond: false,
    ...page,
  };
  const follows = following(spec, firstPosition(spec), facts, items.length);
  return follows.kind === "failed" ? follows.failure.code : follows;
}

const last = { kind: "last" };
const token = (value: unknown) => ({ kind: "next", position: { kind: "token", token: value } });
const count = (value: number) => ({ kind: "next", position: { kind: "count", count: value } });

describe("what follows a page", () => {
  it.each([null, undefined, ""])("by token is nothing where next is %o (S48)", (value) => {
    expect(follow({ type: "token", next }, { next: value })).toEqual(last);
  });

  it("by token is the next token, text or number, after a short and an empty page (S49)", () => {
    expect(follow({ type: "token", next }, { next: "t" })).toEqual(token("t"));
    expect(follow({ type: "token", next }, { next: 7 }, [])).toEqual(token(7));
    expect(follow({ type: "token", next }, { next: { a: 1 } })).toBe("malformed_response");
  });

  it("by token ends where more is false or done is true, whatever next says (S48)", () => {
    expect(follow({ type: "token", next, more }, { next: "t", more: false })).toEqual(last);
    expect(follow({ type: "token", next, more }, { next: "t", more: true })).toEqual(token("t"));
    expect(follow({ type: "token", next, done }, { next: "t", end: true })).toEqual(last);
    expect(follow({ type: "token", next, done }, { next: "t", end: false })).toEqual(token("t"));
  });

  it("is incomplete where more is promised without a position (S50)", () => {
    expect(follow({ type: "token", next, more }, { more: true })).toBe("incomplete");
    expect(follow({ type: "token", next, done }, {})).toBe("incomplete");
    expect(follow({ type: "link", next, more }, { more: true })).toBe("incomplete");
    expect(follow({ type: "offset", start: 0, more }, { more: true }, [])).toBe("incomplete");
  });

  it("is malformed where more is no boolean (S50)", () => {
    for (const type of ["token", "link", "page", "offset"] as const)
      expect(follow({ type, next, more }, { more: "yes", next: "t" })).toBe("malformed_response");
  });

  it("by last record ends at an empty page alone (S48)", () => {
    const byLast = { type: "token", next: { in: "last_record", pointer: ["id"] } } as const;
    expect(follow(byLast, {}, [{ id: "a" }, { id: "b" }])).toEqual(token("b"));
    expect(follow(byLast, {}, [])).toEqual(last);
    expect(follow(byLast, {}, [{ id: "a" }, {}])).toBe("incomplete");
    expect(follow({ ...byLast, more }, { more: false })).toEqual(last);
  });

  it("by link is the URL resolved against the one that was answered (S4, S48)", () => {
    expect(follow({ type: "link", next }, { next: "?page=2" })).toEqual({
      kind: "next",
      position: { kind: "link", url: "https://api.test/v1/rows?page=2" },
    });
    expect(follow({ type: "link", next }, { next: null })).toEqual(last);
    expect(follow({ type: "link", next }, { next: "https://u:p@api.test/" })).toBe(
      "malformed_response",
    );
    expect(follow({ type: "link", next }, { next: 7 })).toBe("malformed_response");
  });

  it("by page is the next number until a page is empty or the total is reached (S48)", () => {
    expect(follow({ type: "page" }, {})).toEqual(count(2));
    expect(follow({ type: "page" }, {}, [])).toEqual(last);
    expect(follow({ type: "page", total }, { total: 1 })).toEqual(last);
    expect(follow({ type: "page", total }, { total: 2 })).toEqual(count(2));
    expect(follow({ type: "page", more }, { more: true }, [])).toEqual(count(2));
    expect(follow({ type: "page", more, total }, { more: true, total: 1 })).toEqual(count(2));
  });

  it("by offset counts the items received, not those asked for (S48)", () => {
    expect(follow({ type: "offset", start: 0, size: 100 }, {}, [1, 2, 3])).toEqual(count(3));
  });

  it("after a skipped page is the next number, or a whole page on (S73)", () => {
    const skipped = { kind: "skipped" } as const;
    expect(follow({ type: "page" }, {}, [], skipped)).toEqual(count(2));
    expect(follow({ type: "offset", start: 0, size: 100 }, {}, [], skipped)).toEqual(count(100));
  });

  it("is nothing after the one page of none, unless it is full (S56)", () => {
    expect(follow({ type: "none" }, {})).toEqual(last);
    expect(follow({ type: "none", size: 2 }, {})).toEqual(last);
    expect(follow({ type: "none", size: 1 }, {})).toBe("cap");
  });

  it("ignores a total that is not a whole number from 0 (S50)", () => {
    const spec = { ...syncOf().pages, total };
    const read = (value: unknown) =>
      readTotal(spec, { document: { total: value }, headers: new Map() } as unknown as PageFacts);
    expect([7, 0, -1, 1.5, "7", null].map(read)).toEqual([
      7,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    [['<https://a.test/?a=1,2>; rel="next"'], "https://a.test/?a=1,2"],
    [['</p>; rel=prev, </n>; title="a, <b>"; REL="last Next"'], "/n"],
    [['</a>; rel="prev"', "</b>; rel=next"], "/b"],
    [['</a>; rel="nextish"'], undefined],
    [['</a>; title="rel=next"'], undefined],
    [['</a>; title="; rel=next"; rel=prev'], undefined],
    [["<no end"], undefined],
    [[], undefined],
  ])("finds the next target in Link %o (S48)", (values, target) => {
    expect(nextInLinkHeader(values)).toBe(target);
  });
});
