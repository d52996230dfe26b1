// `tidemark backfill`: an order for a past range, committed to the ledger; the run that follows serves it like any
// other window, newest ones first (contract 3.4, 9). A range that asks for nothing leaves no order and says so.

import { ConfigError } from "../../core/failure/errors.ts";
import type { Order, Reprocess } from "../../core/plan/order-record.ts";
import { progressOf } from "../../core/plan/orders.ts";
import { syncHorizon } from "../../core/plan/sync-state.ts";
import { median } from "../../core/record/anomaly.ts";
import { commitMessage } from "../../core/record/commit-message.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import type { OrderedView, PagePlace } from "../../core/report/action-result.ts";
import type { BackfillView } from "../../core/report/plan-view.ts";
import type { Published } from "../../core/report/published.ts";
import { orderText } from "../../core/report/pull-request-text.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import {
  formatCompact,
  formatInstant,
  type Instant,
  parseInstant,
} from "../../core/time/instant.ts";
import { instantFromLocal } from "../../core/time/zone.ts";
import type { LedgerSnapshot } from "../../ports/ledger.ts";
import type { Proposals } from "../../ports/proposals.ts";
import { type Committing, nowOf } from "../run-context.ts";
import { medianDurationMs } from "../steps/claim.ts";
import { commitDraft, digestOf, orThrow } from "../steps/commit.ts";
import { ledgerOf, readStates } from "../steps/plan.ts";
import { type CommandInput, namedSyncs, openCommand } from "./open-command.ts";

export interface BackfillRequest {
  readonly syncs: readonly string[];
  /** ISO instants or dates; a date is midnight in the sync's time zone. */
  readonly from: string;
  readonly to: string;
  /** What the caller calls the two, for messages. */
  readonly names: { readonly from: string; readonly to: string };
  readonly reprocess: Reprocess;
  readonly direction: "oldest" | "newest";
  readonly reason: string | undefined;
  /** Whether more than 1,000 windows were agreed to. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Given where a person decides by merging a pull request. */
  readonly approval: Approval | undefined;
}

/** How an order is proposed, and what its page says besides. */
export interface Approval {
  readonly proposals: Proposals;
  readonly place: PagePlace;
}

const askMax = 1000;
const orderMax = 10_000;

/** Commits, or proposes, one order per sync that has something to ask for; with `dryRun` none. */
export async function backfillCommand(
  input: CommandInput,
  request: BackfillRequest,
): Promise<readonly OrderedView[]> {
  const syncs = namedSyncs(input.project, request.syncs);
  const ctx = await openCommand(input);
  const orders = syncs.map((sync) => ({ sync, order: orderOf(ctx, sync, request) }));
  const views = await Promise.all(
    orders.map(async ({ sync, order }) => await viewOf(input, ctx.snapshot, sync, order)),
  );
  refuseTooMany(views, request.yes);
  const wanted = views.filter((view) => !view.isDone);
  if (request.dryRun || wanted.length === 0) return views.map(unpublished);
  const { approval } = request;
  if (approval !== undefined) {
    const ordered: OrderedView[] = [];
    // One after the other: each is a branch of its own.
    for (const view of views)
      ordered.push(
        view.isDone
          ? unpublished(view)
          : { view, published: await proposeOrder(ctx, view, approval) },
      );
    return ordered;
  }
  const end = await commitDraft(ctx, async () => ({
    changes: wanted.map(({ sync, order }) => ({ kind: "put_order", syncId: sync, order })),
    files: [],
    events: wanted.map(({ sync, order }) => ({ kind: "ordered", syncId: sync, order })),
  }));
  orThrow(end);
  return views.map(unpublished);
}

function unpublished(view: BackfillView): OrderedView {
  return { view, published: { kind: "none" } };
}

// Merging is the approval, closing the no (contract 3.4, G35). The commit that the merge brings is like any other.
async function proposeOrder(
  ctx: Committing,
  view: BackfillView,
  { proposals, place }: Approval,
): Promise<Published> {
  const { ports, identity, snapshot } = ctx;
  const { sync, order } = view;
  const changes = ports.ledger.filesOf([{ kind: "put_order", syncId: sync, order }]);
  const digest = digestOf(ports, changes);
  const events = [{ kind: "ordered", syncId: sync, order }] as const;
  return await proposals.propose({
    branch: `tidemark/backfill/${order.id}`,
    tip: snapshot.tip,
    message: commitMessage({ events, holder: identity.holder, digest }),
    changes,
    ...orderText(view, place),
  });
}

function orderOf(ctx: Committing, sync: SyncSpec, request: BackfillRequest): Order {
  const now = nowOf(ctx);
  const { names } = request;
  const from = edge(names.from, request.from, sync);
  const asked = edge(names.to, request.to, sync);
  if (from >= asked)
    throw new ConfigError([
      `${names.from}: expected an instant before ${names.to}, found ${request.from} and ${request.to}; swap them`,
    ]);
  const horizon = syncHorizon(sync, now);
  return {
    id: `${formatCompact(now)}-${ctx.ports.random.hex(4)}`,
    from,
    to: asked < horizon ? asked : horizon,
    step: sync.window.step,
    reprocess: request.reprocess,
    direction: request.direction,
    orderedAt: now,
    reason: request.reason,
    estimate: { windows: 0, requests: 0, minutes: 0 },
  };
}

/** A strict ISO instant or date as the edge of an order: a whole multiple of the watermark's precision (S43). */
function edge(option: string, text: string, sync: SyncSpec): Instant {
  const instant = parseInstant(text) ?? parseDate(text, sync.window.timezone);
  if (instant === undefined)
    throw new ConfigError([
      `${option}: expected a date such as 2026-01-31 or an instant such as 2026-01-31T12:00:00Z, found ${text.slice(0, 40)}; add the zone or correct it`,
    ]);
  const unit = sync.watermark.precisionMicros;
  if (unit < 86_400_000_000 && instant % unit !== 0)
    throw new ConfigError([
      `${option}: expected a whole multiple of the watermark's precision of ${sync.name}, found ${formatInstant(instant)}; round it`,
    ]);
  return instant;
}

function parseDate(text: string, zone: string): Instant | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null || parseInstant(`${text}T00:00:00Z`) === undefined) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  return instantFromLocal(zone, { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 });
}

// What the order would ask for, on the ledger as if it were written already.
async function viewOf(
  input: CommandInput,
  snapshot: LedgerSnapshot,
  sync: SyncSpec,
  order: Order,
): Promise<BackfillView> {
  const change = { kind: "put_order" as const, syncId: sync.id, order };
  const after = await input.ports.ledger.apply(snapshot, [change], snapshot.tip);
  const [state] = await readStates(input, after, [sync], []);
  if (state === undefined) throw new ConfigError([`sync ${sync.name}: expected a configured sync`]);
  const progress = progressOf(order, state, nowOf(input));
  const windows = progress.open;
  return {
    sync: sync.id,
    order: { ...order, estimate: estimateOf(windows.length, ledgerOf(snapshot, sync.id).records) },
    windows,
    isDone: progress.done,
    beyondRetention: progress.beyondRetention,
  };
}

// From the ledger's own history: medians of the last successes, one request and no time where there is none.
function estimateOf(windows: number, records: readonly RunRecord[]): Order["estimate"] {
  const sent = records
    .filter((record) => record.status === "succeeded")
    .slice(-20)
    .map((record) => record.requests.sent);
  const requests = sent.length === 0 ? 1 : median(sent);
  const minutes = (windows * (medianDurationMs(records) ?? 0)) / 60_000;
  return { windows, requests: Math.ceil(windows * requests), minutes: Math.ceil(minutes) };
}

function refuseTooMany(views: readonly BackfillView[], yes: boolean): void {
  const problems = views.flatMap(({ sync, windows }) => {
    if (windows.length > orderMax)
      return [
        `${sync}: expected at most ${orderMax} windows in one order, found ${windows.length}; order a shorter range`,
      ];
    if (windows.length > askMax && !yes)
      return [
        `${sync}: expected at most ${askMax} windows without --yes, found ${windows.length}; add --yes if that is meant`,
      ];
    return [];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}
