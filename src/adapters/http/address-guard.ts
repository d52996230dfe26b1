// Names may resolve to anything; this is where an address is looked at before it is connected to (S1). The check is
// made on the very answer that the socket uses, so a second lookup cannot bring another one. An address written
// into base_url itself is never looked up and is the user's word.

import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { BlockList, type LookupFunction, isIPv6 } from "node:net";

/** Looks a name up; all of its addresses. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, found: readonly LookupAddress[]) => void,
) => void;

/** The code of the error for a name whose address is refused. */
export const addressRefusedCode = "ADDRESS_REFUSED";

/** A lookup for sockets that fails when any address of the name is link-local or a cloud's metadata service. */
export function guardLookup(resolve: Resolve = resolveBySystem): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, (error, found) => {
      if (error !== null) return done(error, "");
      const [first] = found;
      if (first === undefined || found.some(({ address }) => isRefused(address))) {
        return done(Object.assign(new Error(addressRefusedCode), { code: addressRefusedCode }), "");
      }
      return options.all === true
        ? done(null, [...found])
        : done(null, first.address, first.family);
    });
  };
}

/** Whether the address is link-local or serves a cloud's metadata. */
export function isRefused(address: string): boolean {
  return refused.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

const refused = new BlockList();
refused.addSubnet("169.254.0.0", 16, "ipv4");
refused.addSubnet("fe80::", 10, "ipv6");
// Metadata services outside of link-local: AWS over IPv6, Alibaba, Azure's wire server, Oracle.
refused.addAddress("fd00:ec2::254", "ipv6");
refused.addAddress("100.100.100.200", "ipv4");
refused.addAddress("168.63.129.16", "ipv4");
refused.addAddress("192.0.0.192", "ipv4");

function resolveBySystem(...[hostname, done]: Parameters<Resolve>): void {
  systemLookup(hostname, { all: true }, (error, found) => done(error, error === null ? found : []));
}
