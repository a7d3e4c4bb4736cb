import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

/** The IPv4 subnet of one of this machine's interfaces. */
export interface MachineSubnet {
  /** The interface's name. */
  readonly name: string;
  readonly subnet: string;
}

type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, "cidr" | "family" | "internal">[] | undefined>
>;

/** The subnets of this machine's interfaces, without the loopback's. */
export function machineSubnets(interfaces: Interfaces = networkInterfaces()): MachineSubnet[] {
  return Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ cidr, family, internal }) => {
      if (cidr === null || family !== "IPv4" || internal) return [];
      const [, bits] = ipaddr.IPv4.parseCIDR(cidr);
      return [{ name, subnet: `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${bits}` }];
    }),
  );
}
