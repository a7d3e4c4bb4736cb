import { z } from "zod";
import { MIGRATED_MARK, markedName, STATE_MARK } from "../components/stateMark.ts";
import { STACK_LABEL } from "../engine/labels.ts";
import { type Generations, generationsOutput } from "../topology/generations.ts";
import type { AuthorityPlan } from "../topology/plan.ts";

/** A state's knowledge of an engine. */
export interface Known {
  /** The state's mark. undefined: it has none yet. */
  readonly state: string | undefined;
  /** Engine ids of containers and networks, names of volumes. */
  readonly ids: ReadonlySet<string>;
  /**
   * Resources that an interrupted update was creating, or had removed to replace them: `container web-server1-3fa2b1c`.
   */
  readonly unfinished: ReadonlySet<string>;
  /** Whether the state records operations that did not end. */
  readonly isUnfinished: boolean;
  /** Whether it has passwords: without them the databases in the stack's volumes cannot be used. */
  readonly hasPasswords: boolean;
  /** The names of its passwords' resources. */
  readonly passwords: readonly string[];
  /** The generations that the last complete update applied. undefined: a version without this output made it. */
  readonly generations: Generations | undefined;
  /** Those of the authority's key, which the version before put out by itself. undefined: an older version made it. */
  readonly authority: AuthorityPlan | undefined;
  /** The logical names of its containers. */
  readonly containers: readonly string[];
  /** The endpoint of each host whose provider it has. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** The release for which the application's migration ran last. undefined: none has run. */
  readonly migrated: string | undefined;
  /** Whether it has the key that opens the backups. */
  readonly hasBackupKey: boolean;
  /** Volumes that stay on the engine when the state forgets them. */
  readonly retained: readonly string[];
  /** The stack's first name: the present one, or the one before it was renamed. */
  readonly firstName: string | undefined;
}

const text = z.string().optional().catch(undefined);

/** A resource as the CLI exports it. Outputs that are secret or unknown are left out. */
const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.object({ name: text }).nullish(),
  outputs: z
    .looseObject({
      hex: text,
      keepers: z.record(z.string(), z.string()).nullish().catch(undefined),
      host: text,
      generations: generationsOutput.optional().catch(undefined),
      authority: generationsOutput.shape.authority.optional().catch(undefined),
      labels: z
        .array(z.object({ label: z.string(), value: z.string() }))
        .optional()
        .catch(undefined),
    })
    .nullish(),
  retainOnDelete: z.boolean().optional(),
  pendingReplacement: z.boolean().optional(),
});

const operation = z.object({ type: z.string(), resource });

/** The part of `pulumi stack export` that is read here. To import a state, use the complete text. */
const exported = z.object({
  deployment: z
    .object({
      resources: z.array(resource).nullish(),
      pending_operations: z.array(operation).nullish(),
    })
    .nullish(),
});
type Resource = z.output<typeof resource>;

/** @param text the output of `pulumi stack export` */
export function knownToExport(text: string): Known {
  const { deployment } = exported.parse(JSON.parse(text));
  const operations = deployment?.pending_operations ?? [];
  const creations = operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  return { ...knownTo(deployment?.resources ?? [], creations), isUnfinished: operations.length > 0 };
}

const outputsByUrn = z.record(z.string(), z.object({ type: z.string(), outputs: z.unknown() }));

/**
 * @param outputs the outputs of a state's resources by URN, as Pulumi's engine gives them to a program. They do not
 * include interrupted operations and resources that are still to be deleted.
 */
export function knownToOutputs(outputs: unknown): Known {
  const resources = Object.entries(outputsByUrn.parse(outputs)).map(([urn, { type, outputs }]) => {
    const id = z.object({ id: text }).catch({ id: undefined }).parse(outputs).id;
    return resource.parse({ urn, type, id, outputs });
  });
  return { ...knownTo(resources, []), isUnfinished: false };
}

const BACKUP_KEY = "backup-key";

const KINDS: Readonly<Record<string, string>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/volume:Volume": "volume",
};

function knownTo(resources: readonly Resource[], creations: readonly Resource[]): Omit<Known, "isUnfinished"> {
  const onEngine = resources.filter(({ type }) => type in KINDS);
  const mark = resources.find(({ urn }) => urn.endsWith(`RandomId::${STATE_MARK}`))?.outputs?.hex;
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  const interrupted = [...creations, ...onEngine.filter(({ pendingReplacement }) => pendingReplacement)];
  return {
    state: mark,
    ids: new Set(onEngine.flatMap(({ id }) => id ?? [])),
    unfinished: new Set(
      interrupted.flatMap(({ type, inputs }) => {
        const kind = KINDS[type];
        return kind === undefined || inputs?.name === undefined ? [] : [`${kind} ${inputs.name}`];
      }),
    ),
    hasPasswords: resources.some(({ type }) => type === "random:index/randomPassword:RandomPassword"),
    passwords: resources
      .filter(({ type }) => type === "random:index/randomPassword:RandomPassword")
      .map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2)),
    generations: outputs?.generations,
    authority: outputs?.generations?.authority ?? outputs?.authority,
    containers: onEngine.flatMap(({ type, urn }) =>
      KINDS[type] === "container" ? [urn.slice(urn.lastIndexOf("::") + 2)] : [],
    ),
    endpoints: new Map(
      resources.flatMap(({ type, urn, outputs }): [string, string][] =>
        type === "pulumi:providers:docker" && outputs?.host !== undefined
          ? [[urn.slice(urn.lastIndexOf("::") + 2), outputs.host]]
          : [],
      ),
    ),
    migrated: resources.find(({ urn }) => urn.endsWith(`RandomId::${MIGRATED_MARK}`))?.outputs?.keepers?.["release"],
    hasBackupKey: resources.some(({ urn }) => urn.endsWith(`RandomPassword::${BACKUP_KEY}`)),
    retained: onEngine.flatMap(({ id, retainOnDelete }) => (retainOnDelete && id !== undefined ? [id] : [])),
    firstName: mark === undefined ? stackLabelOf(onEngine) : markedName(mark),
  };
}

/** Without a mark, the label of the state's resources is the stack's name at the time of their creation. */
function stackLabelOf(resources: readonly Resource[]): string | undefined {
  const labels = resources.flatMap(({ outputs }) => outputs?.labels ?? []);
  return labels.find(({ label }) => label === STACK_LABEL)?.value;
}
