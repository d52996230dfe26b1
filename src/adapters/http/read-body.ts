// Reads a response's body within its bounds: one content coding undone, bytes counted while they stream, strict UTF-8
// (S20, S21). Stops reading, and so closes the connection, at the first byte too many.

import { Readable, pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";

import type { Answer } from "../../core/source/answer.ts";

type Body = Extract<Answer, { kind: "response" }>["body"];

/** Counted as they come, so that a body that ends early has its bytes counted too. */
export interface Tally {
  /** Received, as they came over the wire. */
  received: number;
  /** After decompression. */
  bytes: number;
}

/** More than this many times the bytes received is a bomb, once past the free part (S20). */
const ratioMax = 200;
const ratioFreeBytes = 1_048_576;

/** The text, or why it is of no use; rejects when the body ends early or its compression is broken. */
export async function readBody(response: Response, bytesMax: number, tally: Tally): Promise<Body> {
  if (response.body === null) return { ok: true, text: "" };
  const received = counted(response.body, tally);
  const coding = codingOf(response.headers.get("content-encoding") ?? "");
  if (coding === "unknown") {
    await response.body.cancel();
    return { ok: false, reason: "a content coding that was not asked for" };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of decoded(received, coding)) {
    chunks.push(chunk);
    tally.bytes += chunk.byteLength;
    // Leaving the loop closes the streams below it, down to the socket.
    if (tally.bytes > bytesMax) {
      return { ok: false, reason: `a body of more than ${bytesMax} bytes (limits.max_body)` };
    }
    if (tally.bytes > ratioFreeBytes && tally.bytes > ratioMax * tally.received) {
      return { ok: false, reason: `a body of more than ${ratioMax} times the bytes received` };
    }
  }
  return textOf(Buffer.concat(chunks));
}

async function* counted(
  body: ReadableStream<Uint8Array>,
  tally: Tally,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    tally.received += chunk.byteLength;
    yield chunk;
  }
}

type Coding = "identity" | "gzip" | "br" | "unknown";

/** One coding is undone; a list of several is not what `Accept-Encoding` asked for (S20). */
function codingOf(header: string): Coding {
  const codings = header
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length === 0) return "identity";
  if (codings.length > 1) return "unknown";
  if (codings[0] === "gzip" || codings[0] === "x-gzip") return "gzip";
  return codings[0] === "br" ? "br" : "unknown";
}

function decoded(received: AsyncGenerator<Uint8Array>, coding: Coding): AsyncIterable<Uint8Array> {
  if (coding === "identity") return received;
  const decoder = coding === "gzip" ? createGunzip() : createBrotliDecompress();
  // Errors of either stream reach whoever reads the decoder; the callback has nothing to add.
  pipeline(Readable.from(received), decoder, () => undefined);
  return decoder;
}

function textOf(bytes: Buffer): Body {
  try {
    // Drops a BOM, which JSON.parse would refuse (RFC 8259 section 8.1).
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, reason: "a body that is not UTF-8" };
  }
}
