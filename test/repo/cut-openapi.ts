// Cuts the operations that Tidemark uses out of GitHub's description of its REST API, without prose, into the file that
// the fake GitHub judges by (G32). Run by hand: `node test/repo/cut-openapi.ts <folder of an unpacked @octokit/openapi>`,
// then oxfmt. The package is 385 MB unpacked, so it is no dependency. `nullable` becomes plain JSON Schema here.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const operations: readonly string[] = [
  "get /repos/{owner}/{repo}",
  "get /repos/{owner}/{repo}/git/blobs/{file_sha}",
  "post /repos/{owner}/{repo}/git/blobs",
  "get /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "post /repos/{owner}/{repo}/git/trees",
  "post /repos/{owner}/{repo}/git/commits",
  "post /repos/{owner}/{repo}/git/refs",
  "patch /repos/{owner}/{repo}/git/refs/{ref}",
  "delete /repos/{owner}/{repo}/git/refs/{ref}",
  "get /repos/{owner}/{repo}/rules/branches/{branch}",
  "get /repos/{owner}/{repo}/actions/runs/{run_id}",
  "get /repos/{owner}/{repo}/pulls",
  "post /repos/{owner}/{repo}/pulls",
  "get /repos/{owner}/{repo}/pulls/{pull_number}",
  "patch /repos/{owner}/{repo}/pulls/{pull_number}",
  "get /repos/{owner}/{repo}/issues",
  "post /repos/{owner}/{repo}/issues",
  "get /repos/{owner}/{repo}/issues/{issue_number}",
  "patch /repos/{owner}/{repo}/issues/{issue_number}",
  "post /repos/{owner}/{repo}/issues/{issue_number}/comments",
];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonMap = Readonly<Record<string, Json>>;

const prose = /^(description|summary|title|examples?|externalDocs|deprecated|x-.*)$/u;

/** What an operation keeps; links, callbacks, tags and headers of answers say nothing that is judged. */
const kept: readonly string[] = ["operationId", "parameters", "requestBody", "responses"];

/** The operations and the components that they need, without prose. */
export function cutDescription(
  description: JsonMap,
  wanted: readonly string[],
): { readonly paths: JsonMap; readonly components: JsonMap } {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of wanted) {
    const [method = "", path = ""] = operation.split(" ");
    const whole = componentOf({ paths: description["paths"] ?? null }, "#/paths");
    const item = isMap(whole) ? whole[path] : undefined;
    const found = isMap(item) ? item[method] : undefined;
    if (!isMap(found)) throw new Error(`${operation} is not in the description`);
    const entries = Object.entries(found)
      .filter(([key]) => kept.includes(key))
      .map(([key, value]): [string, Json] => [
        key,
        key === "responses" && isMap(value) ? mapValues(value, cutResponse) : value,
      ]);
    (paths[path] ??= {})[method] = withoutProse(Object.fromEntries(entries));
  }
  const references = new Set<string>();
  referencesOf(paths, references);
  const components: Record<string, Record<string, Json>> = {};
  // A set that grows while it is walked is walked to its end.
  for (const reference of references) {
    const component = withoutProse(cutResponse(componentOf(description, reference)));
    const [, , section = "", name = ""] = reference.split("/");
    (components[section] ??= {})[name] = component;
    referencesOf(component, references);
  }
  return { paths, components };
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(map: JsonMap, change: (value: Json) => Json): JsonMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function withoutProse(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isMap(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !prose.test(key))
    // Below `properties` a key is a name, and `description` is a property like any other.
    .map(([key, item]): [string, Json] => [
      key,
      key === "properties" && isMap(item) ? mapValues(item, withoutProse) : withoutProse(item),
    ]);
  return plainNull(Object.fromEntries(entries));
}

/** OpenAPI 3.0 writes `nullable: true`; JSON Schema has a type, or an alternative, `null`. */
function plainNull(schema: JsonMap): JsonMap {
  const { nullable, ...rest } = schema;
  if (typeof nullable !== "boolean") return schema;
  if (!nullable) return rest;
  if (typeof rest["type"] !== "string") return { anyOf: [rest, { type: "null" }] };
  const values = rest["enum"];
  return {
    ...rest,
    type: [rest["type"], "null"],
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  };
}

/** References in order of their first use. */
function referencesOf(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) referencesOf(item, found);
  if (!isMap(value)) return;
  for (const [key, item] of Object.entries(value))
    if (key === "$ref" && typeof item === "string") found.add(item);
    else referencesOf(item, found);
}

function componentOf(description: JsonMap, reference: string): Json {
  let at: Json | undefined = description;
  for (const step of reference.replace(/^#\//u, "").split("/"))
    at = isMap(at) ? at[step] : undefined;
  if (at === undefined) throw new Error(`${reference} is not in the description`);
  return at;
}

function cutResponse(response: Json): Json {
  if (!isMap(response) || !("headers" in response)) return response;
  return Object.fromEntries(Object.entries(response).filter(([key]) => key !== "headers"));
}

function main(folder: string | undefined): void {
  if (folder === undefined) throw new Error("name the folder of an unpacked @octokit/openapi");
  const read = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as JsonMap;
  const version = JSON.stringify(read("package.json")["version"]).slice(1, -1);
  const description = cutDescription(read("generated/api.github.com.json"), operations);
  const target = new URL("../support/github-fake/openapi.json", import.meta.url);
  const text = JSON.stringify({ package: `@octokit/openapi@${version}`, ...description });
  writeFileSync(target, `${text}\n`);
}

if (import.meta.main) main(process.argv[2]);
