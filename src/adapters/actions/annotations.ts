// Annotations of this step, as workflow commands; @actions/core escapes what stands in them. Which there are is decided
// in core/report/annotations.ts.

import { error, notice, warning } from "@actions/core";

import type { Annotation } from "../../core/report/annotation.ts";

const issueOf = { error, warning, notice } as const;

/** Shows them beside the run, in this order. */
export function annotate(annotations: readonly Annotation[]): void {
  for (const { level, title, message } of annotations) issueOf[level](message, { title });
}
