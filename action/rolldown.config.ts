// Builds what users run: the action (index.js) and the command line (cli.js), what both share in chunks/, and the
// licences of the packages inside. Nothing here may depend on the machine, the time or the order of the disk: a
// rebuild gives the same bytes, and a test compares them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import type { OutputBundle, OutputOptions, Plugin, RolldownOptions } from "rolldown";

const root = resolve(import.meta.dirname, "..");

const config: Omit<RolldownOptions, "output"> & { output: OutputOptions } = {
  cwd: root,
  input: { index: "src/entry/action.ts", cli: "src/entry/cli.ts" },
  platform: "node",
  plugins: [licenses()],
  output: {
    dir: join(root, "action"),
    format: "esm",
    minify: true,
    comments: { legal: false },
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    // What both entries load, under a name of its own instead of that of any module in it.
    codeSplitting: { groups: [{ name: "engine", minShareCount: 2 }] },
  },
};

export default config;

/** Writes licenses.txt: name, version and licence text of every package that went into the bundle. */
function licenses(): Plugin {
  return {
    name: "licenses",
    generateBundle(_options, bundle) {
      const texts = packagesIn(bundle).map((folder) => licenseOf(folder));
      const source = texts.toSorted().join(`\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

function packagesIn(bundle: OutputBundle): readonly string[] {
  const folders = new Set<string>();
  for (const part of Object.values(bundle)) {
    if (part.type !== "chunk") continue;
    for (const id of part.moduleIds) {
      if (id.includes("/node_modules/")) folders.add(packageFolder(dirname(id)));
    }
  }
  return [...folders];
}

// The nearest package.json with a name: some packages put one without into their dist folders.
function packageFolder(folder: string): string {
  const path = join(folder, "package.json");
  if (existsSync(path) && "name" in JSON.parse(readFileSync(path, "utf8"))) return folder;
  return packageFolder(dirname(folder));
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder)
    .toSorted()
    .find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file === undefined && license === undefined) {
    throw new Error(
      `bundle: expected a licence in ${relative(root, folder)}, found none; leave the package out`,
    );
  }
  const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
