import { cli } from "./cli.ts";
import { makeObjects } from "./file.ts";
import { PROJECT } from "./project.ts";

interface Session {
  readonly stack: string;
  readonly reference: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Sets one setting of a stack, named by its path: `mysql.primary`. All other settings stay, JSON texts too. */
export async function setSetting(session: Session, path: string, value: string | number): Promise<void> {
  await makeObjects(PROJECT, session.stack);
  // Without a type, the CLI would take ten digits for a number.
  const type = typeof value === "number" ? "int" : "string";
  await cli(session, ["config", "set", "--path", "--type", type, `${PROJECT}:${path}`, String(value)]);
}

/** Removes a setting, and its object if that is then empty, so that the file is as before the setting was made. */
export async function removeSetting(session: Session, path: string): Promise<void> {
  await makeObjects(PROJECT, session.stack);
  await cli(session, ["config", "rm", "--path", `${PROJECT}:${path}`]);
  const object = `${PROJECT}:${path.slice(0, path.lastIndexOf("."))}`;
  const left = await cli(session, ["config", "get", object]).catch(() => "");
  if (left === "{}") await cli(session, ["config", "rm", object]);
}
