import { ARBITER } from "../config/choices.ts";
import { numberOf } from "../config/serverSubnets.ts";
import { bitsOf } from "../config/subnets.ts";
import { fixedAddress } from "./networks.ts";

/** The first place of a member in the fixed half of its network: behind the gateway's. */
const FIRST = 2;

/**
 * The fixed address of each database in a replication network between machines: while a machine is away, its names are
 * unknown, and a group would wait for them. A server's number decides it, so that servers that come and go move no other.
 * The arbiter has the last address.
 */
export function memberAddresses(subnet: string, places: readonly string[]): Map<string, string> {
  const room = 2 ** (31 - bitsOf(subnet)) - FIRST - 1;
  const taken = new Set<number>();
  return new Map(
    places.map((server) => {
      if (server === ARBITER) return [server, fixedAddress(subnet, -1)];
      let place = numberOf(server) % room;
      while (taken.has(place)) place = (place + 1) % room;
      taken.add(place);
      return [server, fixedAddress(subnet, FIRST + place)];
    }),
  );
}
