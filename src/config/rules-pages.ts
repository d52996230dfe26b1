// Cross-field rules of a sync about order and pages (S52, S64 to S66). Paths are below the sync.

import type { ResponseRule, SyncSpec } from "../core/sync/sync-spec.ts";
import { mismatch, type Problem } from "./problem.ts";

/** All problems of a sync's order and pages. */
export function pagesProblems(sync: SyncSpec, rules: readonly ResponseRule[]): readonly Problem[] {
  return [
    ...keysetHasItsRow(sync),
    ...keysetIsFineEnough(sync),
    ...nextFitsType(sync),
    ...proofFitsType(sync),
    ...positionalIsTrue(sync),
    ...skipNeedsNumbers(sync, rules),
    ...positionalIsSafe(sync),
  ];
}

const keysetNames = {
  key: "key",
  watermark: "watermark",
  watermark_key: "[watermark, key]",
} as const;

/** S64: a keyset needs its row of S52. */
function keysetHasItsRow({ pages, readingOrder }: SyncSpec): readonly Problem[] {
  const { keyset, type, seed } = pages;
  if (keyset === undefined) {
    if (seed === undefined) return [];
    const text = "expected no seed without keyset, found one; remove it or declare keyset";
    return [{ path: ["pages", "seed"], text }];
  }
  const name = keysetNames[keyset];
  const problems: Problem[] = [];
  const by = keyset === "key" ? "key" : "watermark";
  const needsThen = keyset === "watermark_key";
  const isOrdered =
    readingOrder.by === by && readingOrder.dir === "asc" && (!needsThen || readingOrder.thenKey);
  if (!isOrdered) {
    const order = `{by: ${by}, dir: asc${needsThen ? ", then: key" : ""}}`;
    const text = `expected ${order}, as keyset ${name} requires, found another order; sort the request so and declare it`;
    problems.push({ path: ["order"], text });
  }
  if (keyset === "watermark") return problems;
  if (type !== "none") {
    const expected = `none, as keyset ${name} requires`;
    const remedy = "remove type; the engine continues by itself";
    problems.push(mismatch(["pages", "type"], { expected, found: type, remedy }));
  }
  if (seed === undefined) {
    const text = `expected a value below every key, as keyset ${name} requires, found nothing; add for example seed: "0"`;
    problems.push({ path: ["pages", "seed"], text });
  }
  return problems;
}

/** S52, K2: ties are walked by key, so the server must tell watermarks apart as finely as the records do. */
function keysetIsFineEnough({ pages, filter, watermark }: SyncSpec): readonly Problem[] {
  if (pages.keyset !== "watermark_key" || filter === undefined) return [];
  if (filter.granularityMicros <= watermark.precisionMicros) return [];
  const text =
    "expected at most the precision, as keyset [watermark, key] requires, found a coarser one; use keyset: watermark or key";
  return [{ path: ["filter", "granularity"], text }];
}

/** S64: token and link need their next position; nothing else reads one. */
function nextFitsType({ pages }: SyncSpec): readonly Problem[] {
  const { type, next } = pages;
  const path = ["pages", "next"];
  if (type !== "token" && type !== "link") {
    if (next === undefined) return [];
    return [{ path, text: `expected no next with type ${type}, found one; remove it` }];
  }
  const example = type === "token" ? "body:/next" : "header:Link";
  if (next === undefined)
    return [
      {
        path,
        text: `expected where the next position is, found nothing; add for example ${example}`,
      },
    ];
  if (type !== "link" || next.in !== "last_record") return [];
  return [
    {
      path,
      text: `expected a URL in body: or header:, found last_record:; write for example ${example}`,
    },
  ];
}

/** S64: what proves a last page where there is but one. */
function proofFitsType({ pages }: SyncSpec): readonly Problem[] {
  if (pages.type !== "none") return [];
  const isWalk = pages.keyset === "key" || pages.keyset === "watermark_key";
  const keys = (["more", "done", "total"] as const).filter((key) => pages[key] !== undefined);
  return keys
    .filter((key) => key !== "total" || !isWalk)
    .map((key) => ({
      path: ["pages", key],
      text: `expected no ${key} with type none, found one; declare how pages continue or remove it`,
    }));
}

/** S64: numbers and offsets count rows, whatever anybody says. */
function positionalIsTrue({ pages }: SyncSpec): readonly Problem[] {
  if (pages.positional || (pages.type !== "page" && pages.type !== "offset")) return [];
  const text = `expected true with type ${pages.type}, found false; remove it, or see pages.unsafe`;
  return [{ path: ["pages", "positional"], text }];
}

/** S64: only a number or an offset can step over a page. */
function skipNeedsNumbers(
  { pages, source }: SyncSpec,
  rules: readonly ResponseRule[],
): readonly Problem[] {
  if (pages.type === "page" || pages.type === "offset") return [];
  if (!rules.some((rule) => rule.action === "skip")) return [];
  const expected = `page or offset, since source ${source} has a response rule that skips`;
  const remedy = "change the rule";
  return [mismatch(["pages", "type"], { expected, found: pages.type, remedy })];
}

/** S65, S66: row counting pages that lose rows nobody touched. */
function positionalIsSafe(sync: SyncSpec): readonly Problem[] {
  const { pages, watermark, filter, readingOrder } = sync;
  if (!pages.positional || pages.keyset !== undefined || pages.unsafe) return [];
  if (watermark.kind !== "updated") return [];
  const causes = [
    ...(filter?.end === undefined ? [] : ["filter.end"]),
    ...(readingOrder.by === "watermark" && readingOrder.dir === "asc"
      ? ["order by watermark asc"]
      : []),
    ...(readingOrder.by === "none" ? ["order by none"] : []),
  ];
  if (causes.length === 0) return [];
  const text =
    `expected pages that do not count rows, found type ${pages.type} with ${causes.join(" and ")}, where a change` +
    " hides other rows; declare keyset: key, [watermark, key] or watermark, else no filter.end and an order by key or created";
  return [{ path: ["pages"], text }];
}
