import { bootstrap, type Chains, provisionedEnvironment } from "../../bootstrap/bootstrap.ts";
import { engineStep } from "../../bootstrap/engine/step.ts";
import { imagesStep } from "../../bootstrap/images/step.ts";
import { pulumiStep } from "../../bootstrap/pulumi/step.ts";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { isSameEndpoint } from "../../config/endpoints.ts";
import { schema } from "../../config/schema.ts";
import { nodeProblem } from "../../preflight/versions.ts";
import { stackNeeds } from "../stack/needs.ts";
import { type Backend, findBackend, loginFolder, prepareBackend } from "./backend.ts";
import { FASTER } from "./exports.ts";
import { say } from "./terminal.ts";

/** A machine that is ready: the environment for the Pulumi CLI, and the backend of its state. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly backend: Backend;
}

/** The parts of a machine that a command needs. */
export interface Needs {
  /** The Pulumi CLI with its plugins, and a place for the state. */
  readonly cli: boolean;
  /** A Docker Engine with the stack's images. */
  readonly engine: boolean;
  /** Whether the engine also needs the images of monitoring if the stack is not watched. Default: it does not. */
  readonly monitoring?: boolean;
}

const EVERYTHING: Needs = { cli: true, engine: true };

/**
 * The steps that make a machine ready. Images need the engine; the CLI needs neither. Only the local engine is
 * prepared: an engine elsewhere is the business of its owner.
 */
export async function chains(stack: string, { cli, engine, monitoring = false }: Needs = EVERYTHING): Promise<Chains> {
  const { images, usedImages, engines } = await stackNeeds(stack);
  const local = engines.some(({ endpoint }) => isSameEndpoint(endpoint, LOCAL_ENDPOINT));
  const defaults = schema.shape.images.parse(undefined);
  return [
    ...(engine && local
      ? [[engineStep(LOCAL_ENDPOINT), imagesStep(monitoring ? images : usedImages, defaults, LOCAL_ENDPOINT)]]
      : []),
    ...(cli ? [[pulumiStep()]] : []),
  ];
}

/** Provides the needed parts that the machine lacks; by default it needs all. Each change is reported on stderr. */
export async function prepareMachine(stack: string, needs: Needs = EVERYTHING): Promise<Machine> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new Error(problem);
  const backend = findBackend(process.env);
  if (needs.cli) prepareBackend(backend);
  const provisions = await bootstrap(await chains(stack, needs), say);
  // A CLI that was provided has its own home folder, but logins stay in the user's.
  const login = { PULUMI_CREDENTIALS_PATH: loginFolder(process.env) };
  const env = { ...FASTER, ...provisionedEnvironment(provisions, process.env), ...login, ...backend.env };
  return { env, backend };
}
