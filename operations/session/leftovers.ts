import type Docker from "dockerode";
import type { Found } from "../../ownership/found.ts";
import { say } from "./terminal.ts";

/** As long as a container that runs may take to stop in good order. */
const STOP_SECONDS = 60;

/** Containers are removed first, because they hold the networks and the volumes. */
export async function removeFound(engine: Docker, found: readonly Found[]): Promise<void> {
  for (const one of found.filter(({ kind }) => kind === "container")) {
    say(`removing the container ${one.name}, which an interrupted run left`);
    const container = engine.getContainer(one.id);
    if (one.isAtWork) await container.stop({ t: STOP_SECONDS }).catch(unlessDone);
    await container.remove({ force: true, v: true }).catch(unlessDone);
  }
  for (const { id, name } of found.filter(({ kind }) => kind === "network")) {
    say(`removing the network ${name}, which an interrupted run left`);
    await engine.getNetwork(id).remove().catch(unlessDone);
  }
  for (const { name } of found.filter(({ kind }) => kind === "volume")) {
    say(`removing the volume of files ${name}, which an interrupted run left`);
    await engine.getVolume(name).remove().catch(unlessDone);
  }
}

/** 304: it is stopped. 404: it is gone. 409 of a container: its removal is under way. */
function unlessDone(error: Error & { readonly statusCode?: number }): void {
  const { statusCode, message } = error;
  if (statusCode === 304 || statusCode === 404 || (statusCode === 409 && message.includes("already in progress")))
    return;
  throw error;
}
