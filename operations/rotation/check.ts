import { CONFIG_FOLDER } from "../../components/mysqlCluster/node.ts";
import type { SecretName } from "../../config/schema.ts";
import { eventually } from "../../engine/eventually.ts";
import type { OpenStack } from "../stack/open.ts";
import type { Made } from "./secrets.ts";

/** The longest that a node takes to apply a new password. */
const APPLY_SECONDS = 60;

/**
 * Makes sure that every database lets the account in with its present password, and not with the one before.
 * @throws Error if one does not
 */
export async function checkPasswords(
  { topology, containers }: Pick<OpenStack, "topology" | "containers">,
  account: Exclude<SecretName, "backupKey">,
  present: Made,
  before: Made | undefined,
): Promise<void> {
  // The arbiter is not in the network of the application's account.
  const nodes = topology.cluster.databases.filter(({ role }) => role !== "arbiter" || account !== "application");
  const opens = async (name: string, { value = "" }: Made) => {
    const answer = await containers.execute(name, ["bash", `${CONFIG_FOLDER}/opens.sh`, account], `${value}\n`);
    return answer.trim() === "yes";
  };
  await Promise.all(
    nodes.map(({ name }) =>
      eventually(async () => {
        if (!(await opens(name, present))) throw new Error(`${name} refuses the present password of ${account}`);
        if (before?.value !== undefined && (await opens(name, before))) {
          throw new Error(`${name} still accepts the former password of ${account}`);
        }
      }, APPLY_SECONDS),
    ),
  );
}
