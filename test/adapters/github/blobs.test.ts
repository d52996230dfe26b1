// Contents by their git id (G5), on a client that answers as the test says.

import { expect, test } from "vitest";

import { batchesOf, openBlobs, type WantedBlob } from "../../../src/adapters/github/blobs.ts";
import type { GithubClient } from "../../../src/adapters/github/client.ts";
import { blobIdOf } from "../../../src/adapters/github/object-id.ts";
import { openGithubClient } from "../../../src/adapters/github/octokit-client.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const patience = { until: () => Infinity, runsUntil: () => Infinity, runEndsAt: () => undefined };

function wanted(text: string): WantedBlob {
  const bytes = Buffer.from(text, "utf8");
  return { oid: blobIdOf(bytes), bytes: bytes.length };
}

/** A client that gives the text for each content asked for, and notes how it was asked. */
function clientOf(answers: { readonly graphql: string | null; readonly rest: string }): {
  readonly client: GithubClient;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const client: GithubClient = {
    owner: "octo",
    name: "ledger",
    rateLeft: () => undefined,
    graphql: async (_, variables) => {
      const aliases = Object.keys(variables).filter((name) => /^b\d+$/.test(name));
      asked.push(`graphql ${aliases.length}`);
      const blob = answers.graphql === null ? null : { text: answers.graphql };
      const repository = Object.fromEntries(aliases.map((alias) => [alias, blob]));
      return { ok: true, data: { repository } };
    },
    rest: async () => {
      asked.push("rest");
      const content = Buffer.from(answers.rest, "utf8").toString("base64");
      return { ok: true, data: { content: `${content}\n`, encoding: "base64" } };
    },
  };
  return { client, asked };
}

async function readText(client: GithubClient, blob: WantedBlob): Promise<string | undefined> {
  const content = (await openBlobs(client, patience).read([blob])).get(blob.oid);
  return content === undefined ? undefined : Buffer.from(content).toString("utf8");
}

test("reads a content again over REST that is not the one of its id (G5)", async () => {
  const { client, asked } = clientOf({ graphql: "other\n", rest: "right\n" });
  expect(await readText(client, wanted("right\n"))).toBe("right\n");
  expect(asked).toEqual(["graphql 1", "rest"]);
});

test("stops where REST gives another content than that of the id (G5)", async () => {
  const { client } = clientOf({ graphql: null, rest: "other\n" });
  const blob = wanted("right\n");
  await expect(readText(client, blob)).rejects.toThrow(
    `blob ${blob.oid} on GitHub: expected the content of this id, found another; run again`,
  );
});

test("asks for nothing more once a content cannot be read, so that the process ends", async () => {
  const clock = createFakeClock();
  let sent = 0;
  const client = openGithubClient({
    token: "token",
    secrets: [],
    repository: "octo/ledger",
    apiUrl: "https://ghe.test/api/v3",
    graphqlUrl: "https://ghe.test/api/graphql",
    fetch: async () => {
      sent += 1;
      return new Response("{}", { status: 502 });
    },
    clock,
    random: { next: () => 0, hex: () => "" },
    cancel: new AbortController().signal,
  });
  const many = Array.from({ length: 80 }, (_, index) => wanted(`${index}\n`));
  await expect(clock.run(openBlobs(client, patience).read(many))).rejects.toThrow("status 502");
  const before = sent;
  await clock.advanceTo(clock.mono() + 3_600_000);
  // Those that were under way at the same time.
  expect(sent - before).toBeLessThanOrEqual(4);
  expect(clock.scheduled()).toBe(0);
});

test("asks for nothing twice, nor for what it was given", async () => {
  const { client, asked } = clientOf({ graphql: "one\n", rest: "" });
  const blobs = openBlobs(client, patience);
  const [one, two] = [wanted("one\n"), wanted("two\n")];
  blobs.keep(two.oid, Buffer.from("two\n", "utf8"));
  for (let time = 0; time < 2; time += 1)
    expect([...(await blobs.read([one, two, one])).keys()].toSorted()).toEqual(
      [one.oid, two.oid].toSorted(),
    );
  expect(asked).toEqual(["graphql 1"]);
});

test("keeps at most 32 MB, the newest", () => {
  const { client } = clientOf({ graphql: null, rest: "" });
  const blobs = openBlobs(client, patience);
  for (const oid of ["1", "2", "3"]) blobs.keep(oid, new Uint8Array(12_000_000));
  blobs.keep("4", new Uint8Array(40_000_000));
  expect(["1", "2", "3", "4"].map((oid) => blobs.get(oid)?.length)).toEqual([
    undefined,
    12_000_000,
    12_000_000,
    undefined,
  ]);
});

test("asks for 100 contents or 512 KiB at once, and for large ones alone (G5)", () => {
  const sizes = (all: readonly WantedBlob[]): readonly (readonly number[])[] =>
    batchesOf(all).map((batch) => batch.map(({ bytes }) => bytes));
  const many = Array.from({ length: 250 }, (_, index) => ({ oid: String(index), bytes: 10 }));
  expect(sizes(many).map(({ length }) => length)).toEqual([100, 100, 50]);
  const some = [200, 300, 600, 100, 50].map((kib) => ({ oid: String(kib), bytes: kib * 1024 }));
  expect(sizes(some)).toEqual([[200 * 1024, 300 * 1024], [600 * 1024], [100 * 1024, 50 * 1024]]);
  expect(sizes([])).toEqual([]);
});
