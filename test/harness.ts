import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../config/config.ts";
import { deploy } from "../deploy.ts";
import { planTopology } from "../topology/topology.ts";

/** A resource as the program registers it with Pulumi's engine. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The provider's name; undefined: the resource names none. */
  readonly provider: string | undefined;
  readonly parent: string | undefined;
  /** The names of the resources that must exist first. */
  readonly dependsOn: readonly string[];
  readonly options: pulumi.ResourceOptions;
}

export interface Deployment {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly resources: readonly Registered[];
}

/** A provider's answers: for each type of resource, its computed properties by the resource's name. */
export type Computed = Readonly<Record<string, (name: string) => Record<string, unknown>>>;

/** The key of RFC 7515, appendix A.3. Its thumbprint is oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U. */
export const ACCOUNT_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
`;

/** Answers like the real providers'. Without them, inputs that are made from these properties would silently vanish. */
const COMPUTED: Computed = {
  "docker:index/remoteImage:RemoteImage": (name) => ({ imageId: `sha256:${name}`, repoDigest: "" }),
  "docker:index/container:Container": (name) => ({ name: `${name}-0000000` }),
  "docker:index/volume:Volume": (name) => ({ name: `${name}-0000000` }),
  "docker:index/network:Network": () => ({}),
  "pulumi:providers:docker": () => ({}),
  "random:index/randomId:RandomId": (name) => ({ hex: `the ${name}` }),
  "random:index/randomPassword:RandomPassword": (name) => ({ result: pulumi.secret(`the ${name}`) }),
  "tls:index/privateKey:PrivateKey": (name) => ({
    // A real key, of which a public part is made.
    privateKeyPem: pulumi.secret(name === "acme-account-key" ? ACCOUNT_KEY : `the ${name}`),
    privateKeyPemPkcs8: pulumi.secret(`the ${name}`),
  }),
  "tls:index/certRequest:CertRequest": (name) => ({ certRequestPem: `the ${name}` }),
  "tls:index/selfSignedCert:SelfSignedCert": (name) => ({ certPem: `the ${name}` }),
  "tls:index/locallySignedCert:LocallySignedCert": (name) => ({ certPem: `the ${name}` }),
};

/**
 * Runs a program against mocks. Fails for each mistake that Pulumi's engine would refuse, and for those that mocks
 * would pass over in silence: names used twice, calls and resources without a mock, errors in the program, outputs in
 * templates.
 * @param answers of the provider that differ from the usual ones, even from the inputs
 */
export async function run(program: () => unknown, answers: Computed = {}): Promise<Deployment> {
  const registered: Omit<Registered, "options" | "parent" | "dependsOn">[] = [];
  const options = new Map<string, pulumi.ResourceTransformationArgs>();
  const errors: unknown[] = [];
  const seen = new Set<string>();

  const note = (message: string): never => {
    const error = new Error(message);
    errors.push(error);
    throw error;
  };
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        const key = `${args.type} ${args.name}`;
        if (seen.has(key)) note(`two resources ${key}`);
        seen.add(key);
        const inputs: Record<string, unknown> = args.inputs;
        if (JSON.stringify(inputs).includes("Calling [toString] on an [Output"))
          note(`an output in the text of ${key}`);
        if (args.custom === false) return { id: "", state: {} };
        const computed = COMPUTED[args.type] ?? note(`no mock for ${key}`);
        registered.push({
          type: args.type,
          name: args.name,
          inputs,
          provider: args.provider?.match(/::([^:]+)::[^:]*$/)?.[1],
        });
        return {
          id: `${args.name}-id`,
          state: { ...computed(args.name), ...inputs, ...answers[args.type]?.(args.name) },
        };
      },
      call: (args) => note(`no mock for the call ${args.token}`),
    },
    "foobar",
    "dev",
    false,
  );
  acceptHooks();
  let outputs: Record<string, unknown> = {};
  const stopWatching = watchApplies((error) => errors.push(error));
  try {
    await pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation((args) => {
        options.set(`${args.type} ${args.name}`, args);
        return undefined;
      });
      const result = await program();
      outputs = await promiseOf(pulumi.output(result as Record<string, unknown>));
      return outputs;
    });
    await pulumi.runtime.disconnect();
  } finally {
    stopWatching();
  }
  if (errors.length > 0) throw errors[0];

  const resources = await Promise.all(
    registered.map(async (resource): Promise<Registered> => {
      const args = options.get(`${resource.type} ${resource.name}`);
      if (args === undefined) throw new Error(`${resource.name} was registered without its options being seen`);
      return {
        ...resource,
        options: args.opts,
        parent: args.opts.parent && tail(await promiseOf(args.opts.parent.urn)),
        dependsOn: await dependencies(args.opts.dependsOn),
      };
    }),
  );
  return { outputs, resources: resources.sort((a, b) => compare(`${a.type} ${a.name}`, `${b.type} ${b.name}`)) };
}

/** A migration that ends well. */
const done = async () => ({ outcome: "done", lines: [] }) as const;

interface HookMonitor {
  registerResourceHook?: (hook: unknown, done: (error: null) => void) => void;
}

/** The SDK's mocks say that they know hooks, but have nothing to register one at. */
function acceptHooks(): void {
  const monitor = pulumi.runtime.getMonitor() as HookMonitor | undefined;
  if (monitor !== undefined) monitor.registerResourceHook ??= (_, done) => done(null);
}

/** Deploys a configuration, in the form in which Pulumi passes it to the program. */
export function deployConfig(
  raw: Readonly<Record<string, string>>,
  answers?: Computed,
  { isServing = true } = {},
): Promise<Deployment> {
  return run(() => deploy(planTopology(parseConfig("foobar", "dev", raw)), { isServing, runTask: done }), answers);
}

/** The resources of one type ("Container"), sorted by name. */
export function ofType({ resources }: Deployment, type: string): Registered[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}

/** The containers that run. Seed containers are created and never started. */
export function services(deployment: Deployment): Registered[] {
  return ofType(deployment, "Container").filter(({ inputs }) => inputs["start"] !== false);
}

interface Appliable {
  apply(callback: (value: unknown) => unknown, runWithUnknowns?: boolean): unknown;
}

/**
 * Reports the errors of `apply` callbacks: the SDK drops them if nobody awaits the output. Returns a function that ends
 * this.
 */
function watchApplies(onError: (error: unknown) => void): () => void {
  const { prototype } = pulumi.Output as unknown as { prototype: Appliable };
  const { apply } = prototype;
  prototype.apply = function (callback, runWithUnknowns) {
    const watched = async (value: unknown) => {
      try {
        return await callback(value);
      } catch (error) {
        onError(error);
        throw error;
      }
    };
    return apply.call(this, watched, runWithUnknowns);
  };
  return () => {
    prototype.apply = apply;
  };
}

/** The value of an output. Unlike a plain `apply`, this rejects when the output rejects. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return (output as unknown as { promise(): Promise<pulumi.Unwrap<T>> }).promise();
}

async function dependencies(input: pulumi.ResourceOptions["dependsOn"]): Promise<string[]> {
  const resolved = await promiseOf(pulumi.output(input ?? []));
  const list = Array.isArray(resolved) ? resolved : [resolved];
  const urns = await Promise.all(list.map((resource) => promiseOf((resource as pulumi.Resource).urn)));
  return urns.map(tail).sort();
}

function tail(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
