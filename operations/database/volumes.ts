import type Docker from "dockerode";
import { DATA_FOLDER, NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { engineLabels, type StackIdentity } from "../../engine/labels.ts";
import type { DatabasePlan } from "../../topology/databasePlan.ts";

const DATA = DATA_FOLDER;
const MARKER = NODE_PATHS.provisioning;
/** In the image, and therefore in an empty volume, the server's user owns this folder. */
const KEPT = "/var/lib/mysql-files";

/**
 * Copies the data, and then removes everything but the marker, by which the server starts from an empty folder. The
 * marker is written before anything is removed, so that half-removed data is never used.
 */
export const SET_ASIDE = `cp -a ${DATA}/. ${KEPT}/ && echo initialising >${MARKER} && find ${DATA} -mindepth 1 ! -path ${MARKER} -delete`;

/**
 * Copies the data of a stopped server to a volume of its own, and lets the server begin without data.
 * @param state the mark of the stack's state; undefined: it has none yet
 * @returns the name of the new volume
 * @throws Error if the data could not be copied; it is unchanged then
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
