// What the demo's story is played on: the CRM, the repository, and a clock that jumps from night to night. Each call of
// Tidemark is a process of its own, started at an instant of the rehearsal.

import { Cancelled } from "../../core/failure/errors.ts";
import { type CrmApi, openCrmApi, type RequestSeen } from "./crm-api.ts";
import { type Contacts, type OfficeLife, openContacts } from "./crm-contacts.ts";
import { openLimits } from "./crm-limits.ts";
import { databasePath, demoConfig, tokenVariable } from "./demo-config.ts";
import { createRepository, type DemoRepository } from "./demo-repository.ts";
import { member } from "./json-member.ts";
import { type ProcessEnd, startTidemark, type TidemarkProcess } from "./tidemark-process.ts";

export interface DemoStage {
  readonly crm: CrmApi;
  readonly contacts: Contacts;
  readonly repository: DemoRepository;
  readonly config: string;
  /** Runs Tidemark at that instant to its end. */
  call(now: string, ...args: readonly string[]): Promise<CallEnd>;
  /** Starts Tidemark at that instant and kills it instead of answering it, after so many pages. */
  killAfter(pages: number, now: string, ...args: readonly string[]): Promise<CallEnd>;
  close(): Promise<void>;
}

/** What came of a call. */
export interface CallEnd {
  readonly json: unknown;
  /** What went wrong, in Tidemark's words; empty when the exit code was 0. */
  readonly complaint: string;
  /** Run ids in the order in which they were settled. */
  readonly settled: readonly string[];
  readonly requests: number;
  readonly throttled: number;
  readonly outages: number;
  readonly contacts: number;
}

const token = "demo-token";

/** Opens the CRM and a fresh repository whose sync begins on that day. */
export async function openStage(
  life: OfficeLife,
  options: { readonly start: string; readonly stop: AbortSignal },
): Promise<DemoStage> {
  const contacts = openContacts(life);
  const judge = openLimits({ capacity: 12, perSecond: 10 });
  const crm = await openCrmApi({ contacts, judge, token });
  const config = demoConfig(crm.url, options.start);
  const repository = createRepository(new Map([[".github/tidemark.yml", config]]), {
    now: `${options.start}T09:00:00Z`,
    database: databasePath,
  });
  const start = (now: string, args: readonly string[]): TidemarkProcess => {
    if (options.stop.aborted) throw new Cancelled("the demo was stopped");
    crm.setTime(Date.parse(now));
    const env = { TIDEMARK_NOW: now, [tokenVariable]: token };
    return startTidemark({ folder: repository.folder, args, env, stop: options.stop });
  };
  const finish = async (process: TidemarkProcess): Promise<CallEnd> => {
    const seenBefore = crm.log.length;
    const end = await process.ended;
    if (options.stop.aborted) throw new Cancelled("the demo was stopped");
    return callEnd(end, crm.log.slice(seenBefore));
  };
  return {
    crm,
    contacts,
    repository,
    config,
    call: async (now, ...args) => await finish(start(now, args)),
    killAfter: async (pages, now, ...args) => {
      const process = start(now, args);
      crm.interruptAfter(pages, () => process.kill());
      return await finish(process);
    },
    close: async () => await crm.close(),
  };
}

function callEnd({ exitCode, json, said }: ProcessEnd, seen: readonly RequestSeen[]): CallEnd {
  const settled = member(json, "settled");
  return {
    json,
    complaint: exitCode === 0 ? "" : `exit code ${exitCode ?? "none, killed"}: ${said.trim()}`,
    settled: Array.isArray(settled) ? settled.map((entry) => String(member(entry, "run_id"))) : [],
    requests: seen.length,
    throttled: seen.filter(({ status }) => status === 429).length,
    outages: seen.filter(({ status }) => status === 503).length,
    contacts: seen.reduce((sum, { contacts }) => sum + contacts, 0),
  };
}
