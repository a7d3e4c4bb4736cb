import { LOAD_BALANCERS, NO_ADDRESSES } from "../choices.ts";
import type { DockerDefault } from "../endpoints.ts";
import { lanAddresses } from "../hosts.ts";
import { edgeAddress, hostAddresses, isPairApart } from "../loadBalancing.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { addressIn, bitsOf, capacityOf, isLoopback, overlap } from "../subnets.ts";
import type { Surroundings } from "../surroundings.ts";
import { judged } from "../wellFormed.ts";
import { subnetsOf } from "./networks.ts";

type LoadBalancer = Settings["loadBalancer"];

const PATH: Path = ["loadBalancer", "pair", "virtualAddresses"];

/** Rules for the addresses that move between the load balancers of a pair. */
export function virtualAddressChecks(
  { loadBalancer, networks }: Pick<Settings, "loadBalancer" | "networks">,
  { docker }: Pick<Surroundings, "docker">,
): Problem[] {
  if (loadBalancer.replicas === 1) return [];
  if (isPairApart(loadBalancer, docker)) {
    return judged(
      () => lanAddressesFit(loadBalancer),
      () => hostAddressesKnown(loadBalancer, docker),
      () => publishedEverywhere(loadBalancer),
      () => outsideTheStack(loadBalancer, networks, docker),
    );
  }
  const edge = subnetsOf(networks).get("edge");
  if (loadBalancer.pair?.virtualAddresses === NO_ADDRESSES) {
    return [
      {
        path: PATH,
        value: NO_ADDRESSES,
        allowed:
          "addresses in networks.edge, by default the last: without one nobody reaches the second load balancer when the first is lost; or none with the second on another machine, by loadBalancer.pair.endpoint",
      },
    ];
  }
  return edge === undefined ? [] : virtualAddressesFit(loadBalancer, edge);
}

/** The number of addresses that a pair has. */
function needed({ pair }: LoadBalancer): number {
  return pair?.mode === "active-active" ? 2 : 1;
}

const COUNT: Readonly<Record<number, string>> = {
  1: "one address in mode active-passive",
  2: "two different addresses, one for each load balancer",
};

function hasWrongCount(given: readonly string[], count: number): boolean {
  return given.length !== count || new Set(given).size !== given.length;
}

/** Nobody but the user knows which addresses of a LAN are free. */
function lanAddressesFit(loadBalancer: LoadBalancer): Problem[] {
  const { pair } = loadBalancer;
  if (pair?.virtualAddresses === NO_ADDRESSES) return [];
  const given = lanAddresses(pair);
  const count = needed(loadBalancer);
  const cure = `set it to ${count === 2 ? "two free addresses" : "a free address"} of the LAN that both load balancers' hosts are in, as in virtualAddresses: [${["192.0.2.10", "192.0.2.9"].slice(0, count).join(", ")}]; or to ${NO_ADDRESSES}, where a network takes no address that moves, as in most clouds`;
  if (given === undefined) {
    return [
      {
        path: PATH,
        complaint: "is not set, and the load balancers are on two machines",
        allowed: `${COUNT[count]}, in the LAN of both hosts; or ${NO_ADDRESSES}`,
        cure,
      },
    ];
  }
  if (hasWrongCount(given, count)) return [{ path: PATH, value: given, allowed: COUNT[count] ?? "", cure }];
  return [];
}

/** Each host tells the other that it is there, from its own address. */
function hostAddressesKnown(loadBalancer: LoadBalancer, docker: Surroundings["docker"]): Problem[] {
  const given = lanAddresses(loadBalancer.pair);
  if (given === undefined) return [];
  const hosts = hostAddresses(loadBalancer, docker);
  const paths: readonly Path[] = [
    ["loadBalancer", "hostAddress"],
    ["loadBalancer", "pair", "hostAddress"],
  ];
  return hosts.flatMap((address, index): Problem[] => {
    const path = paths[index] ?? [];
    if (address === undefined) {
      return [
        {
          path,
          complaint: "is not set, and the endpoint of the host does not say it",
          allowed: "the address of the load balancer's host in the LAN of the virtual addresses",
          cure: `set it to what this shows on ${LOAD_BALANCERS[index]}'s host: ip -brief -4 address`,
        },
      ];
    }
    const place = given.indexOf(address);
    return place < 0
      ? []
      : [
          {
            path: [...PATH, place],
            value: address,
            allowed: `an address that no machine has: this one is that of ${LOAD_BALANCERS[index]}'s host`,
            cure: "choose a free address of the LAN",
          },
        ];
  });
}

/** The stack's own subnets are between its containers: an address of a LAN in one of them would lead nowhere. */
function outsideTheStack(loadBalancer: LoadBalancer, networks: Settings["networks"], docker: DockerDefault): Problem[] {
  const own = [...subnetsOf(networks)];
  const [first, second] = hostAddresses(loadBalancer, docker);
  const addresses: readonly (readonly [Path, string | undefined])[] = [
    [["loadBalancer", "hostAddress"], first],
    [["loadBalancer", "pair", "hostAddress"], second],
    ...(lanAddresses(loadBalancer.pair) ?? []).map((address, index) => [[...PATH, index], address] as const),
  ];
  return addresses.flatMap(([path, address]) => {
    const inside = own.find(([, subnet]) => address !== undefined && overlap(`${address}/32`, subnet));
    return inside === undefined
      ? []
      : [
          {
            path,
            value: address,
            allowed: `an address of the LAN of the hosts: this one is in networks.${inside[0]}, ${inside[1]}, a network of the stack's containers`,
            cure: "choose an address of the LAN; or another networks.range, if the LAN has these addresses",
          },
        ];
  });
}

/** What a host publishes at one of its addresses does not answer at one that it gets later. */
function publishedEverywhere({ address, pair }: LoadBalancer): Problem[] {
  const isMoved = lanAddresses(pair) !== undefined;
  if (isMoved ? address === "0.0.0.0" : !isLoopback(address)) return [];
  return [
    {
      path: ["loadBalancer", "address"],
      value: address,
      allowed: isMoved
        ? "0.0.0.0 with virtual addresses of the LAN: a port that is published at another address does not answer there"
        : "0.0.0.0, or an address that both hosts have and clients reach: a loopback address is reached by no other machine",
      example: "0.0.0.0",
    },
  ];
}

function virtualAddressesFit(loadBalancer: LoadBalancer, edge: string): Problem[] {
  const given = lanAddresses(loadBalancer.pair);
  const count = needed(loadBalancer);
  if (given === undefined) return [];
  if (hasWrongCount(given, count)) {
    return [
      {
        path: PATH,
        value: given,
        allowed: COUNT[count] ?? "",
        example: JSON.stringify(freeAddresses(edge, [], count)),
      },
    ];
  }
  const free = freeAddresses(edge, given, count);
  return given.flatMap((address, index) => {
    const taken = takenBy(address, edge);
    return taken === undefined
      ? []
      : [{ path: [...PATH, index], value: address, allowed: taken, example: free.shift() }];
  });
}

/** The last free addresses of the edge network that are not among those given. */
function freeAddresses(edge: string, given: readonly string[], count: number): string[] {
  const found: string[] = [];
  for (let place = 2; found.length < count && place <= capacityOf(bitsOf(edge)); place++) {
    const address = addressIn(edge, -place);
    if (!given.includes(address) && takenBy(address, edge) === undefined) found.push(address);
  }
  return found;
}

/** The requirement that a virtual address does not meet; undefined if it meets all. */
function takenBy(address: string, edge: string): string | undefined {
  if (!overlap(`${address}/32`, edge)) return `an address in networks.edge, ${edge}`;
  const holders = new Map([
    [addressIn(edge, 0), "the subnet's own address"],
    [addressIn(edge, 1), "the gateway's"],
    [addressIn(edge, -1), "the subnet's broadcast address"],
    ...LOAD_BALANCERS.map((name, index): [string, string] => [edgeAddress(edge, index), `${name}'s`]),
  ]);
  const holder = holders.get(address);
  return holder === undefined ? undefined : `a free address in ${edge}: this one is ${holder}`;
}
