// What the file may say already and no engine does yet: each such key is one problem, never silence.

import type { Path, Problem } from "./problem.ts";
import type { WrittenDestination, WrittenLimits, WrittenSource } from "./written-source.ts";
import type { WrittenSync } from "./written.ts";

type Use = readonly [path: Path, key: string, isUsed: boolean];

/** Of a source, paths below it. */
export function sourceUnsupported(written: WrittenSource): readonly Problem[] {
  if (written.type === "module") return problemsOf([[["type"], "module", true]]);
  const { type } = written.auth;
  const isLater = type === "basic" || type === "query" || type === "oauth2";
  return problemsOf([[["auth", "type"], type, isLater], ...limitsUses(written.limits ?? {})]);
}

function limitsUses(limits: WrittenLimits): readonly Use[] {
  return [
    [["limits", "quota"], "quota", limits.quota !== undefined],
    [["limits", "signals"], "a list of signals", typeof limits.signals === "object"],
    ...(limits.responses ?? []).map((rule, index): Use => [
      ["limits", "responses", index, "then"],
      "refresh_auth",
      rule.then === "refresh_auth",
    ]),
  ];
}

/** Of a destination, paths below it. */
export function destinationUnsupported(written: WrittenDestination): readonly Problem[] {
  const { type } = written;
  return problemsOf([[["type"], type, type !== "sqlite" && type !== "files"]]);
}

/** Of a sync, paths below it. */
export function syncUnsupported(written: WrittenSync): readonly Problem[] {
  const { pages = {}, run = {}, alerts = {}, deletes = "none" } = written;
  const kind = deletes === "none" ? {} : deletes;
  return problemsOf([
    [["emit"], "emit", (written.emit ?? "") !== ""],
    [["pages", "cap"], "cap", pages.cap !== undefined],
    [["pages", "incomplete_when"], "incomplete_when", pages.incomplete_when !== undefined],
    [["deletes", "sync"], "sync", kind.sync !== undefined],
    [["deletes", "snapshot"], "snapshot", kind.snapshot !== undefined],
    [["run", "reread"], "reread", run.reread !== undefined],
    [["transform"], "transform", written.transform !== undefined],
    [["approve"], "pull_request", written.approve === "pull_request"],
    [["alerts", "anomaly"], alerts.anomaly ?? "", (alerts.anomaly ?? "off") !== "off"],
    [["alerts", "heartbeat"], "heartbeat", alerts.heartbeat !== undefined],
  ]);
}

function problemsOf(uses: readonly Use[]): readonly Problem[] {
  return uses
    .filter(([, , isUsed]) => isUsed)
    .map(([path, key]) => ({ path, text: `not supported yet: ${key}` }));
}
