import { z } from "zod";
import { DEFAULT_RANGE, type NetworkName } from "../choices.ts";
import { type About, name, whole, yesOrNo } from "../kinds.ts";

/** Any text: config/rules/networks.ts checks it, because a proposal depends on the other subnets. */
const subnet = (example: string, between: string, divided = "") =>
  z
    .string({ error: "a private IPv4 subnet in CIDR form" })
    .optional()
    .meta({
      description: `The subnet of ${between}, from /16 to /28. It may not overlap another one.${divided}`,
      unset: "its part of the range",
      example,
    } satisfies About);

const DIVIDED = " Each server that runs the application has a network of its own in a part of it.";

export const networks = z
  .strictObject(
    {
      range: z
        .string({ error: "a private IPv4 range in CIDR form" })
        .default(DEFAULT_RANGE)
        .meta({
          description:
            "All addresses of the stack, from /16 to /24: each network has a sixteenth of it. A second stack on the same engine needs another range.",
        } satisfies About),
      edge: subnet("10.201.0.0/24", "clients and the load balancers"),
      web: subnet("10.201.1.0/24", "the load balancers and Nginx"),
      app: subnet("10.201.2.0/24", "Nginx and the application", DIVIDED),
      data: subnet("10.201.3.0/24", "the database routers and MySQL"),
      replication: subnet("10.201.4.0/24", "the databases among themselves"),
      router: subnet("10.201.5.0/24", "the application and its database router", DIVIDED),
      outbound: subnet("10.201.6.0/24", "the applications that may open connections to the outside"),
      monitor: subnet("10.201.7.0/24", "Prometheus, Alertmanager and their exporters"),
      manager: name()
        .optional()
        .meta({
          description:
            "On several machines the host whose engine makes the networks between them: a manager of their swarm, by its name in the stack (lb1, lb2, arbiter, or a server's). Another manager can take its place at any time.",
          unset: "lb1",
          example: "lb1",
        } satisfies About),
      encrypted: yesOrNo()
        .default(false)
        .meta({
          description:
            "Whether the networks between machines encrypt every packet (IPsec ESP), in addition to TLS inside them.",
        } satisfies About),
      mtu: whole(1280, 9000, "bytes")
        .optional()
        .meta({
          description: "The largest packet of the LAN between the machines.",
          unset: "1500",
          example: 1400,
        } satisfies About),
    } satisfies Record<NetworkName | "range" | "manager" | "encrypted" | "mtu", z.ZodType>,
    { error: "the range of all networks, subnets by network, and settings of the networks between machines" },
  )
  .prefault({})
  .meta({
    description: "The networks: a range for all of them, and for each network a subnet that replaces its part.",
  } satisfies About);
