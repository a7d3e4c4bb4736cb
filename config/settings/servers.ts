import { z } from "zod";
import { ARBITER, LOAD_BALANCERS, ROLES, TRAFFIC } from "../choices.ts";
import { type About, endpoint, name, oneOf, whole } from "../kinds.ts";

/** Names that no server can have. */
const RESERVED: readonly string[] = [...LOAD_BALANCERS, ARBITER];

const server = z.strictObject(
  {
    name: name()
      .refine(
        (text) => !RESERVED.includes(text),
        `a name other than ${RESERVED.join(", ")}, which are those of the load balancers and of the group's arbiter`,
      )
      .meta({
        description: "The server's name. It is part of the names of its containers and volumes.",
        example: "server1",
      } satisfies About),
    roles: z
      .array(oneOf(ROLES), { error: `a list of roles: ${ROLES.join(", ")}` })
      .min(1, `at least one of ${ROLES.join(", ")}`)
      .meta({
        description:
          "The programs on it: Nginx (web), the application (app), MySQL (db). At least one server needs each role.",
        example: ROLES,
      } satisfies About),
    endpoint: endpoint()
      .optional()
      .meta({
        description: "The Docker engine of the server's machine. Hosts with different ones are several machines.",
        unset: "the engine of the command docker",
      } satisfies About),
    weight: whole(1, 256)
      .optional()
      .meta({
        description: "The share of the requests that its application gets, relative to the other servers' weights.",
        unset: "1",
        example: 1,
      } satisfies About),
    maxConnections: whole(1, 100_000)
      .optional()
      .meta({
        description:
          "Connections that one load balancer opens to it on each route. Further requests wait in a queue for up to 5 s.",
        unset: "no limit",
        example: 200,
      } satisfies About),
    subnetPart: whole(0, 65_535)
      .optional()
      .meta({
        description:
          "The part of networks.app and of networks.router, counted from 0, that the networks of its application have.",
        unset: "the number at the end of its name, or the next free one",
        example: 1,
      } satisfies About),
    traffic: oneOf(TRAFFIC)
      .default("ready")
      .meta({
        description:
          "The maintenance switch. With drain it gets no new visitors, and those bound to it stay. With maintenance it gets no new requests. Requests in flight are finished in both.",
      } satisfies About),
  },
  { error: "a server: an object with at least name and roles" },
);

export const servers = z
  .array(server, { error: "a list of servers, each with a name and roles" })
  .min(1, "at least one server")
  .default([
    { name: "server1", roles: ["web", "app", "db"], traffic: "ready" },
    { name: "server2", roles: ["web", "app", "db"], traffic: "ready" },
  ])
  .meta({ description: "The servers and their roles." } satisfies About);
