// `tidemark log`: the life of a window, or the last commits of a sync, from git history and the record. Looks only.

import { ConfigError } from "../../core/failure/errors.ts";
import { monthOf } from "../../core/record/fold.ts";
import { parseRunId, recordPath, runIdOf } from "../../core/record/run-id.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import type { LoggedCommit, LogView, SyncLog, WindowLog } from "../../core/report/log-view.ts";
import type { CommitEntry } from "../../ports/ledger-store.ts";
import type { LedgerSnapshot } from "../../ports/ledger.ts";
import { ledgerOf } from "../steps/plan.ts";
import { type CommandInput, namedSyncs, readLedger } from "./open-command.ts";

interface LogRequest {
  /** Run ids and names of syncs; none means all syncs. */
  readonly names: readonly string[];
  /** Commits of each. */
  readonly limit: number;
}

/** The named windows, then the named syncs; ConfigError for a name that is neither, or of which nothing is known. */
export async function logCommand(input: CommandInput, request: LogRequest): Promise<LogView> {
  const windows = request.names.filter((name) => name.includes("/"));
  const syncs = namedSyncs(
    input.project,
    request.names.filter((name) => !name.includes("/")),
  );
  const snapshot = await readLedger(input);
  const parts: (WindowLog | SyncLog)[] = [];
  for (const name of windows) parts.push(await windowLog(input, snapshot, { name, ...request }));
  const wantsSyncs = request.names.length === 0 || windows.length < request.names.length;
  for (const sync of wantsSyncs ? syncs : []) {
    const paths = [`${folderOf(input)}/${sync.id}`];
    const commits = await commitsOf(input, snapshot, { paths, limit: request.limit });
    parts.push({ kind: "sync", sync: sync.name, commits });
  }
  return parts;
}

async function windowLog(
  input: CommandInput,
  snapshot: LedgerSnapshot,
  asked: LogRequest & { readonly name: string },
): Promise<WindowLog> {
  const parts = parseRunId(asked.name);
  if (parts === undefined) throw unknown(asked.name);
  const { syncId, window } = parts;
  const runId = runIdOf(syncId, window);
  const ledger = ledgerOf(snapshot, syncId);
  const own = ledger.records.find((record) => record.runId === runId);
  let folded: RunRecord | undefined;
  if (own === undefined) {
    const months = [monthOf(window)];
    const { records } = await input.ports.ledger.folded(snapshot.tip, ledger, months);
    folded = records.find((record) => record.runId === runId);
  }
  const commits = await commitsOf(input, snapshot, {
    paths: [`${folderOf(input)}/${recordPath(syncId, window)}`],
    limit: asked.limit,
  });
  const record = own ?? folded;
  if (record === undefined && commits.length === 0) throw unknown(asked.name);
  return { kind: "window", runId, record, isFolded: folded !== undefined, commits };
}

async function commitsOf(
  input: CommandInput,
  snapshot: LedgerSnapshot,
  query: { readonly paths: readonly string[]; readonly limit: number },
): Promise<readonly LoggedCommit[]> {
  const entries = await input.ports.store.history(snapshot.tip, { ...query, since: undefined });
  return entries.map((entry) => ({
    id: entry.id,
    at: entry.committedAt,
    author: entry.author,
    subject: entry.subject,
    holder: trailers(entry, "Tidemark-Holder")[0],
    runIds: trailers(entry, "Tidemark-Run-Id"),
  }));
}

function trailers(entry: CommitEntry, name: string): readonly string[] {
  return entry.trailers.filter(([key]) => key === name).map(([, value]) => value);
}

function folderOf(input: CommandInput): string {
  return input.project.ledger.path.replace(/\/+$/, "");
}

function unknown(name: string): ConfigError {
  return new ConfigError([
    `${name.slice(0, 120)}: expected the run id of a window that the ledger or its history knows, such as contacts/20260101T000000Z--20260102T000000Z, found none; tidemark log lists them`,
  ]);
}
