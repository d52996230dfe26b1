// The predicates of the configuration: one value of a body or of the response headers (sources.md section 1).
// Serves 3 FETCH: response rules, `done`, `deletes.flag`. Only own members are read.

import { unreachable } from "../failure/assert.ts";
import type { Predicate } from "../sync/sync-spec.ts";
import type { ResponseHeaders } from "./answer.ts";
import { readPointer } from "./pointer.ts";

/** What a predicate may look at. */
export interface Examined {
  readonly headers: ResponseHeaders;
  /** A parsed body, or one item. */
  readonly document: unknown;
}

/** Whether the predicate holds: `equals` compares types too, `contains` ignores case, `null` is not present. */
export function holds(predicate: Predicate, examined: Examined): boolean {
  const values = valuesAt(predicate, examined);
  const { test } = predicate;
  switch (test.kind) {
    case "equals":
      return values.some((value) => test.values.some((wanted) => wanted === value));
    case "contains": {
      const wanted = test.text.toLowerCase();
      return values.some(
        (value) => typeof value === "string" && value.toLowerCase().includes(wanted),
      );
    }
    case "present":
      return test.present === values.some((value) => value !== undefined && value !== null);
    default:
      return unreachable(test);
  }
}

/** A header may come several times; one of its values is enough. */
function valuesAt(predicate: Predicate, examined: Examined): readonly unknown[] {
  if (predicate.at.in === "body") return [readPointer(examined.document, predicate.at.pointer)];
  return examined.headers.get(predicate.at.name.toLowerCase()) ?? [];
}
