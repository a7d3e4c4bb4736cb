import type { PolicyName } from "../config/policies.ts";
import type { Mutation } from "./mutation.ts";

const KEEPALIVED = "Container keepalived-lb1";
const LB = "Container lb1";
const WEB = "Container web-server1";

const group = (policy: PolicyName, ...list: Omit<Mutation, "policy">[]): Mutation[] =>
  list.map((one) => ({ ...one, policy }));

const adds = (...more: string[]) => ({
  capabilities: { adds: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", ...more], drops: ["ALL"] },
});

const port = (ip: string, external: number, internal: number) => ({ ports: [{ ip, external, internal }] });

/** Mistakes in a stack on several machines whose networks between them are encrypted, each with the policy that stops it. */
export const MACHINE_MUTATIONS: readonly Mutation[] = [
  ...group(
    "planned-networks",
    { name: "a network between machines made one of a machine", of: "Network web", inputs: { driver: "bridge" } },
    {
      name: "a machine's network made one between machines",
      of: "Network router-server1",
      inputs: { driver: "overlay" },
    },
    { name: "a machine's network that anybody may join", of: "Network app-server1", inputs: { attachable: true } },
    { name: "an edge network that anybody may join", of: "Network edge-lb2", inputs: { attachable: true } },
    { name: "a network between machines that reaches outside", of: "Network data", inputs: { internal: false } },
    { name: "a network between machines in clear", of: "Network replication", inputs: { options: {} } },
    {
      name: "a network between machines by another name",
      of: "Network web",
      inputs: { name: "foobar-dev-web" },
    },
    {
      name: "another subnet between machines",
      of: "Network data",
      inputs: { ipamConfigs: [{ subnet: "192.168.0.0/16" }] },
    },
    {
      name: "the other load balancer's edge network",
      of: LB,
      inputs: { networksAdvanced: [{ name: "foobar-dev-edge-lb2" }, { name: "foobar-dev-web-encrypted" }] },
    },
    { name: "keepalived in the engine's default network", of: KEEPALIVED, inputs: { networkMode: "bridge" } },
    { name: "keepalived in another container's network", of: KEEPALIVED, inputs: { networkMode: "container:lb1" } },
    {
      name: "keepalived in a network of the stack",
      of: KEEPALIVED,
      inputs: { networksAdvanced: [{ name: "foobar-dev-web-encrypted" }] },
    },
  ),
  ...group(
    "host-isolation",
    { name: "a web server in the host's network", of: WEB, inputs: { networkMode: "host", networksAdvanced: [] } },
    { name: "a pause container in the host's network", of: LB, inputs: { networkMode: "host", networksAdvanced: [] } },
    { name: "a database in the host's network", of: "Container mysql-server1", inputs: { networkMode: "host" } },
    { name: "keepalived with the host's processes", of: KEEPALIVED, inputs: { pidMode: "host" } },
    { name: "keepalived with a folder of the host", of: KEEPALIVED, inputs: { volumes: [{ hostPath: "/etc" }] } },
    { name: "a privileged keepalived", of: KEEPALIVED, inputs: { privileged: true } },
  ),
  ...group(
    "no-capabilities",
    { name: "keepalived that may be another user", of: KEEPALIVED, inputs: adds("CAP_SETUID") },
    { name: "keepalived that administers its host", of: KEEPALIVED, inputs: adds("CAP_SYS_ADMIN") },
    { name: "keepalived that drops nothing", of: KEEPALIVED, inputs: { capabilities: { adds: ["CAP_NET_ADMIN"] } } },
    { name: "a pause container with those of one machine", of: LB, inputs: adds("CAP_SETUID") },
  ),
  ...group("no-root", {
    name: "a pause container that is root, as in a pair on one machine",
    of: LB,
    inputs: { user: "0:0" },
  }),
  ...group(
    "published-ports",
    { name: "keepalived with a port", of: KEEPALIVED, inputs: port("192.0.2.11", 8406, 8406) },
    { name: "the health at every address", of: LB, inputs: port("0.0.0.0", 8406, 8406) },
    { name: "the health at the other host's address", of: LB, inputs: port("192.0.2.12", 8406, 8406) },
    { name: "the peers' table at the host", of: LB, inputs: port("192.0.2.11", 10_000, 10_000) },
    { name: "a database at its host", of: "Container mysql-server2", inputs: port("192.0.2.12", 3306, 3306) },
  ),
];
