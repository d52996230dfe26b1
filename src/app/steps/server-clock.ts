// Part of 3 FETCH: waits until a window may be read on the server's clock too (S44). A page that came too early is
// discarded, since rows of the window's last moments may be missing from it.

import { fail } from "../../core/failure/failure.ts";
import { judgeServerClock } from "../../core/source/server-clock.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import { formatInstant, instantOfMs, plusMicros } from "../../core/time/instant.ts";
import type { Window } from "../../core/window/window.ts";
import { type Reply, type TryContext, waitUntil } from "./tries.ts";

/** How often a page that came too early is asked again. */
const rereadsMax = 3;

/** The first reply that came late enough, or a failure `incomplete` when the wait is too long. */
export async function askWhenReadable(
  ctx: TryContext,
  read: { readonly sync: SyncSpec; readonly window: Window },
  send: () => Promise<Reply>,
): Promise<{ readonly reply: Reply; readonly isAstray: boolean }> {
  const readableAt = plusMicros(read.window.end, read.sync.window.delayMicros);
  const { clock, session, deadlineAt } = ctx;
  for (let rereads = 0; ; rereads += 1) {
    const reply = await send();
    if (reply.kind !== "page" && reply.kind !== "empty") return { reply, isAstray: false };
    const judged = judgeServerClock(reply.headers, clock.wall(), readableAt);
    if (judged.kind !== "early") return { reply, isAstray: judged.kind === "astray" };
    session.noteAccepted(ctx.syncId);
    const until = clock.mono() + judged.waitMs;
    const isTooLong = judged.waitMs > session.spec.limits.maxWaitMs || until > deadlineAt;
    if (isTooLong || rereads >= rereadsMax) {
      const resumeAt = instantOfMs(clock.wall() + judged.waitMs);
      const { failure } = fail(
        "incomplete",
        `source ${session.spec.name}: expected its clock to be past ${formatInstant(readableAt)}, found it ${judged.waitMs} ms behind; a later run reads the window`,
        { resumeAt },
      );
      return { reply: { kind: "failed", failure, isSourceFault: false }, isAstray: false };
    }
    await waitUntil(ctx, until);
  }
}
