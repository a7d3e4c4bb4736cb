import type Docker from "dockerode";
import { addressIn } from "../../config/subnets.ts";
import { engineClient } from "../../engine/client.ts";
import { eventually } from "../../engine/eventually.ts";
import { hasImage } from "../../engine/images.ts";
import { engineLabels, labelFilter, PURPOSE_LABEL } from "../../engine/labels.ts";
import { executeIn } from "../../engine/streams.ts";
import type { AnsweredMachine } from "../../preflight/machines.ts";
import { type MachinePlan, machinesOf } from "../../topology/machines.ts";
import type { NetworkPlan, Topology } from "../../topology/plan.ts";
import { nameOf } from "./machineText.ts";
import { clientScript, type Pair, pairRows, probeSubnet, reachesIn, serverScript } from "./probePlan.ts";
import type { Row } from "./rows.ts";

const PURPOSE = "probe";
/** Bytes of memory of each container. */
const MEMORY = 128 * 1024 * 1024;
/** Seconds until the swarm lets a network go that containers were in a moment ago. */
const GONE_SECONDS = 30;

/** A container of the probe, with its address in the network between machines. */
interface Server {
  readonly machine: MachinePlan;
  readonly engine: Docker;
  readonly container: Docker.Container;
  readonly address: string;
}

/**
 * Sends real packets from every machine to every other, in a network like the stack's, which is removed again.
 * @param signal ends it early; what it has made is removed then, too
 */
export async function probe(
  topology: Topology,
  answered: readonly AnsweredMachine[],
  signal: AbortSignal,
): Promise<Row[]> {
  const between = topology.networks.find(({ overlay }) => overlay !== undefined);
  const manager = answered.find(({ machine }) => between !== undefined && machine.hosts.includes(between.host));
  if (between?.overlay === undefined) throw new Error("a stack on one machine has no networks between machines");
  if (manager === undefined) throw new Error(`no probe without ${between.host}, whose engine makes the networks`);
  const machines = answered.map(({ machine }) => machine);
  await removeProbe(topology, machines, manager.machine);
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("interrupted; the probe is removed")));
  });
  interrupted.catch(() => undefined);
  const sending = sendPackets(topology, between, answered, manager.machine, signal);
  try {
    return await Promise.race([interrupted, sending]);
  } finally {
    if (signal.aborted) {
      // Questions end with their containers; and what is being made meanwhile has to be there before it can go.
      await removeContainers(topology, machines);
      await sending.catch(() => undefined);
    }
    await removeProbe(topology, machines, manager.machine);
  }
}

async function sendPackets(
  topology: Topology,
  between: NetworkPlan,
  answered: readonly AnsweredMachine[],
  manager: MachinePlan,
  signal: AbortSignal,
): Promise<Row[]> {
  const image = topology.loadBalancers[0]?.haproxy.image ?? "";
  const name = await createNetwork(topology, between, manager, probeSubnet(topology, answered));
  const started = await Promise.all(
    machinesOf(topology)
      .filter(({ endpoint }) => answered.some(({ machine }) => machine.endpoint === endpoint))
      .map((machine) => startServer(topology, machine, { image, network: name, signal })),
  );
  const servers = started.flatMap((one) => ("address" in one ? [one] : []));
  const rows = started.flatMap((one) => ("address" in one ? [] : [one]));
  const pairs = await Promise.all(servers.map((server) => ask(server, servers)));
  return [...rows, ...pairRows(pairs.flat(), between.overlay ?? { isEncrypted: false, mtu: undefined })];
}

/** Asks all other servers from the container of one. */
async function ask({ machine, engine, container }: Server, servers: readonly Server[]): Promise<Pair[]> {
  const others = servers.filter((other) => other.machine !== machine);
  if (others.length === 0) return [];
  const script = clientScript(others.map(({ address }) => address));
  const reaches = reachesIn(await executeIn(engine, container, ["bash", "-c", script]));
  return others.map((to) => ({ from: machine, to: to.machine, reach: reaches.get(to.address) ?? "none" }));
}

/** @returns the network's name */
async function createNetwork(
  topology: Topology,
  { overlay }: NetworkPlan,
  manager: MachinePlan,
  subnet: string,
): Promise<string> {
  const name = `${topology.project}-${topology.stack}-${PURPOSE}`;
  await engineClient(manager).createNetwork({
    Name: name,
    Driver: "overlay",
    Attachable: true,
    Internal: true,
    IPAM: { Config: [{ Subnet: subnet, Gateway: addressIn(subnet, 1) }] },
    Options: {
      ...(overlay?.isEncrypted ? { encrypted: "" } : {}),
      ...(overlay?.mtu === undefined ? {} : { "com.docker.network.driver.mtu": String(overlay.mtu) }),
    },
    Labels: engineLabels(topology, { purpose: PURPOSE }),
  });
  return name;
}

/** Starts a server on a machine; resolves to a row instead, if it cannot start there. */
async function startServer(
  topology: Topology,
  machine: MachinePlan,
  { image, network, signal }: { readonly image: string; readonly network: string; readonly signal: AbortSignal },
): Promise<Server | Row> {
  const engine = engineClient(machine);
  const missing = (text: string): Row => ({ machine: nameOf(machine), mark: "missing", text });
  if (!(await hasImage(engine, image))) {
    return missing(`it is not probed, because it lacks ${image}; cure: npm run hosts -- images, or docker pull there`);
  }
  try {
    signal.throwIfAborted();
    const container = await engine.createContainer({
      name: `${network}-${machine.hosts[0]}`,
      Image: image,
      Entrypoint: ["bash", "-c"],
      Cmd: [serverScript()],
      Labels: engineLabels(topology, { purpose: PURPOSE }),
      HostConfig: {
        NetworkMode: network,
        ReadonlyRootfs: true,
        Tmpfs: { "/tmp": "size=1m,mode=1777" },
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Memory: MEMORY,
        PidsLimit: 256,
      },
    });
    signal.throwIfAborted();
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const address = NetworkSettings.Networks[network]?.IPAddress ?? "";
    return { machine, engine, container, address };
  } catch (error) {
    signal.throwIfAborted();
    return missing(
      `no container starts there in a network between machines (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/**
 * Removes all that a probe has made, or one that was killed.
 * @throws Error naming what is left
 */
async function removeProbe(topology: Topology, machines: readonly MachinePlan[], manager: MachinePlan): Promise<void> {
  const left = await removeContainers(topology, machines);
  if (left.length > 0) throw new Error(`containers of the probe are left: ${left.join("; ")}`);
  const engine = engineClient(manager);
  for (const { Id, Name } of await engine.listNetworks({ filters: filtersOf(topology) })) {
    await eventually(() => engine.getNetwork(Id).remove(), GONE_SECONDS).catch((error: Error) => {
      throw new Error(`the network ${Name} is left (${error.message}); cure: docker network rm ${Name}`);
    });
  }
}

/** @returns the machines where that failed, with the reasons */
async function removeContainers(topology: Topology, machines: readonly MachinePlan[]): Promise<string[]> {
  const left = await Promise.all(
    machines.map(async (machine): Promise<string[]> => {
      const engine = engineClient(machine);
      try {
        for (const { Id } of await engine.listContainers({ all: true, filters: filtersOf(topology) })) {
          await engine.getContainer(Id).remove({ force: true, v: true });
        }
        return [];
      } catch (error) {
        return [`${nameOf(machine)} (${error instanceof Error ? error.message : String(error)})`];
      }
    }),
  );
  return left.flat();
}

function filtersOf(topology: Topology): { readonly label: string[] } {
  return { label: [...labelFilter(topology), `${PURPOSE_LABEL}=${PURPOSE}`] };
}
