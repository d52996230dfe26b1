// What a call of the action says at the end of its log: the same lines that the command line prints. Pure.

import type { ActionResult } from "./action-result.ts";
import { backfillText, planText } from "./plan-view.ts";
import type { Published } from "./published.ts";
import { runText } from "./run-report.ts";
import { statusText } from "./status-view.ts";
import { verifyText } from "./verify-view.ts";
import { foldedText } from "./words.ts";

/** The lines of a result, each with its line end; the texts are masked already. */
export function actionText(result: ActionResult): string {
  switch (result.kind) {
    case "run": {
      const { ordered, report, published } = result;
      return `${backfillText(ordered)}${runText(report)}${publishedText(published)}`;
    }
    case "plan":
      return planText(result.plan);
    case "orders":
      return result.orders
        .map(({ view, published }) => `${backfillText([view])}${publishedText(published)}`)
        .join("");
    case "status":
      return statusText(result.view);
    case "verify":
      return verifyText(result.view);
    case "compact":
      return `${foldedText(result)}\n`;
    case "own_push":
      return "nothing due: this push brought a commit of Tidemark itself\n";
    case "error":
      return result.messages.map((message) => `tidemark: ${message}\n`).join("");
  }
}

function publishedText(published: Published): string {
  switch (published.kind) {
    case "none":
      return "";
    case "open":
      return `pull request: ${published.url}\n`;
    case "refused":
      return `no pull request: ${published.warning}; open it yourself: ${published.url}\n`;
    case "failed":
      return `not published: ${published.warning}\n`;
  }
}
