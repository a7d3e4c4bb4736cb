import { proposer } from "../../config/subnets.ts";
import type { AnsweredMachine } from "../../preflight/machines.ts";
import type { MachinePlan } from "../../topology/machines.ts";
import type { OverlayPlan, Topology } from "../../topology/plan.ts";
import { nameOf } from "./machineText.ts";
import type { Row } from "./rows.ts";

/** Room for the gateway, and for two addresses of each machine. */
const SUBNET_BITS = 26;
const PORT = 8080;
/** More than any packet, so that an answer of this size has full ones. */
const LARGE_BYTES = 65_536;
/** Rounds in which a machine may still get to know the others, and the seconds that each question may take. */
const ROUNDS = 4;
const ANSWER_SECONDS = 3;

/** How far packets get from one machine to another: all of them, only small ones, or none. */
export type Reach = "all" | "small" | "none";

export interface Pair {
  readonly from: MachinePlan;
  readonly to: MachinePlan;
  readonly reach: Reach;
}

/**
 * A subnet for the probe that overlaps no network of an engine, and nothing of the stack.
 * @throws Error if there is none
 */
export function probeSubnet(
  { networkRange, subnets }: Pick<Topology, "networkRange" | "subnets">,
  answered: readonly Pick<AnsweredMachine, "state">[],
): string {
  const taken = answered.flatMap(({ state }) => [
    ...state.networks.flatMap((network) => network.subnets),
    ...(state.swarm.address === "" ? [] : [`${state.swarm.address}/24`]),
  ]);
  const subnet = proposer([networkRange, ...Object.values(subnets), ...taken])(SUBNET_BITS);
  if (subnet === undefined) throw new Error("no private subnet is free on all machines");
  return subnet;
}

/** What bash runs in the container of each machine: a server with a small answer and a large one. */
export function serverScript(): string {
  const config = `global
  maxconn 100
  tune.bufsize ${2 * LARGE_BYTES}
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend probe
  bind :${PORT}
  http-request return status 200 content-type text/plain file /tmp/large if { path /large }
  http-request return status 200 content-type text/plain file /tmp/small
`;
  return `printf '%${LARGE_BYTES}s' large >/tmp/large; printf small >/tmp/small; printf '%s' '${config}' >/tmp/haproxy.cfg; exec haproxy -db -f /tmp/haproxy.cfg`;
}

/** What bash runs on a machine: it asks each address for both answers, side by side, and prints how far it came. */
export function clientScript(addresses: readonly string[]): string {
  return `ask() {
  timeout ${ANSWER_SECONDS} bash -c 'exec 3<>"/dev/tcp/$0/${PORT}" && printf "GET /$1 HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3' "$1" "$2" 2>/dev/null | wc -c
}
reach() {
  local round result=none
  for ((round = 0; round < ${ROUNDS}; round++)); do
    if [ "$(ask "$1" small)" -gt 0 ]; then
      result=small
      if [ "$(ask "$1" large)" -gt ${LARGE_BYTES} ]; then result=all; break; fi
    fi
    sleep 1
  done
  echo "$1 $result"
}
for address in ${addresses.join(" ")}; do reach "$address" & done
wait`;
}

/** Reads the lines that the script of a client prints. */
export function reachesIn(output: string): ReadonlyMap<string, Reach> {
  return new Map(
    output.split("\n").flatMap((line): [string, Reach][] => {
      const [, address, reach] = /^(\S+) (all|small|none)$/.exec(line.trim()) ?? [];
      return address !== undefined && isReach(reach) ? [[address, reach]] : [];
    }),
  );
}

function isReach(text: string | undefined): text is Reach {
  return text === "all" || text === "small" || text === "none";
}

/** A row for each machine that reaches all others, and for each pair that does not reach each other as it should. */
export function pairRows(pairs: readonly Pair[], network: Pick<OverlayPlan, "isEncrypted" | "mtu">): Row[] {
  const machines = pairs.map(({ from }) => from).filter((one, index, all) => all.indexOf(one) === index);
  return machines.flatMap((from): Row[] => {
    const own = pairs.filter((pair) => pair.from === from);
    const failed = own.filter(({ reach }) => reach !== "all");
    if (failed.length === 0) {
      const others = own.map(({ to }) => nameOf(to)).join(" and ");
      const how = network.isEncrypted ? "encrypted network" : "network";
      return [
        {
          machine: nameOf(from),
          mark: "ok",
          text: `it reaches ${others} in a ${how} between machines, with large answers`,
        },
      ];
    }
    return failed.map(({ to, reach }) => ({
      machine: nameOf(from),
      mark: "missing",
      text: reach === "none" ? unreached(nameOf(to), network) : cutShort(nameOf(to), network),
    }));
  });
}

function unreached(to: string, { isEncrypted }: Pick<OverlayPlan, "isEncrypted">): string {
  const ways = "udp 4789, tcp 7946 and udp 7946 between the two";
  return isEncrypted
    ? `it does not reach ${to}; likely causes: a kernel without ESP on either (modprobe esp4, and rfc4106(gcm(aes)) in /proc/crypto), a firewall that drops protocol 50 (ESP), or one that drops ${ways}; cure: mend that, or networks.encrypted false`
    : `it does not reach ${to}; likely causes: a firewall that drops ${ways}, or an address of the swarm at which the other is not reached`;
}

function cutShort(to: string, { mtu, isEncrypted }: Pick<OverlayPlan, "isEncrypted" | "mtu">): string {
  const packets = mtu === undefined ? "1500 bytes" : `${mtu} bytes, as networks.mtu says`;
  return `it reaches ${to}, but large answers do not arrive: the LAN does not carry packets of ${packets}${isEncrypted ? ", encrypted" : ""}; cure: set networks.mtu to the LAN's (ip link show there; 1400 in many clouds, 1420 over WireGuard)`;
}
