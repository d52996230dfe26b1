// The one factory of a GitHub client (G1): URLs, headers, GitHub's limits and what its errors mean. No other module
// imports octokit. It sends again only what GitHub refused for its limits, and reads that failed (section 12).

import { defaults as runner, getOctokitOptions } from "@actions/github/lib/utils";
import { Octokit } from "@octokit/rest";
import pLimit from "p-limit";

import { makeRedactor } from "../../core/failure/redact.ts";
import type { CallOptions, GithubAnswer, GithubClient, GithubOptions, RateLeft } from "./client.ts";
import { judgeAnswer, member, type RawAnswer, rateLeftOf } from "./judge-answer.ts";
import { type Limits, openLimits } from "./limits.ts";
import { openSendingTime, type SendingTime } from "./sending-time.ts";
import { waitUntil } from "./waiting.ts";

const apiVersion = "2022-11-28";

/** Blob queries at once (section 12). */
const besideMax = 4;

/** Sendings after unknown answers to a reading, 1, 2, 4 and 8 seconds apart. */
const againMax = 4;

/** Refusals for a limit that one call survives; its patience mostly ends before. */
const limitedMax = 20;

/** The client of one repository; its requests all go through the fetch given. */
export function openGithubClient(options: GithubOptions): GithubClient {
  const { clock, cancel, token } = options;
  const octokit = new Octokit({
    ...getOctokitOptions(token, { baseUrl: options.apiUrl, userAgent: "tidemark", log: quiet }),
    // The runner's own fetch goes through its proxy.
    request: options.fetch === undefined ? { ...runner.request } : { fetch: options.fetch },
  });
  const [owner = "", name = ""] = options.repository.split("/");
  const oneByOne = pLimit(1);
  const beside = pLimit(besideMax);
  let left: RateLeft | undefined;
  const line: Line = {
    options,
    limits: openLimits(clock),
    time: openSendingTime(clock, cancel),
    redact: makeRedactor([token, ...options.secrets]),
    note: (raw, isGraphql) => {
      left = rateLeftOf(raw, isGraphql) ?? left;
    },
  };
  const send = (
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    call: CallOptions & { readonly isGraphql: boolean },
  ): Promise<GithubAnswer<unknown>> =>
    (call.isBeside === true ? beside : oneByOne)(() =>
      converse(line, call, async (signal) => {
        const headers = { "x-github-api-version": apiVersion };
        const {
          status,
          headers: told,
          data,
        } = await octokit.request(route, {
          ...parameters,
          headers,
          request: { signal },
        });
        return { status, headers: headersIn(told), data: data as unknown };
      }),
    );
  return {
    owner,
    name,
    rateLeft: () => left,
    graphql: (query, variables, call) =>
      send(`POST ${options.graphqlUrl}`, { query, variables }, { ...call, isGraphql: true }),
    rest: (route, parameters, call) =>
      send(route, { ...parameters, owner, repo: name }, { ...call, isGraphql: false }),
  };
}

// Octokit's words about deprecated routes are for its maintainers, and ours go through the port `progress`.
const quiet = {
  debug: (): undefined => undefined,
  info: (): undefined => undefined,
  warn: (): undefined => undefined,
  error: (): undefined => undefined,
};

/** What all calls of a client share. */
interface Line {
  readonly options: GithubOptions;
  readonly limits: Limits;
  readonly time: SendingTime;
  readonly redact: (text: string) => string;
  note(raw: RawAnswer, isGraphql: boolean): void;
}

// One call to its end: the sendings and the waits between them. The only policy of sending again besides section 8.
async function converse(
  line: Line,
  call: CallOptions & { readonly isGraphql: boolean },
  send: (signal: AbortSignal) => Promise<RawAnswer>,
): Promise<GithubAnswer<unknown>> {
  const { random, cancel } = line.options;
  let again = 0;
  for (let limited = 0; limited < limitedMax;) {
    if (!(await isFree(line, call)) || call.stop?.aborted === true)
      return givenUp(line, call.isGraphql);
    const answer = await sendOnce(line, call, send);
    if (answer.ok) return answer;
    if (answer.error.kind === "limited") {
      limited += 1;
      continue;
    }
    if (answer.error.kind !== "unknown" || !call.isRead || again === againMax) return answer;
    const waitMs = 1000 * 2 ** again * (1 + random.next() / 4);
    const at = line.options.clock.mono() + waitMs;
    if (cancel.aborted || !(await waitUntil(line.options, at, call.until))) return answer;
    again += 1;
  }
  return givenUp(line, call.isGraphql);
}

async function sendOnce(
  line: Line,
  call: CallOptions & { readonly isGraphql: boolean },
  send: (signal: AbortSignal) => Promise<RawAnswer>,
): Promise<GithubAnswer<unknown>> {
  const raw = await line.time.within((signal) => answered(send(signal)));
  if (raw === undefined) return silent("no answer in time");
  if (typeof raw === "string") return silent(line.redact(raw));
  line.note(raw, call.isGraphql);
  const answer = judgeAnswer(raw, call, line.redact);
  if (!answer.ok && answer.error.kind === "limited") line.limits.met(raw, call.isGraphql);
  else line.limits.passed();
  return answer;
}

// Octokit throws what is not 2xx, and gives a broken connection the status 500 without a response.
async function answered(sent: Promise<RawAnswer>): Promise<RawAnswer | string> {
  try {
    return await sent;
  } catch (error) {
    const response = member(error, "response");
    const [status, headers] = [member(response, "status"), member(response, "headers")];
    if (typeof status === "number")
      return { status, headers: headersIn(headers), data: member(response, "data") };
    return error instanceof Error ? error.message : "a failed connection";
  }
}

function headersIn(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toLowerCase(), String(value)]),
  );
}

function silent(message: string): GithubAnswer<unknown> {
  return { ok: false, error: { kind: "unknown", status: undefined, type: undefined, message } };
}

function givenUp(line: Line, isGraphql: boolean): GithubAnswer<unknown> {
  const { clock } = line.options;
  const resetMs = clock.wall() + line.limits.freeAt(isGraphql) - clock.mono();
  const message = line.options.cancel.aborted
    ? "not sent, since the run is being cancelled"
    : `GitHub's limit lasts until ${new Date(resetMs).toISOString()}`;
  return { ok: false, error: { kind: "limited", status: undefined, type: undefined, message } };
}

// A limit may be met by a neighbour while we wait, so one looks again after waking.
async function isFree(
  line: Line,
  { until, isGraphql }: { readonly until: number; readonly isGraphql: boolean },
): Promise<boolean> {
  const { clock, cancel } = line.options;
  while (clock.mono() < line.limits.freeAt(isGraphql)) {
    const at = line.limits.freeAt(isGraphql);
    if (cancel.aborted || at > until) return false;
    await clock.wake(at, cancel);
  }
  return line.time.mayBegin();
}
