import type { Topology } from "../../../topology/plan.ts";
import type { StackContainers } from "../../stack/containers.ts";

/** The application's access to the databases. */
export interface Access {
  readonly user: string;
  readonly password: string;
  /** The certificate of the stack's authority, in PEM. */
  readonly ca: string;
}

/** Prints user, password and the authority's certificate, from the variables of the application's contract. */
const ACCESS = 'echo "$DATABASE_USER"; echo "$(cat "$DATABASE_PASSWORD_FILE")"; cat "$DATABASE_CA_FILE"';

/** Reads the access from the first application server. */
export async function accessOf(
  containers: Pick<StackContainers, "execute">,
  { applications }: Pick<Topology, "applications">,
): Promise<Access> {
  const [application] = applications;
  if (application === undefined) throw new Error("the stack has no application server");
  const answer = await containers.execute(application.name, ["sh", "-c", ACCESS]);
  const [user = "", password = "", ...ca] = answer.split("\n");
  return { user, password, ca: ca.join("\n") };
}
