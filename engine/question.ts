import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { engineLabels } from "./labels.ts";
import { separated } from "./streams.ts";

/** A command that a short container answers. It has no rights, and its root is read-only. */
export interface Question {
  readonly image: string;
  /** user:group, as numbers. */
  readonly user: string;
  readonly command: readonly [program: string, ...parameters: string[]];
  /** An engine's network mode: none, host, or `container:` with an id. */
  readonly network: string;
  /** Options of folders in memory, by their paths. */
  readonly tmpfs?: Readonly<Record<string, string>>;
}

/**
 * Asks by a container that is removed afterwards.
 * @returns the command's standard output; undefined: the engine does not have the image, and nothing is pulled
 */
export async function askContainer(
  engine: Docker,
  { image, user, command: [program, ...parameters], network, tmpfs = {} }: Question,
  stack: { readonly project: string; readonly stack: string },
): Promise<string | undefined> {
  const isThere = await engine
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (!isThere) return undefined;
  const container = await engine.createContainer({
    Image: image,
    User: user,
    Entrypoint: [program],
    Cmd: parameters,
    Labels: engineLabels(stack, { purpose: "probe" }),
    HostConfig: {
      NetworkMode: network,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Tmpfs: tmpfs,
    },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const answer = text(separated(engine, stream).stdout);
    await container.start();
    await container.wait();
    return await answer;
  } finally {
    await container.remove({ force: true, v: true });
  }
}
