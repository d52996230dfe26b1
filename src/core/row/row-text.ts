// Rows as lines of text, NDJSON and CSV, stable to the byte both ways. Serves upsert into `files`; knows no columns.

/** One NDJSON line without its end, from member names and JSON texts, in the order given (contract 5). */
export function formatJsonLine(members: Iterable<readonly [name: string, json: string]>): string {
  const parts: string[] = [];
  for (const [name, json] of members) parts.push(`${JSON.stringify(name)}:${json}`);
  return `{${parts.join(",")}}`;
}

/**
 * One CSV line without its end (RFC 4180 quoting). null is an empty field, an empty text is `""`, and text that a
 * spreadsheet would run as a formula gets a `'` in front, which parseCsv takes away again (proof.md section 14).
 */
export function formatCsvLine(fields: readonly (string | null)[]): string {
  return fields.map((field) => (field === null ? "" : quoteField(guardFormula(field)))).join(",");
}

function quoteField(text: string): string {
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// The full-width forms count too: some spreadsheets fold them. Negative numbers are no formulas.
const formulaStart = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const guardedStart = /^'+[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const plainNumber = /^-\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function guardFormula(text: string): string {
  return formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}

function unguardFormula(text: string): string {
  return guardedStart.test(text) ? text.slice(1) : text;
}

/** A line of a CSV file and the number of its first line of text, from 1. */
export interface CsvLine {
  readonly line: number;
  readonly fields: readonly (string | null)[];
}

/** All lines of a CSV text, blank ones left out; or the line where it stops being CSV. LF and CRLF end a line. */
export function parseCsv(
  text: string,
):
  | { readonly ok: true; readonly lines: readonly CsvLine[] }
  | { readonly ok: false; readonly line: number } {
  const lines: CsvLine[] = [];
  let fields: (string | null)[] = [];
  let line = 1;
  let start = 1;
  let at = 0;
  while (at < text.length) {
    const field = readField(text, at);
    if (field === undefined) return { ok: false, line: start };
    line += field.breaks;
    fields.push(field.value);
    at = field.end;
    if (text[at] === ",") {
      at += 1;
      // A comma at the very end of the text is followed by one more empty field.
      if (at < text.length) continue;
      fields.push(null);
    }
    if (text[at] === "\r") at += 1;
    at += 1;
    line += 1;
    if (fields.length > 1 || fields[0] !== null) lines.push({ line: start, fields });
    fields = [];
    start = line;
  }
  return { ok: true, lines };
}

interface Field {
  readonly value: string | null;
  readonly end: number;
  readonly breaks: number;
}

function readField(text: string, at: number): Field | undefined {
  if (text[at] !== '"') return readBareField(text, at);
  let end = at + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end === -1) return undefined;
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const inside = text.slice(at + 1, end);
  if (!endsField(text, end + 1)) return undefined;
  const value = unguardFormula(inside.replaceAll('""', '"'));
  return { value, end: end + 1, breaks: inside.split("\n").length - 1 };
}

function readBareField(text: string, at: number): Field | undefined {
  let end = at;
  while (!endsField(text, end)) {
    if (text[end] === '"') return undefined;
    end += 1;
  }
  return { value: end === at ? null : unguardFormula(text.slice(at, end)), end, breaks: 0 };
}

function endsField(text: string, at: number): boolean {
  const next = text[at];
  if (next === undefined || next === "," || next === "\n") return true;
  return next === "\r" && (text[at + 1] === "\n" || text[at + 1] === undefined);
}
