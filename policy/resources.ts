import { z } from "zod";

/** The inputs of the provider's resources that policies read. Values that are not known yet are missing. */

const texts = z.array(z.string().optional()).default([]);

const container = z.object({
  image: z.string().optional(),
  start: z.boolean().default(true),
  readOnly: z.boolean().default(false),
  user: z.string().default(""),
  groupAdds: texts,
  capabilities: z.object({ adds: texts, drops: texts }).prefault({}),
  securityOpts: texts,
  privileged: z.boolean().default(false),
  publishAllPorts: z.boolean().default(false),
  networkMode: z.string().optional(),
  pidMode: z.string().default(""),
  ipcMode: z.string().default(""),
  usernsMode: z.string().default(""),
  cgroupnsMode: z.string().default(""),
  devices: z.array(z.unknown()).default([]),
  gpus: z.string().default(""),
  memory: z.number().default(0),
  memorySwap: z.number().default(0),
  cpus: z.string().default(""),
  ulimits: z.array(z.object({ name: z.string(), hard: z.number() })).default([]),
  ports: z
    .array(
      z.object({
        ip: z.string().default(""),
        external: z.number().optional(),
        internal: z.number().optional(),
        protocol: z.string().default("tcp"),
      }),
    )
    .default([]),
  networksAdvanced: z.array(z.object({ name: z.string().optional() })).default([]),
  volumes: z
    .array(
      z.object({
        volumeName: z.string().optional(),
        hostPath: z.string().default(""),
        fromContainer: z.string().default(""),
        containerPath: z.string().default(""),
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
  mounts: z.array(z.object({ type: z.string().optional(), target: z.string().optional() })).default([]),
  tmpfs: z.record(z.string(), z.string()).default({}),
  uploads: z.array(z.object({ file: z.string().default(""), permissions: z.string().default("0644") })).default([]),
  healthcheck: z.object({ tests: texts }).prefault({}),
  restart: z.string().default("no"),
  logDriver: z.string().default(""),
  logOpts: z.record(z.string(), z.string()).default({}),
});

const network = z.object({
  name: z.string().optional(),
  driver: z.string().default("bridge"),
  internal: z.boolean().default(false),
  attachable: z.boolean().default(false),
  options: z.record(z.string(), z.string()).default({}),
  ipamConfigs: z.array(z.object({ subnet: z.string().optional() })).default([]),
});

const volume = z.object({
  name: z.string().optional(),
  driverOpts: z.record(z.string(), z.string()).default({}),
});

const image = z.object({ name: z.string().default("") });

const password = z.object({ length: z.number().default(0) });

const key = z.object({
  algorithm: z.string().default(""),
  ecdsaCurve: z.string().default("P224"),
  rsaBits: z.number().default(2048),
});

const certificate = z.object({ isCaCertificate: z.boolean().default(false) });

/** The kinds of resources that policies look at, by Pulumi's type. */
export const KINDS = {
  "docker:index/container:Container": container,
  "docker:index/network:Network": network,
  "docker:index/volume:Volume": volume,
  "docker:index/remoteImage:RemoteImage": image,
  "random:index/randomPassword:RandomPassword": password,
  "tls:index/privateKey:PrivateKey": key,
  "tls:index/locallySignedCert:LocallySignedCert": certificate,
} as const;

export type Kind = keyof typeof KINDS;
export type Inputs<K extends Kind> = z.output<(typeof KINDS)[K]>;
export type Container = Inputs<"docker:index/container:Container">;

/** A resource that the program declares. */
export interface Declared {
  readonly type: string;
  /** Its logical name, which the program gives it. */
  readonly name: string;
  readonly inputs: unknown;
  readonly isProtected: boolean;
  readonly ignoreChanges: readonly string[];
  /** The paths of the secrets in its inputs. */
  readonly secrets: readonly string[];
}

/** The root of a stack's resources, which exists before the program has read its configuration. */
export const ROOT_TYPE = "pulumi:pulumi:Stack";

/** Whether it is the state's mark: the first resource that the program declares when it accepts the configuration. */
export function isStateMark({ type, name }: Pick<Declared, "type" | "name">): boolean {
  return type === "random:index/randomId:RandomId" && name === "state";
}

/** The inputs of a resource if it is of that kind. An input of another form than the provider's is an error. */
export function inputsOf<K extends Kind>(resource: Declared, kind: K): Inputs<K> | undefined {
  return resource.type === kind ? (KINDS[kind].parse(resource.inputs) as Inputs<K>) : undefined;
}
