// The written shape of a source (sources.md 1, 2 and 10): origin, credentials by name, limits, response rules.

import * as v from "valibot";

import {
  elapsedPositive,
  filled,
  flag,
  header,
  json,
  locator,
  mapping,
  mappingOf,
  may,
  must,
  noList,
  type Optional,
  pointer,
  predicate,
  type SchemaOf,
  size,
  text,
  vars,
  wait,
  whole,
} from "./schema-values.ts";
import type {
  WrittenAuth,
  WrittenLimits,
  WrittenPace,
  WrittenResponseRule,
  WrittenSignal,
  WrittenSource,
} from "./written-source.ts";

const env = must("Name of the environment variable that holds the secret.", text);
const prefix = may("Text before the secret, and a space.", text);

/** How requests are authenticated. A secret is only ever named. */
const auth: SchemaOf<WrittenAuth> = v.variant("type", [
  mapping({ type: v.literal("none") }),
  mapping({ type: v.literal("github_token") }),
  mapping({ type: v.literal("bearer"), env, prefix }),
  mapping({
    type: v.literal("basic"),
    user: may("The user name.", text),
    user_env: may("Variable that holds the user name.", text),
    env: may("Variable that holds the password.", text),
  }),
  mapping({ type: v.literal("header"), name: must("The header.", header), env, prefix }),
  mapping({ type: v.literal("query"), name: must("The parameter.", filled), env }),
  mapping({
    type: v.literal("oauth2"),
    grant: must("The OAuth2 grant.", v.picklist(["client_credentials", "refresh_token"])),
    token_url: must("The token endpoint; https.", filled),
    client_id: may("The client id.", text),
    client_id_env: may("Variable that holds the client id.", text),
    env: may("Variable that holds the client secret.", text),
    refresh_env: may("Variable that holds the refresh token.", text),
    scope: may("The scope asked for.", text),
    client_auth: may("Where the client's credentials go.", v.picklist(["body", "basic"])),
    params: may("More form fields of the token request.", vars),
    prefix,
    base_url_from: may("Pointer into the token response that names the base URL.", pointer),
    base_url_hosts: may("Hosts that base_url_from may name.", v.array(filled)),
  }),
]);

const pace: SchemaOf<WrittenPace> = mapping({
  requests: must("Requests in any period.", whole(1)),
  per: must("The period, always elapsed time.", wait),
  mode: may(
    "safe: never above the limit. fast: as a token bucket counts.",
    v.picklist(["safe", "fast"]),
  ),
  burst: may("Requests that may go at once.", whole(1)),
});

const signalValue = v.union(
  [locator(["body", "header"]), v.number()],
  "a locator or a number; write for example body:/cost",
);

const signal: SchemaOf<WrittenSignal> = mapping({
  remaining: may("Where the remaining requests are found.", locator(["body", "header"])),
  reset: may("Where the time of the reset is found.", locator(["body", "header"])),
  unit: may(
    "How the reset is written.",
    v.picklist(["epoch_s", "epoch_ms", "delta_s", "delta_ms", "http_date", "iso8601", "duration"]),
  ),
  available: may("Where the available budget is found, or a number.", signalValue),
  restore_per_s: may("What comes back each second, or a number.", signalValue),
  cost: may("What a request costs, or a number.", signalValue),
});

const statusWords = "a status from 100 to 599, 4xx, 5xx or a list of these; write one of these";
const status = v.union([whole(100, 599, statusWords), v.picklist(["4xx", "5xx"])], statusWords);

const responseRule: SchemaOf<WrittenResponseRule> = mapping({
  when: must(
    "All that is given must hold.",
    noList(
      mapping({
        status: may(
          "A status, 4xx, 5xx or a list of these.",
          v.union([status, v.array(status)], statusWords),
        ),
        header: may("A test on a response header.", predicate),
        body: may("A test on the parsed body.", predicate),
      }),
    ),
  ),
  // oxlint-disable-next-line unicorn/no-thenable -- the key is the contract's; nothing awaits a schema
  then: must(
    "What to do with such a response.",
    v.picklist([
      "throttle",
      "retry",
      "fail",
      "stop",
      "refresh_auth",
      "empty",
      "skip",
      "restart_pages",
      "cap",
    ]),
  ),
  wait: may("The least wait before the next try.", wait),
});

/** The limits of a source, shared by all its syncs. */
const limits: SchemaOf<WrittenLimits> = noList(
  mapping({
    pace: may("Requests per short period; every entry must admit a try.", v.array(pace)),
    concurrency: may("Tries in flight at once.", whole(1)),
    quota: may(
      "Requests per rolling period of up to a day, kept across runs.",
      mapping({
        requests: must("Requests in any period.", whole(1)),
        per: must("The period, at most 1d.", elapsedPositive),
      }),
    ),
    signals: may(
      "Which rate headers are heeded.",
      v.union(
        [v.picklist(["auto", "none"]), v.array(signal)],
        "auto, none or a list of signals; write one of these",
      ),
    ),
    max_wait: may("The longest single wait that a server may ask for.", wait),
    tries: may("Tries of one request, the first included.", whole(1, 100)),
    backoff: may(
      "Waits before retries, doubled each time.",
      noList(
        mapping({
          throttle: may("Base after a throttle answer.", wait),
          retry: may("Base after a fault.", wait),
          max: may("The longest backoff.", wait),
        }),
      ),
    ),
    timeout: may("One try, from connect to last byte.", wait),
    max_body: may("Bytes of a body after decompression.", size),
    max_depth: may("Nesting of JSON.", whole(1, 1000)),
    responses: may("Own rules, tried before the built-in table.", v.array(responseRule)),
  }),
);

interface HttpEntries {
  readonly base_url: Optional<string>;
  readonly allow_http: Optional<boolean>;
  readonly vars: Optional<Record<string, string>>;
  readonly headers: Optional<Record<string, string>>;
  readonly auth: SchemaOf<WrittenAuth>;
  readonly limits: Optional<WrittenLimits>;
}

/** What sources and `http` destinations have in common. */
export const httpEntries: HttpEntries = {
  base_url: may("Where paths are appended; scheme, host and port are the origin.", filled),
  allow_http: may("Permits plain http to a host that is not loopback.", flag),
  vars: may("Text for {{vars.name}}; never a secret.", vars),
  headers: may("Sent with every request; never a secret.", vars),
  auth: must("How requests are authenticated.", auth),
  limits: may("Pace, waits and bounds.", limits),
};

/** A source. */
export const sourceSchema: SchemaOf<WrittenSource> = v.variant("type", [
  mapping({ type: v.literal("http"), ...httpEntries }),
  mapping({
    type: v.literal("module"),
    path: must("The TypeScript file.", filled),
    options: may("Handed to the module.", mappingOf(json)),
    vars: may("Text for the module.", vars),
    limits: may("Pace, waits and bounds.", limits),
  }),
]);
