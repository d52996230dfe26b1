// One GraphQL request: parsed, validated against GitHub's schema, executed over the world. Errors of the fields come as
// GitHub sends them: HTTP 200, the field null, `type` beside the message.

import {
  type DocumentNode,
  execute,
  getOperationAST,
  GraphQLError,
  type GraphQLFieldResolver,
  Kind,
  parse,
  validate,
} from "graphql";

import type { GraphqlContext } from "./graphql-context.ts";
import { mutations } from "./graphql-mutations.ts";
import { queries } from "./graphql-queries.ts";
import { githubSchema } from "./graphql-schema.ts";
import { Refusal } from "./refusal.ts";

export interface GraphqlBody {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

/** Name and root fields of a document, for the log; nothing when it cannot be parsed. */
export function glance(body: unknown): {
  readonly name?: string;
  readonly fields: readonly string[];
} {
  try {
    const { query } = body as GraphqlBody;
    const operation = getOperationAST(parse(String(query)));
    const fields = (operation?.selectionSet.selections ?? []).flatMap((selection) =>
      selection.kind === Kind.FIELD ? [selection.name.value] : [],
    );
    const name = operation?.name?.value;
    return { fields, ...(name === undefined ? {} : { name }) };
  } catch {
    return { fields: [] };
  }
}

export async function answerGraphql(
  context: GraphqlContext,
  body: GraphqlBody,
): Promise<Record<string, unknown>> {
  const { referee } = context.world;
  const unknown = Object.keys(body).filter(
    (key) => !["query", "variables", "operationName"].includes(key),
  );
  if (unknown.length > 0) referee.violation(`a GraphQL request has a field ${unknown.join(", ")}`);
  const document = readDocument(body.query);
  if (!("kind" in document)) {
    for (const error of document) referee.violation(`invalid GraphQL document: ${error.message}`);
    return { errors: document.map((error) => rendered(error)) };
  }
  const result = await execute({
    schema: githubSchema(),
    document,
    rootValue: { ...queries, ...mutations },
    contextValue: context,
    variableValues: (body.variables ?? {}) as Record<string, unknown>,
    operationName: typeof body.operationName === "string" ? body.operationName : undefined,
    fieldResolver: answerField,
  });
  for (const error of result.errors ?? [])
    if (!(error.originalError instanceof Refusal))
      referee.violation(`GraphQL: ${error.message} (${(error.path ?? []).join(".")})`);
  return {
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(result.errors === undefined ? {} : { errors: result.errors.map(rendered) }),
  };
}

function readDocument(query: unknown): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(String(query));
    const errors = validate(githubSchema(), document);
    return errors.length === 0 ? document : errors;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function rendered(error: GraphQLError): Readonly<Record<string, unknown>> {
  const { originalError, path, locations } = error;
  const refusal = originalError instanceof Refusal ? originalError : undefined;
  const reasons = refusal?.details.flatMap(({ message }) =>
    message === undefined ? [] : [message],
  );
  return {
    ...(refusal?.type === undefined ? {} : { type: refusal.type }),
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations }),
    message: reasons === undefined || reasons.length === 0 ? error.message : reasons.join(", "),
  };
}

/** What a source does not have the fake does not answer; a silent null would be a lie. */
const answerField: GraphQLFieldResolver<unknown, GraphqlContext> = (
  source,
  args,
  context,
  info,
) => {
  const fields = source as Readonly<Record<string, unknown>>;
  if (!(info.fieldName in fields))
    context.world.referee.violation(
      `the fake does not answer ${info.parentType.name}.${info.fieldName}`,
    );
  const field = fields[info.fieldName];
  return typeof field === "function" ? (field.call(source, args, context, info) as unknown) : field;
};
