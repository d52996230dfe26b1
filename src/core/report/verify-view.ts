// What `verify` found, as text and as JSON (contract 9).

import type { Finding } from "../record/audited-sync.ts";
import { counted } from "./words.ts";

export interface VerifyView {
  readonly findings: readonly Finding[];
  /** What is no breach of a law but waits for a person. */
  readonly notes: readonly string[];
  readonly syncs: number;
  /** Records with a file of their own, and folded ones. */
  readonly records: number;
  readonly folded: number;
  readonly orders: number;
}

/** One line per finding, then notes, then what was looked at. */
export function verifyText(view: VerifyView): string {
  const { findings, notes, syncs, records, folded, orders } = view;
  const looked = `${counted(syncs, "sync")}, ${counted(records, "record file")}, ${counted(folded, "folded window")}, ${counted(orders, "order")}`;
  const lines = [
    ...findings.map(({ path, law, message }) => `${path}: ${law}: ${message}`),
    ...notes.map((note) => `note: ${note}`),
    `${findings.length === 0 ? "no findings" : counted(findings.length, "finding")} in ${looked}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** `[{path, run_id, law, message}]`. */
export function verifyJson(view: VerifyView): readonly Readonly<Record<string, unknown>>[] {
  return view.findings.map(({ path, runId, law, message }) => ({
    path,
    run_id: runId ?? null,
    law,
    message,
  }));
}
