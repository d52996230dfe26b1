// Refused configurations. Origins, credentials, headers, limits (S1, S3, S6, S7, S11, S17, P5).

import type { RefusedCase } from "./refused-case.ts";

export const sourcesCases: readonly RefusedCase[] = [
  {
    title: "no URL",
    edits: [["    base_url: https://api.example.com/v2\n", ""]],
    problems: [
      "tidemark.yml:4 sources.crm.base_url: expected an absolute URL, found nothing; add base_url",
    ],
  },
  {
    title: "a relative URL",
    edits: [["https://api.example.com/v2", "/v2"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected an absolute http or https URL without user, query and fragment, found other text; write for example https://api.example.com/v2",
    ],
  },
  {
    title: "a URL with a password",
    edits: [["https://api.example.com", "https://me:hunter2@api.example.com"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected an absolute http or https URL without user, query and fragment, found other text; write for example https://api.example.com/v2",
    ],
  },
  {
    title: "a URL with a query",
    edits: [["/v2", "/v2?a=1"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected an absolute http or https URL without user, query and fragment, found other text; write for example https://api.example.com/v2",
    ],
  },
  {
    title: "a URL of another scheme",
    edits: [["https://api", "ftp://api"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected an absolute http or https URL without user, query and fragment, found other text; write for example https://api.example.com/v2",
    ],
  },
  {
    title: "plain http to another host",
    edits: [["https://api", "http://api"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected https, found http to a host that is not this machine; use https or set allow_http: true",
    ],
  },
  {
    title: "plain http to a host that looks like this one",
    edits: [["https://api.example.com", "http://localhost.example.com"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected https, found http to a host that is not this machine; use https or set allow_http: true",
    ],
  },
  {
    title: "a URL with a dot segment",
    edits: [["/v2", "/v2/%2E%2e/admin"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected no segment . or .., found one; write the path without it",
    ],
  },
  {
    title: "a URL with a var that nobody set",
    edits: [
      ["https://api.example", '"https://{{vars.team}}.example'],
      ["com/v2", 'com/v2"'],
    ],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected vars of the source, found {{vars.team}}; define it under vars of the source",
    ],
  },
  {
    title: "a URL with an unclosed placeholder",
    edits: [["https://api.example.com/v2", '"https://{{vars.team.example.com"']],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected `}}` after `{{`, found none; use {{vars.name}} only",
    ],
  },
  {
    title: "a URL with a placeholder of a window",
    edits: [["https://api.example.com/v2", '"https://api.example.com/{{window.start}}"']],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected vars of the source, found {{window.start}}; define it under vars of the source",
    ],
  },
  {
    title: "a secret in place of a variable",
    edits: [["TIDEMARK_CRM_TOKEN", "sk_live_1234"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth.env: expected the name of a variable like TIDEMARK_CRM_TOKEN, found other text; rename the variable, or allow its name by env-allow (never GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_)",
    ],
  },
  {
    title: "a variable of another owner",
    edits: [["TIDEMARK_CRM_TOKEN", "GITHUB_TOKEN"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth.env: expected the name of a variable like TIDEMARK_CRM_TOKEN, found other text; rename the variable, or allow its name by env-allow (never GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_)",
    ],
  },
  {
    title: "a header that Tidemark sets",
    edits: [["limits:", "headers: {Host: evil.example}\n    limits:"]],
    problems: [
      "tidemark.yml:8 sources.crm.headers.Host: expected another header, found one that Tidemark sets itself; remove it (credentials belong to auth)",
    ],
  },
  {
    title: "the header that carries credentials",
    edits: [["limits:", "headers: {authorization: Bearer 1}\n    limits:"]],
    problems: [
      "tidemark.yml:8 sources.crm.headers.authorization: expected another header, found one that Tidemark sets itself; remove it (credentials belong to auth)",
    ],
  },
  {
    title: "the header of auth",
    edits: [
      ["{type: bearer,", "{type: header, name: X-Key,"],
      ["limits:", "headers: {x-key: 1a}\n    limits:"],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.headers.x-key: expected another header, found the one that auth sets; remove it",
    ],
  },
  {
    title: "one header in two cases",
    edits: [["limits:", "headers: {X-A: a, x-a: b}\n    limits:"]],
    problems: [
      "tidemark.yml:8 sources.crm.headers.x-a: expected every header once, found it twice in other case; remove one of them",
    ],
  },
  {
    title: "a header's name with a space",
    edits: [["limits:", "headers: {X A: a}\n    limits:"]],
    problems: [
      "tidemark.yml:8 sources.crm.headers.X A: expected the name of a header, found other text; write for example X-Api-Version",
    ],
  },
  {
    title: "a header's value with a line break",
    edits: [["limits:", 'headers: {X-A: "a\\nb"}\n    limits:']],
    problems: [
      "tidemark.yml:8 sources.crm.headers.X-A: expected visible ASCII and inner spaces, found other characters; change the value",
    ],
  },
  {
    title: "a source's header with a placeholder of a window",
    edits: [["limits:", 'headers: {X-A: "{{window.start}}"}\n    limits:']],
    problems: [
      "tidemark.yml:8 sources.crm.headers.X-A: expected {{vars.name}} only, found {{window.start}}; move the header to the request of a sync",
    ],
  },
  {
    title: "a source's header with an unknown placeholder",
    edits: [["limits:", 'headers: {X-A: "{{now}}"}\n    limits:']],
    problems: [
      "tidemark.yml:8 sources.crm.headers.X-A: expected one of window.start, window.end, page.token, page.number, page.offset, page.size, keyset.key, keyset.watermark or vars.<name>, found {{now}}; use {{vars.name}} only",
    ],
  },
  {
    title: "auth's header with a space",
    edits: [["{type: bearer,", "{type: header, name: X Key,"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth.name: expected the name of a header, found other text; write for example X-Api-Key",
    ],
  },
  {
    title: "a var with a dot in its name",
    edits: [["limits:", "vars: {a.b: x}\n    limits:"]],
    problems: [
      "tidemark.yml:8 sources.crm.vars.a.b: expected a name of letters, digits, _ and -, found other characters; rename it",
    ],
  },
  {
    title: "a burst of more than half",
    edits: [["per: 1s", "per: 1s, burst: 3"]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.pace[0].burst: expected at most 2, half of requests, found 3; lower burst",
    ],
  },
  {
    title: "a longest backoff below its base",
    edits: [["limits: {", "limits: {backoff: {throttle: 2m}, "]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.backoff.max: expected at least the longest base, found less; raise max or lower throttle and retry",
    ],
  },
  {
    title: "the token of GitHub for another API (S10)",
    edits: [["{type: bearer, env: TIDEMARK_CRM_TOKEN}", "{type: github_token}"]],
    problems: [
      "tidemark.yml:6 sources.crm.base_url: expected the origin of the GitHub API, https://api.github.com, for auth github_token, found another; use bearer with a token made for that API",
    ],
  },
  {
    title: "the token of GitHub beside a header of its own",
    edits: [
      ["https://api.example.com/v2", "https://api.github.com"],
      [
        "{type: bearer, env: TIDEMARK_CRM_TOKEN}",
        "{type: github_token}\n    headers: {Authorization: x}",
      ],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.headers.Authorization: expected another header, found one that Tidemark sets itself; remove it (credentials belong to auth)",
    ],
  },
];
