import { cli } from "./cli.ts";
import { makeObjects } from "./file.ts";
import { PROJECT } from "./project.ts";

interface Session {
  readonly stack: string;
  readonly reference: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Sets one setting of a stack, named by its path: `mysql.primary`. What is beside it stays, however it was written. */
export async function setSetting(session: Session, path: string, value: string): Promise<void> {
  await makeObjects(PROJECT, session.stack);
  // Ten digits would become a number if they were not said to be text.
  await cli(session, ["config", "set", "--path", "--type", "string", `${PROJECT}:${path}`, value]);
}

/** Removes a setting, and the object that it was in where nothing else is in there: the file is as it was before. */
export async function removeSetting(session: Session, path: string): Promise<void> {
  await makeObjects(PROJECT, session.stack);
  await cli(session, ["config", "rm", "--path", `${PROJECT}:${path}`]);
  const object = `${PROJECT}:${path.slice(0, path.lastIndexOf("."))}`;
  const left = await cli(session, ["config", "get", object]).catch(() => "");
  if (left === "{}") await cli(session, ["config", "rm", object]);
}
