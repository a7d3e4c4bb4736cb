import type { Located } from "../../ownership/found.ts";
import { say } from "./terminal.ts";

/** The longest that a container may take to stop in good order. */
const STOP_SECONDS = 60;

/** Removes parts of a stack from their engines: containers first, because they use the networks and the volumes. */
export async function removeFound(found: readonly Located[]): Promise<void> {
  for (const one of found.filter(({ kind }) => kind === "container")) {
    say(`removing the container ${one.name}, which an interrupted run left`);
    const container = one.engine.getContainer(one.id);
    if (one.isAtWork) await container.stop({ t: STOP_SECONDS }).catch(unlessDone);
    await container.remove({ force: true, v: true }).catch(unlessDone);
  }
  for (const { id, name, engine } of found.filter(({ kind }) => kind === "network")) {
    say(`removing the network ${name}, which an interrupted run left`);
    await engine.getNetwork(id).remove().catch(unlessDone);
  }
  for (const { name, engine } of found.filter(({ kind }) => kind === "volume")) {
    say(`removing the volume of files ${name}, which an interrupted run left`);
    await engine.getVolume(name).remove().catch(unlessDone);
  }
}

/** 304: the container is already stopped. 404: the part is gone. 409: the container is already being removed. */
function unlessDone(error: Error & { readonly statusCode?: number }): void {
  const { statusCode, message } = error;
  if (statusCode === 304 || statusCode === 404 || (statusCode === 409 && message.includes("already in progress")))
    return;
  throw error;
}
