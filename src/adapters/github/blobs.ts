// Contents by their git id (G5): 100 or 512 KiB a query, four queries at once, halved after a failure, one by one over
// REST below ten and for what GraphQL cuts off. Each is proved by its id and kept for the life of the store.

import { object, string } from "valibot";

import { LedgerError } from "../../core/failure/errors.ts";
import type { GithubClient, GithubError } from "./client.ts";
import { readObjects } from "./git-objects.ts";
import { blobIdOf } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";

/** A content that is wanted, with the size that the listing gave. */
export interface WantedBlob {
  readonly oid: string;
  readonly bytes: number;
}

export interface Blobs {
  get(oid: string): Uint8Array | undefined;
  keep(oid: string, content: Uint8Array): void;
  /** All contents asked for. LedgerError when one cannot be read. */
  read(wanted: readonly WantedBlob[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

const batchMax = 100;
const batchBytesMax = 512 * 1024;

/** Near it GraphQL cuts `text` (section 6). */
export const textBytesMax = 500_000;

/** Fewer than these are read one by one over REST after a failure. */
const halvedMin = 10;

/** What is kept at most; the oldest goes first. */
const keptBytesMax = 32_000_000;

export function openBlobs(client: GithubClient, patience: Patience): Blobs {
  const kept = new Map<string, Uint8Array>();
  let keptBytes = 0;

  function keep(oid: string, content: Uint8Array): void {
    if (content.length > keptBytesMax || kept.has(oid)) return;
    kept.set(oid, content);
    keptBytes += content.length;
    for (const [old, bytes] of kept) {
      if (keptBytes <= keptBytesMax) return;
      kept.delete(old);
      keptBytes -= bytes.length;
    }
  }

  return {
    get: (oid) => kept.get(oid),
    keep,
    read: async (wanted) => {
      const found = new Map<string, Uint8Array>();
      const missing = new Map<string, WantedBlob>();
      for (const blob of wanted) {
        const content = kept.get(blob.oid);
        if (content === undefined) missing.set(blob.oid, blob);
        else found.set(blob.oid, content);
      }
      const read = await readAll({ client, patience }, batchesOf([...missing.values()]));
      for (const [oid, content] of read) {
        keep(oid, content);
        found.set(oid, content);
      }
      return found;
    },
  };
}

/** In the order given; one that is too large for a query is a batch of its own. */
export function batchesOf(wanted: readonly WantedBlob[]): readonly (readonly WantedBlob[])[] {
  const batches: WantedBlob[][] = [];
  let open: WantedBlob[] = [];
  let bytes = 0;
  for (const blob of wanted) {
    if (blob.bytes > textBytesMax) {
      batches.push([blob]);
      continue;
    }
    if (open.length === 0 || open.length === batchMax || bytes + blob.bytes > batchBytesMax) {
      open = [];
      bytes = 0;
      batches.push(open);
    }
    open.push(blob);
    bytes += blob.bytes;
  }
  return batches;
}

interface Reader {
  readonly client: GithubClient;
  readonly patience: Patience;
  /** Aborted when one content could not be read: the others are of no use then. */
  readonly stop: AbortSignal;
}

async function readAll(
  reader: Omit<Reader, "stop">,
  batches: readonly (readonly WantedBlob[])[],
): Promise<readonly (readonly [oid: string, content: Uint8Array])[]> {
  const failed = new AbortController();
  const own = { ...reader, stop: failed.signal };
  try {
    const read = await Promise.all(batches.map((batch) => readBatch(own, batch)));
    return read.flatMap((batch) => [...batch]);
  } finally {
    // Hundreds that still wait for their turn would keep the process alive for as many minutes.
    failed.abort();
  }
}

// A failed query is not sent again: half of it may pass where all of it was too much.
async function readBatch(
  reader: Reader,
  batch: readonly WantedBlob[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const isAlone = batch.length === 1 && (batch[0]?.bytes ?? 0) > textBytesMax;
  if (isAlone) return await readEach(reader, batch);
  const until = reader.patience.until();
  const wanted = { trees: [], blobs: batch.map(({ oid }) => oid) };
  const call = { until, isRead: false, isBeside: true, stop: reader.stop };
  const answer = await readObjects(reader.client, wanted, new Map(), call);
  if (!answer.ok) {
    if (!mayHalve(answer.error)) throw readError("blobs", answer.error);
    return await readHalves(reader, batch);
  }
  const { blobs } = answer.data;
  const rest = batch.filter(({ oid }) => !blobs.has(oid));
  const again = rest.length < halvedMin ? readEach : readHalves;
  return new Map([...blobs, ...(await again(reader, rest))]);
}

async function readHalves(
  reader: Reader,
  batch: readonly WantedBlob[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const half = Math.ceil(batch.length / 2);
  const halves = [batch.slice(0, half), batch.slice(half)];
  const read = await Promise.all(
    halves.map((part) => (part.length < halvedMin ? readEach : readBatch)(reader, part)),
  );
  return new Map(read.flatMap((part) => [...part]));
}

function mayHalve(error: GithubError): boolean {
  return error.kind === "unknown" || error.kind === "refused";
}

async function readEach(
  reader: Reader,
  blobs: readonly WantedBlob[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = await Promise.all(
    blobs.map(async ({ oid }) => [oid, await readOne(reader, oid)] as const),
  );
  return new Map(read);
}

const blobSchema = object({ content: string(), encoding: string() });

async function readOne({ client, patience, stop }: Reader, oid: string): Promise<Uint8Array> {
  const call = { until: patience.until(), isRead: true, isBeside: true, stop };
  const answer = parsedAnswer(
    await client.rest("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { file_sha: oid }, call),
    `blob ${oid}`,
    blobSchema,
  );
  if (!answer.ok) throw readError(`blob ${oid}`, answer.error);
  const { content, encoding } = answer.data;
  const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
  if (blobIdOf(bytes) !== oid)
    throw new LedgerError(
      `blob ${oid} on GitHub: expected the content of this id, found another; run again`,
    );
  return bytes;
}
