import type { TrafficContext } from "./drill.ts";

/** A running database and the certificate that it serves. */
interface DatabaseAtWork {
  readonly name: string;
  /** The start time of its process, in the kernel's clock ticks. */
  readonly startedAt: string;
  /** The SHA-256 of its certificate. */
  readonly certificate: string;
}

/** Prints the start time of the container's first process, and the fingerprint of the certificate that clients get. */
const LOOK = `read -ra state </proc/1/stat && echo "\${state[21]}" &&
  openssl s_client -starttls mysql -connect 127.0.0.1:3306 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;

/** All databases, including an arbiter. */
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
