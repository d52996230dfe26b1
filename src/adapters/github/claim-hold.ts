// Why a run claims nothing more (G18, G24): the configuration moved, GitHub's points run out, or the commits of the
// hour do. What is left is for settling. Asks nobody.

import type { Clock } from "../../ports/clock.ts";
import type { ClaimHold } from "../../ports/ledger-store.ts";
import type { GithubClient } from "./client.ts";
import type { TipAnswer } from "./tip-query.ts";

export interface HoldFacts {
  readonly client: Pick<GithubClient, "rateLeft">;
  readonly clock: Clock;
  readonly runBranch: string;
  /** Paths of the configuration that are not the event's any more, or not in the checkout. */
  readonly config: Pick<TipAnswer, "moved" | "foreign">;
  /** Until when the rest of the hour's commits is kept for settling, and how long the run lasts, on `mono`. */
  readonly keptUntil: number | undefined;
  readonly runsUntil: number;
}

/** Below it nothing is claimed (G24). */
const pointsMin = 50;

/** As of the newest answers; undefined when all is well. */
export function claimHoldOf(facts: HoldFacts): ClaimHold | undefined {
  const { clock, config, keptUntil, runsUntil } = facts;
  if (config.foreign.length > 0)
    return {
      kind: "foreign",
      message:
        `${config.foreign.join(", ")}: expected the version of the event's commit in the checkout, found another; ` +
        "check that commit out, as actions/checkout does by itself, or nothing",
    };
  if (config.moved.length > 0)
    return {
      kind: "moved",
      message:
        `${config.moved.join(", ")}: expected the version of the event's commit at the tip of ${facts.runBranch}, ` +
        "found another; start a new run instead of re-running",
    };
  const left = facts.client.rateLeft();
  if (left !== undefined && left.remaining < pointsMin && left.resetAt > clock.wall())
    return limited(`${left.remaining} points left of its limit`, left.resetAt);
  if (keptUntil !== undefined && keptUntil > runsUntil)
    return limited(
      "nearly all commits made that a run may make in an hour",
      clock.wall() + keptUntil - clock.mono(),
    );
  return undefined;
}

function limited(found: string, freeAt: number): ClaimHold {
  const at = new Date(freeAt).toISOString();
  return {
    kind: "limited",
    message: `GitHub: expected room for more windows, found ${found}; a run after ${at} goes on`,
  };
}
