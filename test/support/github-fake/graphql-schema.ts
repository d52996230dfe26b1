// GitHub's published schema, with scalars that refuse what GitHub refuses.

import { schema } from "@octokit/graphql-schema";
import {
  buildSchema,
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  valueFromASTUntyped,
} from "graphql";

let built: GraphQLSchema | undefined;

/** Built once a process. */
export function githubSchema(): GraphQLSchema {
  if (built !== undefined) return built;
  const github = buildSchema(schema.idl, {
    assumeValidSDL: true,
    assumeValid: true,
  });
  restrict(github, "GitObjectID", /^[0-9a-f]{40}$/u);
  restrict(github, "GitRefname", /^refs\/\S+$/u);
  restrict(
    github,
    "Base64String",
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u,
  );
  restrict(github, "DateTime", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
  restrict(github, "URI", /^https?:\/\/\S+$/u);
  built = github;
  return github;
}

function restrict(github: GraphQLSchema, name: string, pattern: RegExp): void {
  const type = github.getType(name);
  if (!(type instanceof GraphQLScalarType)) throw new Error(`${name} is not a scalar`);
  const check = (value: unknown): string => {
    if (typeof value === "string" && pattern.test(value)) return value;
    const shown = JSON.stringify(value)?.slice(0, 60);
    throw new GraphQLError(`${name} cannot be ${shown}`);
  };
  type.parseValue = check;
  type.serialize = check;
  type.parseLiteral = (node, variables) => check(valueFromASTUntyped(node, variables));
}
