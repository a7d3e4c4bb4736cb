import type Docker from "dockerode";
import { eventually } from "../../engine/eventually.ts";
import { engineLabels } from "../../engine/labels.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { networkOf, type Topology } from "../../topology/plan.ts";
import { addressIn } from "./stack.ts";

/** A program that runs beside the stack, in the stack's networks and with the limits of a planned container. */
export interface Program {
  readonly plan: InstancePlan;
  /** Its name in the first of its networks. */
  readonly alias: string;
  /** The plan's names of the networks. */
  readonly networks: readonly string[];
  /** The text of its configuration. */
  readonly config: string;
  /** Starts it with the file $FILE. */
  readonly command: string;
  /** The stack's container whose files and scratch folders it has; undefined: none. */
  readonly like?: Docker.ContainerInspectInfo;
}

/** The programs that a bench has started beside the stack. */
export interface Besides {
  start(program: Program): Promise<Docker.Container>;
  /** The URL at which a program answers by plain HTTP on port 80, once it does. */
  origin(container: Docker.Container, network: string): Promise<string>;
  remove(): Promise<void>;
}

/** Starts programs beside the stack; if the work fails, it removes those that it has started. */
export async function besides<Result>(
  engine: Docker,
  topology: Topology,
  work: (programs: Besides) => Promise<Result>,
): Promise<Result> {
  const started: Docker.Container[] = [];
  const engineName = (network: string) => networkOf(topology, network).engineName;
  const programs: Besides = {
    async start({ plan, alias, networks, config, command, like }) {
      const [first, ...others] = networks.map(engineName);
      if (first === undefined) throw new Error(`${alias} has no network`);
      const { Tmpfs = undefined, GroupAdd = undefined } = like?.HostConfig ?? {};
      const container = await engine.createContainer({
        Image: plan.image,
        Labels: engineLabels(topology),
        Env: [`CONFIG=${config}`],
        Entrypoint: ["sh", "-c", `FILE=$(mktemp) && printf %s "$CONFIG" > $FILE && exec ${command}`],
        ...(like === undefined ? {} : { User: like.Config.User }),
        HostConfig: {
          NetworkMode: first,
          Memory: plan.memoryMb * 2 ** 20,
          NanoCpus: Number(plan.cpus) * 1e9,
          ...(like === undefined ? {} : { VolumesFrom: [`${like.Id}:ro`], Tmpfs, GroupAdd }),
        },
        NetworkingConfig: { EndpointsConfig: { [first]: { Aliases: [alias] } } },
      });
      started.push(container);
      for (const network of others) await engine.getNetwork(network).connect({ Container: container.id });
      await container.start();
      return container;
    },
    async origin(container, network) {
      const origin = `http://${addressIn(await container.inspect(), engineName(network))}`;
      await eventually(async () => {
        const { status } = await fetch(origin, { signal: AbortSignal.timeout(500) });
        if (status !== 200) throw new Error(`${origin} answers with ${status}`);
      }, 20);
      return origin;
    },
    async remove() {
      await Promise.all(started.map((container) => container.remove({ force: true, v: true })));
    },
  };
  try {
    return await work(programs);
  } catch (error) {
    await programs.remove();
    throw error;
  }
}
