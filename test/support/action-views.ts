// What an acceptance test of the action reads of its world besides records and rows: outcomes of steps, commits, and
// what the action itself says of the ledger.

import type { StepEnd, StepOptions } from "./action-process.ts";
import type { ActionWorld } from "./action-world.ts";

/** Exit code, status and windows that succeeded, with the log where the step failed. */
export function outcomeOf({ code, outputs, log }: StepEnd): string {
  const outcome = `${code} ${outputs["status"]} ${outputs["windows-succeeded"]}`;
  return code === 0 ? outcome : `${outcome}\n${log}`;
}

/** Nothing for a sound ledger, else what `mode: verify` says of it. */
export async function soundness(world: ActionWorld, options?: StepOptions): Promise<string> {
  const { code, log, outputs, summary } = await world.step({ mode: "verify" }, options);
  return code === 0 && outputs["status"] === "ok" ? "" : `exit ${code}\n${log}\n${summary}`;
}

/** Subjects of the commits that carry our trailers, oldest first; throws when two of them are the same commit. */
export function subjectsIn({ github }: ActionWorld, branch = "main"): readonly string[] {
  // G10: holder and digest tell a commit from every other, so two with the same pair are one that was made twice.
  const trailer = (name: string): string =>
    `%(trailers:key=Tidemark-${name},valueonly,separator=%x20)`;
  const format = `--format=%s%x09${trailer("Holder")}%x09${trailer("Digest")}`;
  const commits = linesOf(github.git("log", "--reverse", format, branch))
    .map((line) => line.split("\t"))
    .filter(([, holder = ""]) => holder !== "");
  const identities = commits.map(([, holder, digest]) => `${holder} ${digest}`);
  const twice = identities.filter((identity, index) => identities.indexOf(identity) !== index);
  if (twice.length > 0) throw new Error(`made twice: ${twice.join(", ")}`);
  return commits.map(([subject = ""]) => subject);
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
