// GitHub's description of its REST API, cut by test/repo/cut-openapi.ts: which operation a request is, whether it and its
// answer are as described, and the fields of an answer that the fake does not model.

import { readFileSync } from "node:fs";

import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Described {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One operation that is described, for one request. */
export interface Operation {
  /** As GitHub writes it: `POST /repos/{owner}/{repo}/git/trees`. */
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly described: Described;
}

const description: Description = JSON.parse(
  readFileSync(new URL("openapi.json", import.meta.url), "utf8"),
) as Description;

/** Strict validation for bodies; what comes in a URL is text and is turned into numbers first. */
const bodies = validator(false);
const texts = validator(true);
const compiled = new Map<unknown, ValidateFunction>();

function validator(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: false, coerceTypes });
  addFormats.default(ajv);
  // Formats of GitHub's own, such as `repo.nwo`, say nothing that can be checked.
  const own = JSON.stringify(description).matchAll(/"format":"([^"]+)"/gu);
  for (const [, format = ""] of own) if (!(format in ajv.formats)) ajv.addFormat(format, true);
  return ajv;
}

export function findOperation(method: string, pathname: string): Operation | undefined {
  for (const [path, methods] of Object.entries(description.paths)) {
    const described = methods[method.toLowerCase()];
    if (described === undefined) continue;
    // The last parameter of these may hold slashes.
    const pattern = path.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
      name === "ref" || name === "branch" ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
    const found = new RegExp(`^${pattern}$`, "u").exec(pathname);
    if (found === null) continue;
    const parameters = Object.fromEntries(
      Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    return { route: `${method} ${path}`, parameters, described };
  }
  return undefined;
}

/** What is wrong with a request; empty when it is as described. */
export function requestFaults(
  operation: Operation,
  query: Readonly<Record<string, string>>,
  body: unknown,
): readonly string[] {
  const { described, route } = operation;
  const parameters = (described.parameters ?? []).map(
    (parameter) => resolved(parameter) as Parameter,
  );
  const faults = (["path", "query"] as const).flatMap((place) => {
    const known = parameters.filter((parameter) => parameter.in === place);
    const given = { ...(place === "path" ? operation.parameters : query) };
    const schema = {
      type: "object",
      properties: Object.fromEntries(known.map(({ name, schema: of }) => [name, of])),
      required: known.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false,
    };
    return schemaFaults(texts, schema, given, `${route} ${place}`);
  });
  const schema = described.requestBody?.content?.["application/json"]?.schema;
  if (schema === undefined)
    return body === undefined ? faults : [...faults, `${route} takes no body`];
  if (body === undefined)
    return described.requestBody?.required === true ? [...faults, `${route} needs a body`] : faults;
  return [
    ...faults,
    ...schemaFaults(bodies, schema, body, `${route} body`),
    ...undescribed(schema, body, "").map((path) => `${route} body: ${path} is not described`),
  ];
}

/** What is wrong with an answer. Statuses that the description omits may carry the basic error. */
export function answerFaults(
  operation: Operation,
  status: number,
  body: unknown,
): readonly string[] {
  const { described, route } = operation;
  const place = `answer ${status} of ${route}`;
  const response = described.responses[String(status)];
  if (response === undefined) {
    const basic = description.components["schemas"]?.["basic-error"] as Schema;
    return status < 400 ? [`${place} is not described`] : schemaFaults(bodies, basic, body, place);
  }
  const schema = (resolved(response) as Content).content?.["application/json"]?.schema;
  if (schema === undefined) return body === undefined ? [] : [`${place} has no body`];
  return schemaFaults(bodies, schema, body, place);
}

/** Schema of what a route answers with this status. */
export function answerSchema(operation: Operation, status: number): Schema | undefined {
  const response = operation.described.responses[String(status)];
  if (response === undefined) return undefined;
  return (resolved(response) as Content).content?.["application/json"]?.schema;
}

/** Follows a reference into the components. */
export function resolved(value: unknown): unknown {
  const { $ref } = (value ?? {}) as { readonly $ref?: string };
  if ($ref === undefined) return value;
  const [, , section = "", name = ""] = $ref.split("/");
  return resolved(description.components[section]?.[name]);
}

function schemaFaults(ajv: Ajv, schema: Schema, value: unknown, place: string): readonly string[] {
  const known = compiled.get(schema);
  const validate =
    known ?? ajv.compile({ allOf: [schema], components: description.components } as object);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .slice(0, 3)
    .map(({ instancePath, message }) => `${place}: ${instancePath} ${message ?? ""}`);
}

/** Fields that no alternative of the schema knows: GitHub ignores them, and so they are a mistake. */
function undescribed(schema: Schema, value: unknown, path: string): readonly string[] {
  const alternatives = alternativesOf(schema);
  if (Array.isArray(value)) {
    const items = alternatives.map((alternative) => alternative["items"] as Schema | undefined);
    const item = items.find((candidate) => candidate !== undefined);
    return item === undefined
      ? []
      : value.flatMap((entry, index) => undescribed(item, entry, `${path}/${index}`));
  }
  if (typeof value !== "object" || value === null) return [];
  const properties: Record<string, Schema> = Object.assign(
    {},
    ...alternatives.map((alternative) => alternative["properties"] ?? {}),
  );
  const isOpen = alternatives.some(
    ({ additionalProperties }) =>
      additionalProperties !== undefined && additionalProperties !== false,
  );
  return Object.entries(value).flatMap(([key, entry]) => {
    const inner = properties[key];
    if (inner !== undefined) return undescribed(inner, entry, `${path}/${key}`);
    return isOpen ? [] : [`${path}/${key}`];
  });
}

/** A schema with all that it is made of: references, all, any and one of. */
export function alternativesOf(schema: Schema): readonly Schema[] {
  const own = resolved(schema) as Schema;
  const parts = ["allOf", "anyOf", "oneOf"].flatMap((key) => (own[key] ?? []) as readonly Schema[]);
  return [own, ...parts.flatMap((part) => alternativesOf(part))];
}
