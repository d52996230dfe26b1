// A configuration that is accepted, and the form of one that is refused: the edits that spoil it, and every line said.

/** Accepted as it is. */
export const accepted: string = `version: 1
ledger: {path: ledger, branch: main}
sources:
  crm:
    type: http
    base_url: https://api.example.com/v2
    auth: {type: bearer, env: TIDEMARK_CRM_TOKEN}
    limits: {pace: [{requests: 4, per: 1s}]}
destinations:
  local: {type: sqlite, path: .tidemark/tidemark.db}
syncs:
  contacts:
    source: crm
    request:
      path: /contacts
      query: {from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}
    key: /id
    watermark: {path: /updatedAt, format: rfc3339, precision: 1ms}
    filter: {start: inclusive, end: exclusive}
    pages: {type: token, next: body:/next}
    window: {start: 2026-01-01, step: 1d}
    destination: local
`;

export interface RefusedCase {
  readonly title: string;
  /** Replacements in the accepted text, in order, or a text of its own. */
  readonly edits: readonly (readonly [from: string, to: string])[] | string;
  /** All lines, in order. */
  readonly problems: readonly string[];
}

/** The spoilt text. */
export function spoiltText({ edits }: RefusedCase): string {
  if (typeof edits === "string") return edits;
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
    return text.replace(from, () => to);
  }, accepted);
}
