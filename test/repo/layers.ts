// Reads sources as text and says where they leave the layers of src/README.md. It knows nothing of the linter, so
// that loosening one of the two is noticed by the other.

import { posix } from "node:path";

/** Sources by path from the repository's root, `src/...`. */
export type Sources = ReadonlyMap<string, string>;

const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  ports: ["core", "ports"],
  app: ["core", "ports", "app"],
  config: ["core", "config"],
  adapters: ["core", "ports", "adapters"],
  entry: ["core", "ports", "app", "config", "adapters", "entry"],
};

/** Packages by folder; builtins are free in `adapters` and `entry`, forbidden elsewhere. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  "core/time": ["temporal-polyfill"],
  config: ["valibot", "yaml"],
  entry: ["@actions/core", "commander", "valibot"],
  "adapters/actions": ["@actions/core"],
  "adapters/files": ["p-limit"],
  "adapters/git": ["p-limit"],
  "adapters/github": ["@actions/github/lib/utils", "@octokit/rest", "p-limit", "valibot"],
  "adapters/http": ["ky", "structured-headers"],
  "adapters/ledger": ["p-limit", "valibot"],
};

const forbiddenNames = ["constants.ts", "index.ts", "types.ts", "utils.ts"];

const worldly =
  /(?<![.\w$"'`-])(?:Date|performance|setTimeout|setInterval|setImmediate|process|fetch|console|crypto|globalThis)\s*[.(]|\bnew Date\b|\bMath\.random\b|\bAbortSignal\.timeout\b/;

/** Every breach, as `path: what`, in the order of the sources. */
export function layerFindings(sources: Sources): readonly string[] {
  const perFile = [...sources].flatMap(([path, text]) =>
    [...placeFindings(path), ...importFindings(path, text), ...textFindings(path, text)].map(
      (finding) => `${path}: ${finding}`,
    ),
  );
  return [...perFile, ...cycleFindings(sources)];
}

/** The modules that a source imports, re-exports or loads, as written. */
function importsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  const statements = code.matchAll(/^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"([^"]+)"/gm);
  const calls = code.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...statements, ...calls].map((match) => match[1]!);
}

function placeFindings(path: string): readonly string[] {
  const [, layer, ...rest] = path.split("/");
  const findings: string[] = [];
  if (!Object.hasOwn(mayImport, layer!)) findings.push(`no such layer: ${layer}`);
  const depth = rest.length - 1;
  if ((layer === "core" || layer === "adapters") && depth !== 1) {
    findings.push(`files of ${layer} sit exactly one folder deep`);
  }
  if ((layer === "ports" || layer === "config" || layer === "entry") && depth !== 0) {
    findings.push(`files of ${layer} sit in no folder of their own`);
  }
  if (forbiddenNames.includes(rest.at(-1)!)) {
    findings.push("no barrels, and no file named after what is in none");
  }
  return findings;
}

function importFindings(path: string, text: string): readonly string[] {
  const [, layer] = path.split("/");
  return importsOf(text).flatMap((specifier) => {
    if (!specifier.startsWith(".")) return packageFindings(path, specifier);
    const target = posix.join(posix.dirname(path), specifier);
    const [top, targetLayer] = target.split("/");
    if (top !== "src") return layer === "entry" ? [] : [`imports ${target} outside of src`];
    if (!(mayImport[layer!] ?? []).includes(targetLayer!)) {
      return [`${layer} imports ${targetLayer} (${target})`];
    }
    if (layer === "adapters" && targetLayer === "adapters" && folderOf(path) !== folderOf(target)) {
      return [`imports another adapter (${target})`];
    }
    return [];
  });
}

function packageFindings(path: string, specifier: string): readonly string[] {
  const [, layer] = path.split("/");
  const isFree = layer === "adapters" || layer === "entry";
  if (specifier.startsWith("node:")) return isFree ? [] : [`imports the builtin ${specifier}`];
  const folder = isFree && layer === "entry" ? "entry" : folderOf(path);
  if ((mayUse[folder] ?? []).includes(specifier)) return [];
  return [`imports the package ${specifier}`];
}

// `core/time`, `adapters/git`, or the layer itself where it has no folders.
function folderOf(path: string): string {
  const [, layer, folder, file] = path.split("/");
  return file === undefined || layer === "app" ? layer! : `${layer}/${folder}`;
}

function textFindings(path: string, text: string): readonly string[] {
  const [, layer] = path.split("/");
  const code = withoutComments(text);
  const findings: string[] = [];
  if (!/^(?:#!.*\n)?\/\/ \S/.test(text))
    findings.push("does not open with a comment that says what it is");
  if (/^export default\b|\bas default\b/m.test(code)) findings.push("has a default export");
  if (/^export \*/m.test(code)) findings.push("re-exports a whole module");
  if (/^export\s+(?:type\s+)?\{[^}]*\}\s*from\b/m.test(code))
    findings.push("re-exports from another module");
  if (/^(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s/m.test(code)) {
    findings.push("has an enum or a namespace");
  }
  if (
    layer === "ports" &&
    /^(?:export\s+)?(?:async\s+)?(?:const|let|function|class)\s/m.test(code)
  ) {
    findings.push("a port has more than types");
  }
  if (layer !== "adapters" && layer !== "entry") {
    const found = worldly.exec(withoutStrings(code));
    if (found !== null) findings.push(`touches the world: ${found[0]}`);
  }
  return findings;
}

// One finding for each circle, named by its smallest path; types count.
function cycleFindings(sources: Sources): readonly string[] {
  const findings: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) findings.push(`circle: ${[...trail.slice(at), path].join(" -> ")}`);
    if (at >= 0 || done.has(path)) return;
    for (const specifier of importsOf(sources.get(path) ?? "")) {
      const target = posix.join(posix.dirname(path), specifier);
      if (specifier.startsWith(".") && sources.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of [...sources.keys()].toSorted()) visit(path, []);
  return findings;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

// Plain strings only: what stands between the braces of a template is code.
function withoutStrings(code: string): string {
  return code.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""').replaceAll(/`[^`$]*`/g, "``");
}
