// Two runs on one branch while GitHub fails at random: what a store says of a commit is what the history says (L6, G11).

import { expect, test } from "vitest";

import type { FaultAction } from "../../support/github-fake/faults.ts";
import { commitOn, openGithubStoreWorld, ownMessage } from "../../support/github-store-world.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const faults: readonly FaultAction[] = [
  { kind: "lost" },
  { kind: "reset" },
  { kind: "fail", status: 502 },
  { kind: "went-wrong", when: "before" },
  { kind: "went-wrong", when: "after" },
  { kind: "stale" },
  { kind: "stale", lag: { ms: 2000 } },
  { kind: "limited", limit: "secondary", retryAfter: 3 },
];

test.each([{ seed: 1 }, { seed: 2 }, { seed: 3 }, { seed: 4 }])(
  "says committed of what is in the history once, and conflict of what is not: seed $seed",
  async ({ seed }) => {
    const world = await openGithubStoreWorld();
    const random = seededRandom(seed);
    const pick = <Item>(items: readonly Item[]): Item =>
      items[Math.floor(random.next() * items.length)]!;
    const stores = [world.open(), world.open()];
    const tips = await Promise.all(stores.map((store) => store.tip()));
    const said = new Map<string, string>();
    for (let turn = 0; turn < 24; turn += 1) {
      const one = random.next() < 0.5 ? 0 : 1;
      const store = stores[one]!;
      if (random.next() < 0.6)
        world.fake.fault({
          on: ({ route }) => route === "graphql:Commit" || route === "graphql:Tip",
          times: pick([1, 1, 2, 3]),
          do: pick(faults),
        });
      if (random.next() < 0.2) await world.fake.push("main", { "src/app.ts": `${turn}\n` });
      const path = `ledger/${pick(["a", "b"])}/2026/${turn % 4}.json`;
      const answer = await commitOn(store, tips[one]!, `turn ${turn}`, { [path]: `${turn}\n` });
      said.set(ownMessage(`turn ${turn}`).split("\n")[0]!, answer.kind);
      tips[one] = answer.kind === "committed" ? answer.tip : await store.tip();
      const listed = await store.files(tips[one]).list("ledger");
      const real = world.fake.git("ls-tree", "-r", "--name-only", tips[one], "ledger/").trim();
      expect(listed.map((entry) => entry.path).join("\n")).toBe(real);
    }
    const history = world.fake.git("log", "--format=%s", "main").trim().split("\n");
    const wrong = [...said].filter(([subject, kind]) => {
      const times = history.filter((found) => found === subject).length;
      return kind === "unknown" ? times > 1 : times !== (kind === "committed" ? 1 : 0);
    });
    expect(wrong).toEqual([]);
    expect([...said.values()].filter((kind) => kind === "committed").length).toBeGreaterThan(5);
  },
);
