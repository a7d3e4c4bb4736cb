import { localPorts } from "../../topology/localPorts.ts";
import { networkOf } from "../../topology/plan.ts";
import { isOnHost, pausedBy, planned } from "../context.ts";
import { inputsOf } from "../resources.ts";
import { both, ofContainers, ofServices, type Rule, violations } from "../rule.ts";

export const publishedPorts: Rule = {
  cure: "Publish ports by the settings of loadBalancer, monitoring and logs alone, and reach databases by npm run database or docker exec.",
  resource: ofContainers(({ ports, publishAllPorts }, name, context) => {
    const allowed = [
      ...(pausedBy(context, name)?.published ?? []),
      ...localPorts(context.topology).filter(({ container }) => container === name),
    ];
    return [
      publishAllPorts && `${name} publishes all ports of its image.`,
      ...ports.map(({ ip, external, internal, protocol }) => {
        const isAllowed = allowed.some(
          (plan) =>
            plan.address === ip && plan.port === external && plan.target === internal && plan.protocol === protocol,
        );
        return !isAllowed && `${name} publishes its port ${internal} at ${ip || "every address"}:${external}.`;
      }),
    ];
  }),
};

/** Without it a bridge has an address of the host, by which containers reach the host's open ports. */
const INHIBIT = "com.docker.network.bridge.inhibit_ipv4";
const ENCRYPTED = "encrypted";
/** The host's address for connections to the outside. */
const MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";

export const plannedNetworks: Rule = {
  cure: "Plan networks in topology/networks.ts and attachments in the tier's planner. Only edge, outbound and monitor may have an address of the host.",
  resource: both(
    (resource, { topology }) => {
      const network = inputsOf(resource, "docker:index/network:Network");
      if (network === undefined) return [];
      const plan = topology.networks.find(({ engineName }) => engineName === network.name);
      const [{ subnet } = {}] = network.ipamConfigs;
      return violations([
        plan === undefined && `The network ${resource.name} is not in the plan.`,
        plan?.internal !== false && !network.internal && `The network ${resource.name} reaches outside.`,
        network.internal &&
          plan?.overlay === undefined &&
          network.options[INHIBIT] !== "true" &&
          `The network ${resource.name} reaches the host by its gateway.`,
        !network.internal &&
          plan?.egress !== true &&
          network.options[MASQUERADE] !== "false" &&
          `Containers of the network ${resource.name} can open connections to the outside.`,
        network.driver !== (plan?.overlay === undefined ? "bridge" : "overlay") &&
          `The network ${resource.name} is ${plan?.overlay === undefined ? "no bridge of its own" : "not between the machines"}.`,
        plan?.overlay?.isEncrypted === true &&
          network.options[ENCRYPTED] === undefined &&
          `The network ${resource.name} is not encrypted, and networks.encrypted is true.`,
        network.attachable &&
          plan?.overlay === undefined &&
          `Containers outside the stack may join the network ${resource.name}.`,
        plan !== undefined && subnet !== plan.subnet && `The network ${resource.name} has another subnet than planned.`,
      ]);
    },
    ofServices(({ networkMode, networksAdvanced }, name, context) => {
      const found = planned(context, name);
      if (found === undefined) return [`The container ${name} is not in the plan.`];
      const { topology } = context;
      const namespace = topology.loadBalancers.find(({ haproxy }) => haproxy.name === name)?.pause;
      const allowed = found.plan.attachments.map(({ network }) => networkOf(topology, network).engineName);
      const joined = networksAdvanced.flatMap((one) => one.name ?? []);
      const isShared = networkMode?.startsWith("container:") === true;
      return [
        ...joined.map((network) => !allowed.includes(network) && `${name} joins the network ${network}.`),
        isShared && namespace === undefined && `${name} shares the network namespace of another container.`,
        // The provider says "bridge" of every container that joins networks, and joins these alone.
        networksAdvanced.length === 0 &&
          !isShared &&
          namespace === undefined &&
          networkMode !== (isOnHost(context, name) ? "host" : "none") &&
          `${name} joins the engine's default network.`,
      ];
    }),
    ofContainers(({ start, networkMode }, name, { topology }) => [
      !start &&
        networkMode !== "none" &&
        name !== topology.migration?.name &&
        `${name} puts files into a volume and has a network.`,
    ]),
  ),
};
