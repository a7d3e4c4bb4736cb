import type Docker from "dockerode";
import type { DatabasePlan } from "../topology.ts";

/** Copies the data, then empties the folder but for the mark by which the server knows that it is to begin anew. */
const SET_ASIDE = `cp -a /data/. /kept/ && find /data -mindepth 1 -delete && echo initialising >/data/.provisioning`;

/**
 * Keeps the data of a server that does not run in a volume of their own, and lets the server begin without any.
 * @returns the volume's name
 */
export async function setAside(
  engine: Docker,
  { dataVolume, image }: Pick<DatabasePlan, "dataVolume" | "image">,
  now: Date,
): Promise<string> {
  const kept = `${dataVolume}-kept-${now
    .toISOString()
    .replaceAll(/[^0-9TZ]/g, "")
    .toLowerCase()}`;
  await engine.createVolume({ Name: kept });
  const container = await engine.createContainer({
    Image: image,
    User: "999:999",
    Entrypoint: ["bash", "-c"],
    Cmd: [SET_ASIDE],
    HostConfig: { Binds: [`${dataVolume}:/data`, `${kept}:/kept`], NetworkMode: "none" },
  });
  try {
    await container.start();
    const { StatusCode } = await container.wait();
    if (StatusCode !== 0) throw new Error(`the data of ${dataVolume} could not be copied to ${kept}`);
  } finally {
    await container.remove({ force: true, v: true });
  }
  return kept;
}
