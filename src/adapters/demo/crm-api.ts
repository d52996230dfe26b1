// The demo's CRM over HTTP on 127.0.0.1: pages of contacts, a bearer token, refusals, and a log of every request. It
// knows nothing of Tidemark, and its clock is that of the rehearsal.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import type { Contact, ContactQuery, Contacts } from "./crm-contacts.ts";
import type { LimitVerdict } from "./crm-limits.ts";
import { timeText } from "./demo-days.ts";

/** One request as the CRM saw it. */
export interface RequestSeen {
  /** Epoch ms of the CRM's clock. */
  readonly at: number;
  /** Path and query. */
  readonly asked: string;
  /** 0: never answered, because the process that asked was ended. */
  readonly status: number;
  readonly retryAfterS: number | undefined;
  readonly contacts: number;
}

export interface CrmApi {
  readonly url: string;
  readonly log: readonly RequestSeen[];
  /** How many contacts somebody changed while pages were being read. */
  readonly changedMeanwhile: number;
  /** Sets the clock; it runs on from there and never goes back. */
  setTime(now: number): void;
  /** Whether contacts change while they are read. */
  setBusy(isBusy: boolean): void;
  /** Calls `act` instead of an answer, once that many further pages were answered. */
  interruptAfter(pages: number, act: () => void): void;
  close(): Promise<void>;
}

const pageSizeMax = 100;

/** Starts the CRM on a free port. */
export async function openCrmApi(crm: {
  readonly contacts: Contacts;
  readonly judge: (now: number) => LimitVerdict;
  readonly token: string;
}): Promise<CrmApi> {
  const state: ApiState = {
    ...crm,
    log: [],
    timeOffset: 0,
    isBusy: true,
    changedMeanwhile: 0,
    interrupt: undefined,
  };
  const server = createServer((request, response) => {
    answer(state, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    log: state.log,
    get changedMeanwhile() {
      return state.changedMeanwhile;
    },
    setTime: (now) => {
      state.timeOffset = Math.max(state.timeOffset, now - performance.now());
      crm.contacts.advance(nowOf(state));
    },
    setBusy: (isBusy) => {
      state.isBusy = isBusy;
    },
    interruptAfter: (pages, act) => {
      state.interrupt = { pages, act };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

interface ApiState {
  readonly contacts: Contacts;
  readonly judge: (now: number) => LimitVerdict;
  readonly token: string;
  readonly log: RequestSeen[];
  /** Epoch ms at which the monotonic clock of this process began, in the rehearsal. */
  timeOffset: number;
  isBusy: boolean;
  changedMeanwhile: number;
  interrupt: { pages: number; readonly act: () => void } | undefined;
}

function nowOf(state: ApiState): number {
  return state.timeOffset + performance.now();
}

function answer(state: ApiState, request: IncomingMessage, response: ServerResponse): void {
  const now = nowOf(state);
  const seen = { at: now, asked: request.url ?? "", retryAfterS: undefined, contacts: 0 };
  // Dates are those of the rehearsal: Tidemark reads no window before the server's clock has passed its end.
  response.sendDate = false;
  response.setHeader("Date", new Date(now).toUTCString());
  if (state.interrupt?.pages === 0) {
    const { act } = state.interrupt;
    state.interrupt = undefined;
    state.log.push({ ...seen, status: 0 });
    act();
    return;
  }
  const refuse = (status: number, retryAfterS?: number): void => {
    state.log.push({ ...seen, status, retryAfterS });
    if (retryAfterS !== undefined) response.setHeader("Retry-After", retryAfterS);
    send(response, status, `{"error":${status}}`);
  };
  if (request.headers.authorization !== `Bearer ${state.token}`) return refuse(401);
  const verdict = state.judge(now);
  if (verdict.kind === "limited") return refuse(429, verdict.retryAfterS);
  if (verdict.kind === "unavailable") return refuse(503);
  const url = new URL(seen.asked, "http://127.0.0.1");
  const query = readQuery(url.searchParams);
  if (url.pathname !== "/contacts" || query === undefined) return refuse(400);
  state.contacts.advance(now);
  const matching = state.contacts.select(query);
  const page = matching.slice(0, query.limit);
  if (state.interrupt !== undefined) state.interrupt.pages -= 1;
  state.log.push({ ...seen, status: 200, contacts: page.length });
  response.setHeader("X-Total-Count", matching.length);
  send(response, 200, `{"contacts":[${page.map((contact) => contactJson(contact)).join(",")}]}`);
  if (state.isBusy) changeSome(state, page, matching);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(body);
}

function readQuery(
  parameters: URLSearchParams,
): (ContactQuery & { readonly limit: number }) | undefined {
  const [from, to, updatedAt] = ["updated_from", "updated_to", "after_updated"].map((name) =>
    Date.parse(parameters.get(name) ?? ""),
  );
  const id = parameters.get("after_id") ?? "";
  const limit = Number(parameters.get("limit"));
  if (from === undefined || to === undefined || updatedAt === undefined) return undefined;
  if (![from, to, updatedAt].every(Number.isFinite) || !/^\d{1,20}$/.test(id)) return undefined;
  if (!Number.isInteger(limit) || limit < 1 || limit > pageSizeMax) return undefined;
  return { from, to, after: { updatedAt, id: BigInt(id) }, limit };
}

// By hand, since JSON.stringify has no way to write an integer of this size as a number.
function contactJson({ id, updatedAt, ...rest }: Contact): string {
  const fields = JSON.stringify({ updated_at: timeText(updatedAt), ...rest });
  return `{"id":${id},${fields.slice(1)}`;
}

// People work on: one contact of the page just read, and one that this walk has not reached yet.
function changeSome(state: ApiState, page: readonly Contact[], matching: readonly Contact[]): void {
  for (const contact of [page[0], matching.slice(page.length).at(-1)]) {
    if (contact === undefined) continue;
    state.contacts.change(contact.id, nowOf(state));
    state.changedMeanwhile += 1;
  }
}
