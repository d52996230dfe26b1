// What GitHub answered in another shape than it describes.

import { array, number, object } from "valibot";
import { expect, test } from "vitest";

import { parsedAnswer } from "../../../src/adapters/github/parsed-answer.ts";

const schema = array(object({ size: number() }));

test("an answer of the described shape is passed on without what was not asked for", () => {
  const answer = { ok: true, data: [{ size: 1, more: 2 }] } as const;
  expect(parsedAnswer(answer, "the list", schema)).toEqual({ ok: true, data: [{ size: 1 }] });
});

test("an answer of another shape is an error that names the place, never the value", () => {
  const answer = { ok: true, data: [{ size: 1 }, { size: "secret" }] } as const;
  expect(parsedAnswer(answer, "the list", schema)).toEqual({
    ok: false,
    error: {
      kind: "refused",
      status: undefined,
      type: undefined,
      message: "the list was expected as GitHub describes it, found something else at 1.size",
    },
  });
  expect(parsedAnswer({ ok: true, data: "x" }, "the list", schema)).toMatchObject({
    error: { message: expect.stringMatching(/found something else at its root$/) },
  });
});

test("an error is passed on as it is", () => {
  const error = { kind: "limited", status: 403, type: undefined, message: "later" } as const;
  expect(parsedAnswer({ ok: false, error }, "the list", schema)).toEqual({ ok: false, error });
});
