import { bootstrap, type Chains, provisionedEnvironment } from "../bootstrap/bootstrap.ts";
import { engineStep } from "../bootstrap/engine/step.ts";
import { imagesStep } from "../bootstrap/images/step.ts";
import { pulumiStep } from "../bootstrap/pulumi/step.ts";
import { LOCAL_ENDPOINT } from "../config/schema.ts";
import { nodeProblem } from "../preflight/versions.ts";
import { type Backend, findBackend, loginFolder, prepareBackend } from "./backend.ts";
import { say, stackNeeds } from "./settings.ts";

/** A machine that has everything: the environment for the Pulumi CLI and where its state is. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly backend: Backend;
}

/**
 * What a stack needs of the machine. Images need the engine; the CLI needs neither. An engine that the stack names
 * elsewhere is its owner's business.
 */
export async function chains(stack: string): Promise<Chains> {
  const { images, endpoint } = await stackNeeds(stack);
  if (endpoint !== LOCAL_ENDPOINT) return [[pulumiStep()]];
  return [[engineStep(endpoint), imagesStep(images, endpoint)], [pulumiStep()]];
}

/** Provides what the machine lacks; all it does is said on stderr. */
export async function prepareMachine(stack: string): Promise<Machine> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new Error(problem);
  const backend = findBackend(process.env);
  prepareBackend(backend);
  const provisions = await bootstrap(await chains(stack), say);
  // A CLI that was provided has a home of its own; a login stays where the user made it.
  const login = { PULUMI_CREDENTIALS_PATH: loginFolder(process.env) };
  return { env: { ...provisionedEnvironment(provisions, process.env), ...login, ...backend.env }, backend };
}
