// Secrets that the runner hides from now on in everything that this job prints, besides our own redactor (github.md
// section 13). A value of the environment that came from elsewhere than `secrets` is none to the runner until then.

import { setSecret } from "@actions/core";

/** Shorter ones would hide half of every log, and are no secrets. */
const lengthMin = 4;

/** Hides each value, its lines, and its Base64 and URL-encoded forms. */
export function maskSecrets(values: readonly string[]): void {
  const forms = values.filter(isLong).flatMap((value) => [
    value,
    // The log is printed and masked line by line.
    ...value.split(/\r?\n/),
    Buffer.from(value, "utf8").toString("base64"),
    encodeURIComponent(value.toWellFormed()),
  ]);
  for (const form of new Set(forms.filter(isLong))) setSecret(form);
}

function isLong(text: string): boolean {
  return text.trim().length >= lengthMin;
}
