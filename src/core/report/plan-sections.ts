// A plan and proposed orders as sections of a page. Serves summary.ts.

import { type Matrix, matrixJson } from "../plan/matrix.ts";
import type { OrderedView } from "./action-result.ts";
import { bullets } from "./bullets.ts";
import { code, fenced, link, plain, tableHead, tableRow } from "./markdown.ts";
import type { PlanView } from "./plan-view.ts";
import { paragraph, type Section } from "./sections.ts";
import { counted, windowText } from "./words.ts";

/** The windows that a run would claim now, and the legs of a matrix. */
export function planSections(plan: PlanView, matrix: Matrix): readonly Section[] {
  const { windows, remaining, stopped } = plan;
  const title =
    windows.length === 0
      ? "## Tidemark plan: nothing is due"
      : `## Tidemark plan: ${counted(windows.length, "window")} next, ${remaining} after them`;
  const rows = windows.map(({ syncId, window, reason }) =>
    tableRow([code(syncId), windowText(window), reason.replace("_", " ")]),
  );
  const table = { rows, tail: [], noun: "window" };
  return [
    paragraph(title, "", "Nothing was sent to a source and nothing was written."),
    ...(rows.length === 0 ? [] : [{ head: tableHead(["sync", "window", "reason"]), ...table }]),
    ...(stopped.length === 0
      ? []
      : [
          {
            head: ["### Stopped syncs", ""],
            rows: stopped.map(({ sync, why }) => `- ${code(sync)}: ${plain(why)}`),
            tail: [],
            noun: "sync",
          },
        ]),
    ...matrixSection(matrix),
  ];
}

function matrixSection(matrix: Matrix): readonly Section[] {
  if (matrix.legs.length === 0) return [];
  const omitted =
    matrix.omitted === 0
      ? ""
      : ` ${counted(matrix.omitted, "source")} beyond the limit of a matrix left out; the next plan names them.`;
  const legs = `${counted(matrix.legs.length, "source")} with due windows, one leg each.${omitted}`;
  const json = fenced(matrixJson(matrix), "json").join("\n");
  return [{ head: ["### Matrix", "", legs, ""], rows: [json], tail: [], noun: "matrix" }];
}

/** What orders ask for, and where they wait for their approval. */
export function orderSections(
  orders: readonly OrderedView[],
  isDryRun: boolean,
): readonly Section[] {
  const wanted = orders.filter(({ view }) => !view.isDone);
  const what = isDryRun ? "would be ordered" : "proposed";
  const title =
    wanted.length === 0
      ? "## Tidemark backfill: nothing to do"
      : `## Tidemark backfill: ${counted(wanted.length, "order")} ${what}`;
  const warnings = orders.flatMap(({ published }) =>
    published.kind === "refused" || published.kind === "failed" ? [published.warning] : [],
  );
  const proposed =
    "An order is open once its pull request is merged; closing it cancels the order.";
  const explained =
    isDryRun || wanted.length === 0
      ? "Nothing was sent to a source and nothing was written."
      : proposed;
  return [
    paragraph(title, "", explained),
    ...orderedTable("### Orders", orders),
    ...bullets("### Warnings", warnings, "warning"),
  ];
}

/** One row per order. */
export function orderedTable(title: string, orders: readonly OrderedView[]): readonly Section[] {
  if (orders.length === 0) return [];
  const rows = orders.map(({ view, published }) => {
    const { order, sync, windows, isDone, beyondRetention } = view;
    const { requests, minutes } = order.estimate;
    const place =
      published.kind === "open" || published.kind === "refused"
        ? link(published.kind === "open" ? "pull request" : "open a pull request", published.url)
        : "";
    return tableRow([
      isDone ? "nothing to do" : code(order.id),
      code(sync),
      windowText({ start: order.from, end: order.to }),
      order.reprocess,
      String(windows.length),
      isDone ? "" : `about ${counted(requests, "request")}, ${counted(minutes, "minute")}`,
      String(beyondRetention.length),
      place,
    ]);
  });
  const names = ["order", "sync", "range", "asks for", "windows#", "estimate", "out of reach#", ""];
  return [{ head: [title, "", ...tableHead(names)], rows, tail: [], noun: "order" }];
}
