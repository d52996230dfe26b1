import { expect, test } from "vitest";

import {
  formatOrigin,
  isLoopback,
  isSameOrigin,
  parseOrigin,
  resolveLink,
  withoutQuery,
} from "../../../src/core/source/origin.ts";

test.each([
  ["https://api.example.com/v2", { scheme: "https", host: "api.example.com", port: 443 }],
  ["https://API.Example.com:443/", { scheme: "https", host: "api.example.com", port: 443 }],
  ["http://localhost:3000", { scheme: "http", host: "localhost", port: 3000 }],
  ["http://[0:0:0:0:0:0:0:1]/", { scheme: "http", host: "[::1]", port: 80 }],
  ["http://2130706433/", { scheme: "http", host: "127.0.0.1", port: 80 }],
  ["https://bücher.example/", { scheme: "https", host: "xn--bcher-kva.example", port: 443 }],
])("reads the origin of %s (S1)", (url, origin) => {
  expect(parseOrigin(url)).toEqual(origin);
});

test.each(["/v2", "", "api.example.com", "ftp://a.example/", "file:///etc/passwd", "https://"])(
  "%j has no origin (S1)",
  (url) => {
    expect(parseOrigin(url)).toBeUndefined();
  },
);

test.each(["https://user@a.example/", "https://user:pass@a.example/", "https://:pass@a.example/"])(
  "%s is refused for its user info (S1)",
  (url) => {
    expect(parseOrigin(url)).toBeUndefined();
  },
);

test("origins are one only if scheme, host and port are (S3)", () => {
  const same = (one: string, other: string) => {
    const [left, right] = [parseOrigin(one), parseOrigin(other)];
    return left !== undefined && right !== undefined && isSameOrigin(left, right);
  };
  expect(same("https://a.example/x", "https://A.EXAMPLE:443/y?z")).toBe(true);
  expect(same("https://a.example", "http://a.example")).toBe(false);
  expect(same("https://a.example", "https://a.example:8443")).toBe(false);
  expect(same("https://a.example", "https://b.a.example")).toBe(false);
  expect(same("https://a.example", "https://a.example.")).toBe(false);
});

const from = "https://api.example.com/v2/contacts?page=1";

test.each([
  ["?page=2", "https://api.example.com/v2/contacts?page=2"],
  ["/v2/next", "https://api.example.com/v2/next"],
  ["more", "https://api.example.com/v2/more"],
  ["https://api.example.com:443/a?b=%2F&c=a+b", "https://api.example.com/a?b=%2F&c=a+b"],
  ["//api.example.com/a", "https://api.example.com/a"],
  ["/a#part", "https://api.example.com/a"],
])("the link %s is resolved against the URL it came with (S4)", (link, url) => {
  expect(resolveLink(link, from)).toEqual({ ok: true, url });
});

test.each([
  [
    "https://api.example.com.evil.test/",
    "it leads to https://api.example.com.evil.test, not to https://api.example.com",
  ],
  [
    "https://evil-api.example.com/",
    "it leads to https://evil-api.example.com, not to https://api.example.com",
  ],
  ["//evil.test/v2", "it leads to https://evil.test, not to https://api.example.com"],
  ["\\\\evil.test\\v2", "it leads to https://evil.test, not to https://api.example.com"],
  ["/\t/evil.test/v2", "it leads to https://evil.test, not to https://api.example.com"],
  [
    "https://api.example.com:8443/",
    "it leads to https://api.example.com:8443, not to https://api.example.com",
  ],
  ["http://api.example.com/", "it leads to http://api.example.com, not to https://api.example.com"],
  ["https://api.example.com@evil.test/", "it contains user info"],
  ["https://x:y@api.example.com/", "it contains user info"],
  ["file:///etc/passwd", "it is neither http nor https"],
  ["javascript:alert(1)", "it is neither http nor https"],
  ["https://[::1", "it is not a URL"],
  [
    "http://[::ffff:127.0.0.1]/",
    "it leads to http://[::ffff:7f00:1], not to https://api.example.com",
  ],
])("the link %j is refused (S4)", (link, reason) => {
  expect(resolveLink(link, from)).toEqual({ ok: false, reason });
});

test.each([
  ["localhost", true],
  ["api.localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["[::1]", true],
  ["127.example.com", false],
  ["localhost.example.com", false],
  ["10.0.0.1", false],
])("%s is this machine: %s (S1)", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test("messages show an origin without its default port and a URL without its query", () => {
  expect(formatOrigin({ scheme: "https", host: "a.example", port: 443 })).toBe("https://a.example");
  expect(formatOrigin({ scheme: "http", host: "[::1]", port: 443 })).toBe("http://[::1]:443");
  expect(withoutQuery("https://u:p@a.example:8443/b?token=x#y")).toBe("https://a.example:8443/b");
  expect(withoutQuery("nonsense")).toBe("a URL that cannot be read");
});

test("messages show no path that is longer than a person reads, whatever a server links to", () => {
  const path = `/${"x".repeat(400_000)}`;
  const host = `${"a".repeat(200)}.example`;
  expect(withoutQuery(`https://a.example${path}`)).toBe("https://a.example/…");
  expect(withoutQuery(`https://${host}/b`)).toBe("a URL that is too long to show");
  expect(resolveLink(`https://${host}/b`, from)).toEqual({
    ok: false,
    reason: "it leads to a URL that is too long to show, not to https://api.example.com",
  });
});
