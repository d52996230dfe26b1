// Rules across the entries of a file: names, references, ids, paths. Paths are from the top.

import type { DestinationSpec, LedgerSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { mismatch, type Path, type Problem } from "./problem.ts";
import { namePattern, nameWords } from "./schema-values.ts";
import { isRepositoryPath, isWritablePath } from "./schema.ts";
import { nearestName } from "./suggest.ts";

/** Contract 2: the names of sources, destinations and syncs. */
export function nameProblems(group: string, names: readonly string[]): readonly Problem[] {
  const [expected = "", remedy = ""] = nameWords.split("; ");
  return names
    .filter((name) => !namePattern.test(name))
    .map((name) => mismatch([group, name], { expected, found: name, remedy }));
}

/** A name that must be one of those declared. */
export function referenceProblems(
  path: Path,
  options: { readonly name: string; readonly declared: readonly string[]; readonly group: string },
): readonly Problem[] {
  const { name, declared, group } = options;
  if (declared.includes(name)) return [];
  const nearest = nearestName(name, declared);
  const remedy =
    nearest === undefined
      ? `declare it under ${group} or name another`
      : `did you mean ${nearest}?`;
  const expected = `one of ${group}: ${declared.length === 0 ? "none is declared" : declared.join(" ")}`;
  return [mismatch(path, { expected, found: name, remedy })];
}

/** Contract 2: ids name ledger folders, so each belongs to one sync. */
export function idProblems(syncs: readonly SyncSpec[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return syncs.flatMap(({ name, id }) => {
    const owner = owners.get(id);
    if (owner === undefined) {
      owners.set(id, name);
      return [];
    }
    const expected = `an id of its own, not that of sync ${owner}`;
    return [mismatch(["syncs", name, "id"], { expected, found: id, remedy: "set another id" })];
  });
}

const filesBytesMax = 40_000_000;

/** Contract 5, 9: where a destination may write. */
export function destinationProblems(
  destination: DestinationSpec,
  ledger: LedgerSpec | undefined,
): readonly Problem[] {
  const { name, path } = destination;
  const at = ["destinations", name];
  if (destination.type === "sqlite") {
    const problem = isDatabasePath(path)
      ? insideLedger(path, ledger)
      : {
          expected: "the path of a file, plainly written",
          remedy: "write for example .tidemark/tidemark.db",
        };
    return problem === undefined ? [] : [mismatch([...at, "path"], { ...problem, found: path })];
  }
  const problems: Problem[] = [];
  if (!isWritablePath(path)) {
    const expected = "a relative path inside the repository";
    problems.push(
      mismatch([...at, "path"], { expected, found: path, remedy: "write for example data" }),
    );
  }
  const inside = insideLedger(path, ledger);
  if (inside !== undefined) problems.push(mismatch([...at, "path"], { ...inside, found: path }));
  if (destination.maxSizeBytes > filesBytesMax) {
    const text = "expected at most 40MB, found more; use sqlite for larger tables";
    problems.push({ path: [...at, "max_size"], text });
  }
  return problems;
}

// One way to write a place, so that two destinations of one place are seen to be one; absolute ones are allowed.
function isDatabasePath(path: string): boolean {
  return isRepositoryPath(path.startsWith("/") ? path.slice(1) : path);
}

function insideLedger(
  path: string,
  ledger: LedgerSpec | undefined,
): { readonly expected: string; readonly remedy: string } | undefined {
  if (ledger === undefined || !`${path}/`.startsWith(`${ledger.path}/`)) return undefined;
  return {
    expected: `a place outside the ledger's folder, ${ledger.path}`,
    remedy: "choose another",
  };
}
