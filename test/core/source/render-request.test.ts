import { describe, expect, it } from "vitest";

import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import { renderRequest } from "../../../src/core/source/render-request.ts";
import type { PlaceholderValue } from "../../../src/core/source/template.ts";
import type { RequestSpec } from "../../../src/core/sync/sync-spec.ts";

interface Given {
  readonly request: Partial<RequestSpec>;
  readonly values?: Readonly<Record<string, PlaceholderValue>>;
  readonly firstPage?: boolean;
  readonly firstOnly?: readonly string[];
  readonly vars?: Readonly<Record<string, string>>;
}

function render(given: Given) {
  const request = {
    method: "GET",
    path: "/rows",
    query: {},
    headers: {},
    body: undefined,
  } as const;
  return renderRequest({
    source: { baseUrl: "https://api.test", headers: { "X-Version": "1" }, vars: { team: "a/b c" } },
    sync: {
      request: { ...request, ...given.request },
      firstOnly: given.firstOnly ?? [],
      vars: given.vars ?? {},
    },
    values: new Map(Object.entries(given.values ?? {})),
    firstPage: given.firstPage ?? true,
    link: undefined,
  });
}

describe("a rendered request", () => {
  it("encodes a path value as one segment, / included (S15)", () => {
    expect(render({ request: { path: "/projects/{{vars.team}}/x" } })).toMatchObject({
      value: { url: "https://api.test/projects/a%2Fb%20c/x" },
    });
  });

  it("encodes whole query values, repeats lists, and prefers the sync's vars (S15)", () => {
    expect(
      render({
        request: {
          query: { "a[b]": "x y+{{vars.team}}", tags: ["one", "{{vars.team}}"], deep: true, n: 7 },
        },
        vars: { team: "ü" },
      }),
    ).toMatchObject({
      value: {
        url: "https://api.test/rows?a%5Bb%5D=x%20y%2B%C3%BC&tags=one&tags=%C3%BC&deep=true&n=7",
      },
    });
  });

  it("keeps the JSON type of a lone placeholder, and exact digits (S12, S18)", () => {
    const result = render({
      request: {
        method: "POST",
        body: { limit: "{{page.size}}", after: "{{keyset.key}}", q: "n={{page.size}}", x: null },
      },
      values: { "page.size": 100, "keyset.key": new ExactNumber("9007199254740993") },
    });
    expect(result).toMatchObject({
      value: {
        method: "POST",
        headers: { "content-type": "application/json", "x-version": "1" },
        body: '{"limit":100,"after":9007199254740993,"q":"n=100","x":null}',
      },
    });
  });

  it("leaves out what a lone unset placeholder stands for, and keeps containers (S13)", () => {
    const token = "{{page.token}}";
    expect(
      render({
        request: {
          method: "POST",
          query: { token, list: [token, "a"] },
          headers: { "X-Token": token },
          body: { page: { cursor: token }, list: [token] },
        },
      }),
    ).toMatchObject({
      value: {
        url: "https://api.test/rows?list=a",
        headers: { "content-type": "application/json", "x-version": "1" },
        body: '{"page":{},"list":[]}',
      },
    });
  });

  it("sends names of first_only with the first page alone", () => {
    const given = {
      request: { method: "POST", query: { from: "x", size: "1" }, body: { from: 1, keep: 2 } },
      firstOnly: ["from"],
    } as const;
    expect(render(given)).toMatchObject({
      value: { url: "https://api.test/rows?from=x&size=1", body: '{"from":1,"keep":2}' },
    });
    expect(render({ ...given, firstPage: false })).toMatchObject({
      value: { url: "https://api.test/rows?size=1", body: '{"keep":2}' },
    });
  });

  it.each(["..", ".", "%2e%2E", ".%2e"])("refuses the path segment %s (S6)", (segment) => {
    expect(render({ request: { path: `/a/${segment}/b` } })).toMatchObject({
      ok: false,
      failure: { code: "config" },
    });
  });

  it("refuses a path segment that becomes .. by substitution (S6)", () => {
    expect(render({ request: { path: "/a/{{vars.team}}" }, vars: { team: ".." } })).toMatchObject({
      ok: false,
      failure: { code: "config" },
    });
  });

  it("refuses keys and tokens from the source that could break out of longer text (S16)", () => {
    const given = { request: { query: { q: "id > '{{keyset.key}}'" } } };
    expect(render({ ...given, values: { "keyset.key": "x' OR 1=1" } })).toMatchObject({
      ok: false,
      failure: { code: "malformed_response" },
    });
    expect(render({ ...given, values: { "keyset.key": "A-1" } })).toMatchObject({
      value: { url: "https://api.test/rows?q=id%20%3E%20'A-1'" },
    });
  });

  it("refuses header values that are not visible ASCII (S15)", () => {
    expect(
      render({ request: { headers: { "X-A": "{{vars.team}}" } }, vars: { team: "é" } }),
    ).toMatchObject({
      ok: false,
      failure: { code: "config" },
    });
  });

  it("refuses half a surrogate pair from the source", () => {
    expect(
      render({ request: { query: { t: "{{page.token}}" } }, values: { "page.token": "\ud800" } }),
    ).toMatchObject({ ok: false, failure: { code: "malformed_response" } });
  });

  it("is the same byte for byte for the same values (S19)", () => {
    const given = { request: { query: { b: "{{vars.team}}", a: "1" } } };
    expect(render(given)).toEqual(render(given));
    expect(render(given)).toMatchObject({
      value: { url: "https://api.test/rows?b=a%2Fb%20c&a=1" },
    });
  });
});
