// What `verify` found, as sections of a page. Serves summary.ts.

import { bullets } from "./bullets.ts";
import { code, plain, tableHead, tableRow } from "./markdown.ts";
import { paragraph, type Section } from "./sections.ts";
import type { VerifyView } from "./verify-view.ts";
import { counted } from "./words.ts";

/** The findings with path, law and message; the laws are explained in the README of the ledger. */
export function verifySections(view: VerifyView): readonly Section[] {
  const { findings, notes, syncs, records, folded, orders } = view;
  const found = findings.length === 0 ? "no findings" : counted(findings.length, "finding");
  const looked = `${counted(syncs, "sync")}, ${counted(records, "record file")}, ${counted(folded, "folded window")}, ${counted(orders, "order")}`;
  const rows = findings.map(({ path, law, message }) =>
    tableRow([code(path), law, plain(message)]),
  );
  const table = {
    head: tableHead(["path", "law", "finding"]),
    rows,
    tail: [
      "",
      "Remedy: correct or restore the files in a commit on the ledger branch, then verify again.",
    ],
    noun: "finding",
  };
  return [
    paragraph(`## Tidemark verify: ${found}`, "", `Looked at ${looked}.`),
    ...(rows.length === 0 ? [] : [table]),
    ...bullets("### Notes", notes, "note"),
  ];
}
