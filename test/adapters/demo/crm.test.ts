// The demo's CRM: what it hands out, refuses and writes down.

import { expect, onTestFinished, test } from "vitest";

import { type CrmApi, openCrmApi } from "../../../src/adapters/demo/crm-api.ts";
import { type Contacts, openContacts } from "../../../src/adapters/demo/crm-contacts.ts";
import { type LimitVerdict, openLimits } from "../../../src/adapters/demo/crm-limits.ts";

const day = Date.parse("2026-09-01T00:00:00Z");
const firstId = 9_007_199_254_740_993n;
const everything =
  "updated_from=2026-09-01&updated_to=2026-09-02&after_updated=2026-09-01&after_id=0";

/** Four contacts of one day, then an import of three at ten. */
function smallOffice(): Contacts {
  return openContacts({
    days: [{ at: day, added: 4, changed: 1 }],
    imported: { at: day + 36_000_000, contacts: 3 },
  });
}

async function startCrm(
  judge: (now: number) => LimitVerdict = () => ({ kind: "answer" }),
): Promise<CrmApi & { readonly contacts: Contacts }> {
  const contacts = smallOffice();
  const crm = await openCrmApi({ contacts, judge, token: "secret" });
  onTestFinished(async () => await crm.close());
  crm.setTime(day + 86_400_000);
  return Object.assign(crm, { contacts });
}

async function ask(crm: CrmApi, query: string, token = "secret"): Promise<Response> {
  return await fetch(`${crm.url}/contacts?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

const idsIn = (text: string): readonly string[] =>
  [...text.matchAll(/"id":(\d+),/g)].map((match) => match[1]!);

test("keeps what has not happened yet to itself", () => {
  const contacts = smallOffice();
  contacts.advance(day);
  expect([...contacts.all().keys()]).toEqual([firstId]);
  contacts.advance(day + 86_400_000);
  const imported = [...contacts.all().values()].filter(({ origin }) => origin === "import");
  expect(contacts.all().size).toBe(7);
  expect(new Set(imported.map(({ updatedAt }) => updatedAt))).toEqual(new Set([day + 36_000_000]));
});

test("hands ids out as JSON numbers that no double can hold, by time and id, after a position", async () => {
  const crm = await startCrm();
  crm.setBusy(false);
  const expected = crm.contacts.select({
    from: day,
    to: day + 86_400_000,
    after: { updatedAt: day, id: 0n },
  });
  const first = await ask(crm, `${everything}&limit=3`);
  expect(idsIn(await first.text())).toEqual(expected.slice(0, 3).map(({ id }) => `${id}`));
  expect(first.headers.get("x-total-count")).toBe("7");

  const last = expected[2]!;
  const position = `after_updated=${new Date(last.updatedAt).toISOString()}&after_id=${last.id}`;
  const second = await ask(
    crm,
    `updated_from=2026-09-01&updated_to=2026-09-02&${position}&limit=100`,
  );
  expect(idsIn(await second.text())).toEqual(expected.slice(3).map(({ id }) => `${id}`));
});

test("includes both bounds", async () => {
  const crm = await startCrm();
  const at = "2026-09-01T10:00:00Z";
  const answer = await ask(
    crm,
    `updated_from=${at}&updated_to=${at}&after_updated=${at}&after_id=0&limit=100`,
  );
  expect(idsIn(await answer.text())).toHaveLength(3);
});

test("lets people change what it has just handed out", async () => {
  const crm = await startCrm();
  const text = await (await ask(crm, `${everything}&limit=2`)).text();
  const [id] = idsIn(text);
  expect(crm.changedMeanwhile).toBe(2);
  expect(crm.contacts.all().get(BigInt(id!))!.updatedAt).toBeGreaterThanOrEqual(day + 86_400_000);
});

test.each([
  { title: "another token", query: `${everything}&limit=1`, token: "guess", status: 401 },
  {
    title: "pages above a hundred",
    query: `${everything}&limit=101`,
    token: "secret",
    status: 400,
  },
  {
    title: "a date it cannot read",
    query: "updated_from=soon&limit=1",
    token: "secret",
    status: 400,
  },
])("refuses $title", async ({ query, token, status }) => {
  const crm = await startCrm();
  expect((await ask(crm, query, token)).status).toBe(status);
});

test("writes down each request with its instant on the rehearsal's clock, which its answers carry", async () => {
  const verdicts: LimitVerdict[] = [{ kind: "limited", retryAfterS: 2 }, { kind: "unavailable" }];
  const crm = await startCrm(() => verdicts.shift() ?? { kind: "answer" });
  const limited = await ask(crm, `${everything}&limit=1`);
  await ask(crm, `${everything}&limit=2`);
  await ask(crm, `${everything}&limit=3`);

  expect(limited.headers.get("retry-after")).toBe("2");
  expect(limited.headers.get("date")).toMatch(/^Wed, 02 Sep 2026 00:\d\d:\d\d GMT$/);
  expect(
    crm.log.map(({ status, retryAfterS, contacts }) => ({ status, retryAfterS, contacts })),
  ).toEqual([
    { status: 429, retryAfterS: 2, contacts: 0 },
    { status: 503, retryAfterS: undefined, contacts: 0 },
    { status: 200, retryAfterS: undefined, contacts: 3 },
  ]);
  expect(crm.log.map(({ asked }) => asked.slice(-7))).toEqual(["limit=1", "limit=2", "limit=3"]);
  expect(crm.log.every(({ at }) => at >= day + 86_400_000)).toBe(true);
});

test("calls for the kill instead of the answer after so many pages", async () => {
  const crm = await startCrm();
  const stop = new AbortController();
  crm.interruptAfter(1, () => stop.abort());
  expect((await ask(crm, `${everything}&limit=1`)).status).toBe(200);
  const unanswered = fetch(`${crm.url}/contacts?${everything}&limit=1`, {
    headers: { authorization: "Bearer secret" },
    signal: stop.signal,
  });
  await expect(unanswered).rejects.toThrow("aborted");
  expect(crm.log.map(({ status }) => status)).toEqual([200, 0]);
});

test("lets no more through than the bucket holds and the rate refills", () => {
  const judge = openLimits({ capacity: 12, perSecond: 10 });
  const passed = Array.from({ length: 500 }, (_, at) => judge(at * 20)).filter(
    ({ kind }) => kind !== "limited",
  );
  expect(passed.length).toBeLessThanOrEqual(12 + 10 * 10);
});

test("lets the next request through after Retry-After, unless others drained the bucket again", () => {
  const judge = openLimits({ capacity: 12, perSecond: 10 });
  const seen = { limited: 0, unavailable: 0, again: 0 };
  let now = 0;
  for (let count = 0; count < 300; count += 1) {
    const verdict = judge(now);
    now += 125;
    if (verdict.kind === "unavailable") seen.unavailable += 1;
    if (verdict.kind !== "limited") continue;
    seen.limited += 1;
    now += verdict.retryAfterS * 1000;
    if (judge(now).kind === "limited") seen.again += 1;
  }
  expect(seen.unavailable).toBeGreaterThan(15);
  expect(seen.limited).toBeGreaterThan(15);
  expect(seen.again).toBe(0);
});

test("refuses the same requests in every demo", () => {
  const [first, second] = [1, 2].map(() => {
    const judge = openLimits({ capacity: 12, perSecond: 10 });
    return Array.from({ length: 200 }, (_, at) => judge(at * 125).kind);
  });
  expect(first).toEqual(second);
});
