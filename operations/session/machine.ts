import { bootstrap, type Chains, provisionedEnvironment } from "../../bootstrap/bootstrap.ts";
import { engineStep } from "../../bootstrap/engine/step.ts";
import { imagesStep } from "../../bootstrap/images/step.ts";
import { pulumiStep } from "../../bootstrap/pulumi/step.ts";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { schema } from "../../config/schema.ts";
import { nodeProblem } from "../../preflight/versions.ts";
import { stackNeeds } from "../stack/needs.ts";
import { type Backend, findBackend, loginFolder, prepareBackend } from "./backend.ts";
import { say } from "./terminal.ts";

/** A machine that has everything: the environment for the Pulumi CLI and where its state is. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly backend: Backend;
}

/** What a command needs of the machine. */
export interface Needs {
  /** The Pulumi CLI with its plugins, and a place for the state. */
  readonly cli: boolean;
  /** A Docker Engine with the stack's images. */
  readonly engine: boolean;
}

const EVERYTHING: Needs = { cli: true, engine: true };

/**
 * The steps that make a machine ready. Images need the engine; the CLI needs neither. An engine that the stack names
 * elsewhere is its owner's business.
 */
export async function chains(stack: string, { cli, engine }: Needs = EVERYTHING): Promise<Chains> {
  const { images, endpoint } = await stackNeeds(stack);
  const defaults = schema.shape.images.parse(undefined);
  return [
    ...(engine && endpoint === LOCAL_ENDPOINT ? [[engineStep(endpoint), imagesStep(images, defaults, endpoint)]] : []),
    ...(cli ? [[pulumiStep()]] : []),
  ];
}

/** Provides what the machine lacks of what is needed, by default everything; all it does is said on stderr. */
export async function prepareMachine(stack: string, needs: Needs = EVERYTHING): Promise<Machine> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new Error(problem);
  const backend = findBackend(process.env);
  if (needs.cli) prepareBackend(backend);
  const provisions = await bootstrap(await chains(stack, needs), say);
  // A CLI that was provided has a home of its own; a login stays where the user made it.
  const login = { PULUMI_CREDENTIALS_PATH: loginFolder(process.env) };
  return { env: { ...provisionedEnvironment(provisions, process.env), ...login, ...backend.env }, backend };
}
