import { readFile } from "node:fs/promises";
import { z } from "zod";

const name = z.string().min(1);

/** Names and subnets that become parts of SQL have no characters that need quoting there. */
export const plain = z.string().regex(/^[A-Za-z0-9._:/-]+$/, "has characters that need quoting in SQL");
const identifier = z.string().regex(/^[^`'"\\]+$/, "has characters that need quoting in SQL");

/** The port of MySQL on every member. */
export const port = z.number().int().min(1).max(65_535);
export const replication = z.enum(["async", "semisync", "group"]);
export const withoutReplica = z.enum(["wait", "degrade"]);

/** The accounts of MySQL's clients, each with the subnet from which alone it can be opened. */
const accountHosts = z.strictObject({
  application: plain,
  router: plain,
  replication: plain,
  steward: plain,
  backup: plain,
  monitoring: plain,
});

const schema = z.strictObject({
  /** This node's name among the members. */
  member: plain,
  /** The other members' names in the replication network. */
  peers: z.array(plain),
  port,
  isArbiter: z.boolean(),
  /** The name of the arbiter, whether this cluster has one or not: it is never the primary. */
  arbiter: plain,
  replication,
  withoutReplica,
  /** The application's first database. The others are in the file of the desired state. */
  database: identifier,
  accountHosts,
  /** The tables of performance_schema that the routers' account may read. */
  routerTables: z.array(plain),
  folders: z.strictObject({
    /** MySQL's data, with the marks that outlive a container. */
    data: name,
    /** The server's socket, and the marks that end with a run of the server. Both containers have it. */
    run: name,
    /** The desired state, which changes while the agent runs. */
    desired: name,
    secrets: name,
    /** The agent's figures, for the exporter of its machine. Default: nobody reads them. */
    metrics: name.optional(),
  }),
});

/** The settings of a node's agent, from a file. */
export type AgentSettings = Readonly<z.infer<typeof schema>>;

/**
 * Reads settings.
 * @throws Error naming every problem, so that one start is enough to find them all
 */
export function parseWith<T>(schema: z.ZodType<T>, text: string): T {
  const { data, error } = schema.safeParse(JSON.parse(text));
  if (error === undefined) return data;
  const problems = error.issues.map(({ path, message }) => `  - ${path.join(".") || "the file"}: ${message}`);
  throw new Error(`The settings cannot be used:\n${problems.join("\n")}`);
}

export function parseSettings(text: string): AgentSettings {
  return parseWith(schema, text);
}

export async function readSettings(file: string): Promise<AgentSettings> {
  return parseSettings(await readFile(file, "utf8"));
}
