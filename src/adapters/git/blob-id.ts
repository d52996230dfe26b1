// The id that git gives to a content. Pure.

import { createHash } from "node:crypto";

/** Git's blob id of a text, for `Tidemark-Digest` (G10). */
export function blobIdOf(hash: "sha1" | "sha256", content: string): string {
  const bytes = Buffer.from(content, "utf8");
  return createHash(hash).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
