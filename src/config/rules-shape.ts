// Keys that must, or must not, stand together in one mapping. They read the written form, since a resolved value
// could not even express what is wrong.

import { type Path, type Problem, quote } from "./problem.ts";
import type { WrittenLimits, WrittenPredicate, WrittenSource } from "./written-source.ts";
import type { WrittenSync } from "./written.ts";

/** Problems of a source's mappings, paths below the source. */
export function sourceShapeProblems(written: WrittenSource): readonly Problem[] {
  return responseProblems(written.limits ?? {});
}

/** Problems of a sync's mappings, paths below the sync. */
export function syncShapeProblems(written: WrittenSync): readonly Problem[] {
  const { pages = {}, deletes = "none" } = written;
  return [
    ...predicateProblems(pages.done, ["pages", "done"], ["path", "name"]),
    ...predicateProblems(pages.incomplete_when, ["pages", "incomplete_when"], ["path", "name"]),
    ...(deletes === "none" ? [] : oneOfKeys(deletes, ["deletes"], ["flag", "sync", "snapshot"])),
    ...(deletes === "none" ? [] : predicateProblems(deletes.flag, ["deletes", "flag"], ["path"])),
  ];
}

function responseProblems(limits: WrittenLimits): readonly Problem[] {
  return (limits.responses ?? []).flatMap(({ when }, index) => {
    const path = ["limits", "responses", index, "when"];
    const conditions = [when.status, when.header, when.body];
    const isEmpty = conditions.every((condition) => condition === undefined);
    const text = "expected status, header or body, found none of them; say when the rule holds";
    return [
      ...(isEmpty ? [{ path, text }] : []),
      ...predicateProblems(when.header, [...path, "header"], ["name"]),
      ...predicateProblems(when.body, [...path, "body"], ["path"]),
    ];
  });
}

function predicateProblems(
  written: WrittenPredicate | undefined,
  path: Path,
  places: readonly ("path" | "name")[],
): readonly Problem[] {
  if (written === undefined) return [];
  return [
    ...oneOfKeys(written, path, places),
    ...oneOfKeys(written, path, ["equals", "contains", "present"]),
    ...(places.length === 1
      ? strangerProblems(written, path, places[0] === "path" ? "name" : "path")
      : []),
  ];
}

function strangerProblems(
  written: WrittenPredicate,
  path: Path,
  stranger: "path" | "name",
): readonly Problem[] {
  if (written[stranger] === undefined) return [];
  const expected = stranger === "name" ? "a path, since a value of JSON" : "a name, since a header";
  const text = `expected ${expected} is tested here, found ${stranger}; remove ${stranger}`;
  return [{ path: [...path, stranger], text }];
}

function oneOfKeys(written: object, path: Path, keys: readonly string[]): readonly Problem[] {
  const found = keys.filter((key) => Object.hasOwn(written, key));
  if (found.length === 1) return [];
  const expected = keys.length === 1 ? (keys[0] ?? "") : `exactly one of ${keys.join(", ")}`;
  const remedy = found.length === 0 ? "add it" : "remove the others";
  const text = `expected ${expected}, found ${found.length === 0 ? "none" : found.join(" and ")}; ${remedy}`;
  return [{ path, text }];
}

/** `{{` where no placeholder can stand (S11, S17), in names too. */
export function strayPlaceholders(
  value: unknown,
  path: Path,
  isPlace: (path: Path) => boolean,
): readonly Problem[] {
  if (typeof value === "string")
    return value.includes("{{") && !isPlace(path) ? [strayProblem(path, "here")] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const below = [...path, Array.isArray(value) ? Number(key) : key];
    const stray = key.includes("{{") ? [strayProblem(below, "in a name")] : [];
    return [...stray, ...strayPlaceholders(item, below, isPlace)];
  });
}

function strayProblem(path: Path, where: string): Problem {
  const text = `expected no placeholder ${where}, found ${quote("{{")}; write the value itself`;
  return { path, text };
}
