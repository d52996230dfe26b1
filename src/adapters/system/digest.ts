// SHA-256, behind the port `digest`: receipts need one per record, so the one-shot form is used.

import { hash } from "node:crypto";

import type { Digest } from "../../ports/digest.ts";

/** SHA-256 by the system's library. */
export function systemDigest(): Digest {
  return { sha256: (text) => hash("sha256", text, "hex") };
}
