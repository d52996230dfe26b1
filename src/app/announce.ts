// What follows a run that has been reported: the copy that people merge, and the issues of ailing syncs (contract 6.1,
// `alerts.issue`). Neither ever fails a run; what went wrong joins the notes of its report.

import { maskTexts, type PagePlace } from "../core/report/action-result.ts";
import { issueText } from "../core/report/issue-text.ts";
import type { Published } from "../core/report/published.ts";
import { publishedText } from "../core/report/pull-request-text.ts";
import type { RunReport } from "../core/report/run-report.ts";
import type { SyncEntry } from "../core/report/status-view.ts";
import type { Alerts } from "../ports/alerts.ts";
import type { Publisher } from "../ports/publisher.ts";

/** Where a run is announced. */
export interface Announcing {
  readonly publisher: Publisher;
  readonly alerts: Alerts;
  readonly place: PagePlace;
  /** Hides secrets in texts that have not been escaped yet. */
  readonly mask: (text: string) => string;
}

/** Publishes and alerts. Never throws for what GitHub refuses. */
export async function announce(
  report: RunReport,
  { publisher, alerts, place, mask }: Announcing,
): Promise<{ readonly report: RunReport; readonly published: Published }> {
  const shown = maskTexts(report, mask);
  const published = await publisher.publish(publishedText(shown, place));
  const watched = shown.standings.syncs.filter((entry) => specOf(entry).alerts.issue);
  const notes =
    watched.length === 0
      ? []
      : await alerts.update(watched.map((entry) => issueText(entry, place)));
  return { report: { ...report, notes: [...report.notes, ...notes] }, published };
}

function specOf(entry: SyncEntry): { readonly alerts: { readonly issue: boolean } } {
  return entry.kind === "sound" ? entry.status.spec : entry.spec;
}
