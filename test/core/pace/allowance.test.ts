import { describe, expect, it } from "vitest";

import {
  addAllowance,
  type Allowance,
  allowedAt,
  spendAllowance,
} from "../../../src/core/pace/allowance.ts";

function added(allowances: readonly Allowance[], now = 0): readonly Allowance[] {
  return allowances.reduce<readonly Allowance[]>(
    (held, allowance) => addAllowance(held, allowance, now),
    [],
  );
}

describe("allowance", () => {
  it("admits what is left and then nothing until its end (P28)", () => {
    let held = added([{ left: 2, until: 100 }]);
    const seen = [allowedAt(held, 0)];
    for (let sent = 1; sent <= 3; sent += 1) {
      held = spendAllowance(held, 1);
      seen.push(allowedAt(held, 10));
    }
    expect([...seen, allowedAt(held, 99.9), allowedAt(held, 100)]).toEqual([
      -Infinity,
      -Infinity,
      100,
      100,
      100,
      -Infinity,
    ]);
  });

  it("gives back what a released permit took (P24)", () => {
    const held = spendAllowance(added([{ left: 1, until: 100 }]), 1);
    expect([allowedAt(held, 0), allowedAt(spendAllowance(held, -1), 0)]).toEqual([100, -Infinity]);
  });

  it("waits for the latest end of those used up (P28)", () => {
    const held = added([
      { left: 0, until: 100 },
      { left: -2, until: 60 },
      { left: 5, until: 900 },
    ]);
    expect([allowedAt(held, 0), allowedAt(held, 100)]).toEqual([100, -Infinity]);
  });

  it("drops what has ended and what another is as strict for as long (P28)", () => {
    const strict = { left: 2, until: 500 };
    expect([
      added([{ left: 9, until: 10 }, strict], 10),
      added([strict, { left: 3, until: 500 }]),
      added([{ left: 2, until: 400 }, strict]),
      added([strict, strict]),
      added([strict, { left: 1, until: 600 }]),
      added([strict, { left: 3, until: 501 }]),
    ]).toEqual([
      [strict],
      [strict],
      [strict],
      [strict],
      [{ left: 1, until: 600 }],
      [strict, { left: 3, until: 501 }],
    ]);
  });

  it("keeps the eight strictest of many (P24)", () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ left: 20 - n, until: 1000 - n }));
    expect(added(many).map((allowance) => allowance.left)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
