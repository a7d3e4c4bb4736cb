import type Docker from "dockerode";
import { DATA_FOLDER } from "../../components/mysqlCluster/folders.ts";
import { engineLabels, type StackIdentity } from "../../engine/labels.ts";

/** A volume that is carried from one engine to another. */
export interface Carried {
  readonly volume: string;
  /** An image that both engines have. Nothing of it runs. */
  readonly image: string;
  readonly identity: StackIdentity & { readonly state: string | undefined };
}

/**
 * Copies a volume to another engine, through this machine. The files keep their owners.
 * @throws Error if it fails; the copy is removed then
 */
export async function carry(from: Docker, to: Docker, { volume, image, identity }: Carried): Promise<void> {
  const { Labels } = await from.getVolume(volume).inspect();
  await to.createVolume({ Name: volume, Labels: Labels ?? {} });
  const opened: Docker.Container[] = [];
  const open = async (engine: Docker, isReadOnly: boolean) => {
    const container = await engine.createContainer({
      Image: image,
      Cmd: ["true"],
      Labels: engineLabels(identity, { state: identity.state, purpose: "restore" }),
      HostConfig: { Binds: [`${volume}:${DATA_FOLDER}${isReadOnly ? ":ro" : ""}`], NetworkMode: "none" },
    });
    opened.push(container);
    return container;
  };
  try {
    const [source, target] = [await open(from, true), await open(to, false)];
    const files = await source.getArchive({ path: `${DATA_FOLDER}/.` });
    await target.putArchive(files, { path: DATA_FOLDER });
  } catch (error) {
    await Promise.all(opened.splice(0).map(remove));
    await to.getVolume(volume).remove();
    throw error;
  } finally {
    await Promise.all(opened.map(remove));
  }
}

const remove = (container: Docker.Container) => container.remove({ force: true, v: true });
