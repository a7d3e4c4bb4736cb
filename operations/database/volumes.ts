import type Docker from "dockerode";
import { MARKER } from "../../components/mysqlCluster/definitions.ts";
import { engineLabels, type StackIdentity } from "../../engine/labels.ts";
import type { DatabasePlan } from "../../topology/plan.ts";

const DATA = "/var/lib/mysql";
/** In the image, and so in an empty volume, it belongs to the server's user. */
const KEPT = "/var/lib/mysql-files";

/**
 * Copies the data, then empties the folder but for the mark by which the server knows that it is to begin anew. The mark comes
 * first: half of the data is none.
 */
export const SET_ASIDE = `cp -a ${DATA}/. ${KEPT}/ && echo initialising >${MARKER} && find ${DATA} -mindepth 1 ! -path ${MARKER} -delete`;

/**
 * Keeps the data of a server that does not run in a volume of their own, and lets the server begin without any.
 * @param state the mark of the stack's state; undefined: it has none yet
 * @returns the volume's name
 * @throws Error where they could not be copied; they are as they were then
 */
export async function setAside(
  engine: Docker,
  identity: StackIdentity,
  { dataVolume, image }: Pick<DatabasePlan, "dataVolume" | "image">,
  { state, now }: { readonly state: string | undefined; readonly now: Date },
): Promise<string> {
  const kept = `${dataVolume}-kept-${now
    .toISOString()
    .replaceAll(/[^0-9TZ]/g, "")
    .toLowerCase()}`;
  await engine.createVolume({ Name: kept, Labels: engineLabels(identity, { state }) });
  const container = await engine.createContainer({
    Image: image,
    Labels: engineLabels(identity, { state, purpose: "set-aside" }),
    User: "999:999",
    Entrypoint: ["bash", "-c"],
    Cmd: [SET_ASIDE],
    HostConfig: { Binds: [`${dataVolume}:${DATA}`, `${kept}:${KEPT}`], NetworkMode: "none" },
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
