import { execa } from "execa";
import { z } from "zod";
import type { Fields, Member, Shape } from "./shape.ts";

const property = z.object({
  type: z.string().optional(),
  $ref: z.string().optional(),
  secret: z.boolean().default(false),
  get items() {
    return property.optional();
  },
  get additionalProperties() {
    return property.optional();
  },
});
type Property = z.infer<typeof property>;

const ANY: Property = { secret: false };

const properties = z.record(z.string(), property).default({});
const names = z.array(z.string()).default([]);

const schemaFile = z.object({
  name: z.string(),
  version: z.string().optional(),
  provider: z.object({ inputProperties: properties, requiredInputs: names }),
  resources: z.record(
    z.string(),
    z.object({ inputProperties: properties, requiredInputs: names, properties, required: names }),
  ),
  functions: z
    .record(
      z.string(),
      z.object({
        inputs: z.object({ properties, required: names }).optional(),
        outputs: z.object({ properties, required: names }).optional(),
      }),
    )
    .default({}),
  types: z
    .record(
      z.string(),
      z.object({
        properties,
        required: names,
        language: z.object({ nodejs: z.object({ requiredOutputs: names }).optional() }).optional(),
      }),
    )
    .default({}),
});
type SchemaFile = z.infer<typeof schemaFile>;

/** The resources and functions of a plugin, by token. */
export interface Schema {
  readonly resources: ReadonlyMap<string, Member>;
  readonly functions: ReadonlyMap<string, Member>;
  readonly provider: Fields;
}

/** Asks a built plugin for its schema. */
export async function pluginSchema(executable: string): Promise<Schema> {
  const { stdout } = await execa(executable, ["-schema"], { maxBuffer: 64 * 1024 * 1024 });
  return readSchema(JSON.parse(stdout));
}

export function readSchema(json: unknown): Schema {
  const file = schemaFile.parse(json);
  const { inputs, outputs } = readers(file);
  const resources = Object.entries(file.resources).map(([token, resource]): [string, Member] => [
    token,
    {
      inputs: inputs(resource.inputProperties, resource.requiredInputs),
      outputs: outputs(resource.properties, resource.required),
      secrets: Object.entries(resource.properties).flatMap(([name, { secret }]) => (secret ? [name] : [])),
    },
  ]);
  const functions = Object.entries(file.functions)
    // Methods of the provider itself, which are in its own typings.
    .filter(([token]) => !token.startsWith("pulumi:"))
    .map(([token, { inputs: given, outputs: got }]): [string, Member] => [
      token,
      {
        inputs: inputs(given?.properties ?? {}, given?.required ?? []),
        outputs: outputs(got?.properties ?? {}, got?.required ?? []),
        secrets: [],
      },
    ]);
  return {
    resources: new Map(resources),
    functions: new Map(functions),
    provider: inputs(file.provider.inputProperties, file.provider.requiredInputs),
  };
}

type Read = (properties: Readonly<Record<string, Property>>, required: readonly string[]) => Fields;

/** Readers of properties. A nested type may require more fields in outputs than in inputs. */
function readers(file: SchemaFile): { inputs: Read; outputs: Read } {
  const reader = (output: boolean): Read => {
    const read: Read = (entries, required) =>
      new Map(
        Object.entries(entries).map(([name, one]) => [name, { optional: !required.includes(name), shape: shape(one) }]),
      );
    const shape = (one: Property): Shape => {
      if (one.$ref?.startsWith("#/types/")) {
        const name = one.$ref.slice("#/types/".length);
        return { kind: "object", name, fields: () => fields(name) };
      }
      if (one.type === "array") return { kind: "array", of: shape(one.items ?? ANY) };
      if (one.type === "object") return { kind: "map", of: shape(one.additionalProperties ?? ANY) };
      if (one.type === "integer" || one.type === "number") return { kind: "number" };
      if (one.type === "string" || one.type === "boolean") return { kind: one.type };
      return { kind: "any" };
    };
    const fields = (name: string): Fields => {
      const type = file.types[name];
      if (type === undefined) throw new Error(`the schema has no type ${name}`);
      const required = output ? [...type.required, ...(type.language?.nodejs?.requiredOutputs ?? [])] : type.required;
      return read(type.properties, required);
    };
    return read;
  };
  return { inputs: reader(false), outputs: reader(true) };
}
