import { join } from "node:path";
import type Docker from "dockerode";
import { KEEPALIVED_CONTEXT, keepalivedImageOf } from "../../components/loadBalancer/keepalived/image.ts";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { isSameEndpoint } from "../../config/endpoints.ts";
import { engineClient } from "../../engine/client.ts";
import { copyImage, followed, hasImage } from "../../engine/images.ts";
import type { AnsweredMachine } from "../../preflight/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { ROOT } from "../stack/project.ts";
import { type Copying, type NeededImage, neededImages, type Stock } from "./imagePlan.ts";
import { nameOf } from "./machineText.ts";

/** An engine with its images. */
export interface EngineStock extends Stock {
  readonly engine: Docker;
}

/** The images of this machine's engine, if one answers, and of the stack's machines. */
export async function stocksOf(topology: Topology, answered: readonly AnsweredMachine[]): Promise<EngineStock[]> {
  const machines = answered.map(({ machine }) => ({
    name: nameOf(machine),
    endpoint: machine.endpoint,
    engine: engineClient(machine),
    needs: neededImages(topology, machine),
  }));
  const isHere = machines.some(({ endpoint }) => isSameEndpoint(endpoint, LOCAL_ENDPOINT));
  const local = engineClient({ endpoint: LOCAL_ENDPOINT });
  const answers = !isHere && (await local.ping().then(Boolean, () => false));
  const all = [...(answers ? [{ name: "this machine", engine: local, needs: [] }] : []), ...machines];
  const named = ({ name, base }: NeededImage) => (base === undefined ? [name] : [name, base]);
  const names = [...new Set(all.flatMap(({ needs }) => needs.flatMap(named)))];
  return Promise.all(
    all.map(async ({ name, engine, needs }) => {
      const has = await Promise.all(names.map(async (image) => ((await hasImage(engine, image)) ? [image] : [])));
      return { name, engine, needs, has: new Set(has.flat()) };
    }),
  );
}

/** Copies an image, once read, to all engines that lack it. */
export async function copy({ image, from, to }: Copying<EngineStock>, stocks: readonly EngineStock[]): Promise<void> {
  const source = from?.engine ?? (await build(image, stocks));
  await Promise.all(
    to.filter(({ engine }) => engine !== source).map(({ engine }) => copyImage(source, engine, image.name)),
  );
}

/** Builds an image of the project on the first engine that has what it is built from; resolves to that engine. */
async function build({ name, base }: NeededImage, stocks: readonly EngineStock[]): Promise<Docker> {
  const engine = stocks.find(({ has }) => base !== undefined && has.has(base))?.engine;
  if (base === undefined || engine === undefined) throw new Error(`no engine has ${base ?? name}`);
  const { buildArgs } = keepalivedImageOf(base, true);
  // The builder that Pulumi's provider uses: another one would not recognise the steps.
  const options: Docker.ImageBuildOptions = { t: name, buildargs: { ...buildArgs }, version: "2" };
  const context = { context: join(ROOT, KEEPALIVED_CONTEXT), src: ["Dockerfile"] };
  await followed(engine, await engine.buildImage(context, options));
  return engine;
}
