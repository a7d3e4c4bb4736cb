import type { TrafficContext } from "./drill.ts";

/** What a database's clients are shown. */
interface DatabaseAtWork {
  readonly name: string;
  /** When its process began, in the machine's own count. */
  readonly startedAt: string;
  /** The SHA-256 of its certificate. */
  readonly certificate: string;
}

/** When the first process of the container began, and what a client is shown. */
const LOOK = `read -ra state </proc/1/stat && echo "\${state[21]}" &&
  openssl s_client -starttls mysql -connect 127.0.0.1:3306 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;

/** All databases, an arbiter too. */
export function databasesAtWork({
  topology,
  containers,
}: Pick<TrafficContext, "topology" | "containers">): Promise<DatabaseAtWork[]> {
  return Promise.all(
    topology.cluster.databases.map(async ({ name }) => {
      const [startedAt = "", certificate = ""] = (await containers.execute(name, ["bash", "-c", LOOK])).split("\n");
      return { name, startedAt, certificate };
    }),
  );
}
