import { expect, test } from "vitest";

import { type Resolve, isRefused } from "../../../src/adapters/http/address-guard.ts";
import { openWire } from "../../../src/adapters/http/wire-fetch.ts";
import { serveApi } from "../../support/api-server.ts";

test.each([
  ["169.254.169.254", true],
  ["169.254.0.1", true],
  ["::ffff:169.254.169.254", true],
  ["::ffff:a9fe:a9fe", true],
  ["fe80::1", true],
  ["febf::1", true],
  ["fd00:ec2::254", true],
  ["100.100.100.200", true],
  ["168.63.129.16", true],
  ["192.0.0.192", true],
  ["127.0.0.1", false],
  ["10.0.0.1", false],
  ["192.168.1.1", false],
  ["::1", false],
  ["fec0::1", false],
  ["93.184.216.34", false],
])("the address %s is refused: %s (S1)", (address, expected) => {
  expect(isRefused(address)).toBe(expected);
});

const resolveTo =
  (addresses: readonly string[]): Resolve =>
  (_hostname, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };

test("a name with any refused address is not connected to (S1)", async () => {
  await using server = await serveApi((_seen, response) => response.end("{}"));
  const url = `http://api.test:${server.port}/`;
  for (const addresses of [["169.254.169.254"], ["127.0.0.1", "fe80::1"], []]) {
    const wire = openWire({ resolve: resolveTo(addresses) });
    await expect(wire.fetch(url)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    wire.close();
  }
  expect(server.connections()).toBe(0);
});

test("a name whose addresses are all fine is connected to (S1)", async () => {
  await using server = await serveApi((_seen, response) => response.end("{}"));
  const wire = openWire({ resolve: resolveTo(["127.0.0.1"]) });
  const response = await wire.fetch(`http://api.test:${server.port}/`);
  expect([response.status, await response.text()]).toEqual([200, "{}"]);
  wire.close();
});

test("a name that changes its address between two lookups is looked at each time (S1)", async () => {
  await using server = await serveApi((_seen, response) => {
    response.writeHead(200, { connection: "close" }).end("{}");
  });
  let lookups = 0;
  const wire = openWire({
    resolve: (_hostname, done) => {
      lookups += 1;
      done(null, [{ address: lookups === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }]);
    },
  });
  const url = `http://api.test:${server.port}/`;
  expect(await (await wire.fetch(url)).text()).toBe("{}");
  await expect(wire.fetch(url)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
  wire.close();
  expect([lookups, server.seen.length]).toEqual([2, 1]);
});
