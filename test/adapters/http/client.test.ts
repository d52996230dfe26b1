import { expect, test } from "vitest";

import { makeClient } from "../../../src/adapters/http/client.ts";

/** A fetch that answers the same each time and keeps the requests it saw. */
function scripted(answer: () => Response): { fetch: typeof fetch; requests: Request[] } {
  const requests: Request[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    requests.push(new Request(input, init));
    return answer();
  };
  return { fetch, requests };
}

test.each([408, 413, 429, 500, 502, 503, 504])(
  "a %i is answered as it is, after one sending (P1)",
  async (status) => {
    const { fetch, requests } = scripted(
      () => new Response("no", { status, headers: { "retry-after": "0" } }),
    );
    const response = await makeClient({ fetch })("https://api.example.com/");
    expect([response.status, await response.text(), requests.length]).toEqual([status, "no", 1]);
  },
);

test("a failed connection is one sending (P1)", async () => {
  const { fetch, requests } = scripted(() => {
    throw new TypeError("fetch failed", {
      cause: Object.assign(new Error(), { code: "ECONNRESET" }),
    });
  });
  await expect(makeClient({ fetch })("https://api.example.com/")).rejects.toBeInstanceOf(Error);
  expect(requests.length).toBe(1);
});

test("asks for redirects as they are (S5)", async () => {
  const { fetch, requests } = scripted(() => new Response(null, { status: 302 }));
  const response = await makeClient({ fetch })("https://api.example.com/");
  expect([response.status, requests.map((request) => request.redirect)]).toEqual([302, ["manual"]]);
});
