// One REST request: found in the description, checked, answered by its handler, completed, checked again.

import { fillAnswer } from "./fill-answer.ts";
import { answerFaults, answerSchema, type Operation, requestFaults } from "./openapi.ts";
import { Refusal } from "./refusal.ts";
import type { RestAnswer, RestCall, RestHandler } from "./rest-call.ts";
import { gitHandlers } from "./rest-git.ts";
import { issueHandlers } from "./rest-issues.ts";
import { repositoryHandlers } from "./rest-repository.ts";

const handlers: Readonly<Record<string, RestHandler>> = {
  ...gitHandlers,
  ...repositoryHandlers,
  ...issueHandlers,
};

export async function answerRest(
  operation: Operation,
  call: Omit<RestCall, "parameters" | "url">,
  body: unknown,
): Promise<RestAnswer> {
  const { world, query } = call;
  const { owner, repo } = operation.parameters;
  const faults = requestFaults(operation, query, body);
  for (const fault of faults) world.referee.violation(fault);
  if (faults.length > 0) return refusalBody("Invalid request.", 422);
  const answer = await attempt(operation, {
    ...call,
    parameters: operation.parameters,
    url: `${world.serverUrl}/rest/repos/${owner}/${repo}`,
  });
  const schema = answerSchema(operation, answer.status);
  const isModelled = answer.status < 400 && schema !== undefined && answer.body !== undefined;
  const filled = isModelled ? { ...answer, body: fillAnswer(schema, answer.body) } : answer;
  for (const fault of answerFaults(operation, filled.status, filled.body))
    world.referee.violation(fault);
  return filled;
}

async function attempt(operation: Operation, call: RestCall): Promise<RestAnswer> {
  const { owner, repo } = operation.parameters;
  if (`${owner}/${repo}`.toLowerCase() !== call.world.fullName.toLowerCase())
    return refusalBody("Not Found", 404);
  const handler = handlers[operation.route];
  if (handler === undefined) throw new Error(`no handler for ${operation.route}`);
  try {
    return await handler(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const body = refusalBody(error.message, error.status);
    return error.details.length === 0
      ? body
      : { ...body, body: { ...(body.body as object), errors: error.details } };
  }
}

/** The body of every REST error. */
export function refusalBody(message: string, status: number): RestAnswer {
  return {
    status,
    body: { message, documentation_url: "https://docs.github.com/rest", status: String(status) },
  };
}
