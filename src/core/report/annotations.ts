// What a call says beside the log: few annotations of a level, since GitHub hides what exceeds its own limits without a
// word (github.md section 13, G29). Pure.

import type { ActionResult, StepVerdict } from "./action-result.ts";
import { type Annotation, annotation } from "./annotation.ts";
import { clampNotes } from "./outputs.ts";
import {
  publishedAnnotations,
  runAnnotations,
  standingAnnotations,
  stoppedAnnotations,
} from "./run-annotations.ts";
import { counted } from "./words.ts";

/** Annotations of one level that are shown one by one. */
const levelMax = 8;

/** What a call has to say (G29). With `gapsFail` gaps are what makes the step fail (`fail-on: gap`). */
export function annotationsOf(
  result: ActionResult,
  { gapsFail }: Pick<StepVerdict, "gapsFail">,
): readonly Annotation[] {
  const found = [...findingsOf(result, gapsFail), ...clampNotes(result).map(leftOut)];
  return (["error", "warning", "notice"] as const).flatMap((level) =>
    clamped(found.filter((one) => one.level === level)),
  );
}

function findingsOf(result: ActionResult, gapsFail: boolean): readonly Annotation[] {
  switch (result.kind) {
    case "run":
      return runAnnotations(result.report, result.published, gapsFail);
    case "status":
      return [...stoppedAnnotations(result.view), ...standingAnnotations(result.view, gapsFail)];
    case "plan":
      return result.plan.stopped.map(({ sync, why }) =>
        annotation("error", "sync stopped", `${sync}: ${why}`),
      );
    case "orders":
      return result.orders.flatMap(({ published }) => publishedAnnotations(published));
    case "verify":
      return ofVerify(result.view.findings);
    case "error":
      return ofError(result);
    case "compact":
    case "own_push":
      return [];
  }
}

function ofVerify(
  findings: Extract<ActionResult, { kind: "verify" }>["view"]["findings"],
): readonly Annotation[] {
  const groups = Map.groupBy(findings, ({ path, law }) => `${folderOf(path)}: ${law}`);
  return [...groups].map(([name, own]) => {
    const first = own[0] === undefined ? "" : `${own[0].path}: ${own[0].message}`;
    const message = `${name}: ${counted(own.length, "finding")}, first: ${first}`;
    return annotation("error", "the ledger breaks a law", message);
  });
}

function folderOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

const errorTitles: Readonly<Record<Extract<ActionResult, { kind: "error" }>["exitCode"], string>> =
  {
    2: "configuration or inputs",
    3: "the ledger cannot be written",
    70: "a bug in Tidemark",
    130: "cancelled",
  };

// A cancel is somebody's wish, and what it left the next run recovers.
function ofError({
  exitCode,
  messages,
  rescue,
}: Extract<ActionResult, { kind: "error" }>): readonly Annotation[] {
  const level = exitCode === 130 ? "warning" : "error";
  const kept =
    rescue === undefined
      ? []
      : [
          annotation(
            "error",
            "records rescued",
            `${counted(rescue.files.length, "file")} in ${rescue.shown}`,
          ),
        ];
  // Problems of the configuration are one each; whatever else there is to say is one text of several lines.
  const texts = exitCode === 2 ? messages : [messages.join("\n")];
  return [...kept, ...texts.map((text) => annotation(level, errorTitles[exitCode], text))];
}

function leftOut(message: string): Annotation {
  return annotation("notice", "left out", message);
}

function clamped(annotations: readonly Annotation[]): readonly Annotation[] {
  const [first] = annotations;
  const rest = annotations.length - levelMax;
  if (first === undefined || rest <= 0) return annotations;
  const message = `and ${rest} more; the job summary lists all`;
  return [...annotations.slice(0, levelMax), annotation(first.level, "more", message)];
}
