/** The type of a value, as far as both a plugin's schema and the npm package's typings express it. */
export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "any" }
  | { readonly kind: "array" | "map"; readonly of: Shape }
  | { readonly kind: "object"; readonly name: string; fields(): Fields };

export interface Field {
  readonly optional: boolean;
  readonly shape: Shape;
}

export type Fields = ReadonlyMap<string, Field>;

/** The inputs and outputs of a resource or function. */
export interface Member {
  readonly inputs: Fields;
  readonly outputs: Fields;
  /** Outputs of a resource that are secret, whatever its inputs. */
  readonly secrets: readonly string[];
}

/** Every difference between two sets of fields, down to nested types, each as one line with its path. */
export function differences(
  path: string,
  plugin: Fields,
  npm: Fields,
  seen: ReadonlySet<string> = new Set(),
): string[] {
  const names = [...new Set([...plugin.keys(), ...npm.keys()])].sort();
  return names.flatMap((name) => {
    const [ours, theirs] = [plugin.get(name), npm.get(name)];
    const at = `${path}.${name}`;
    if (ours === undefined) return [`${at}: only in the npm package`];
    if (theirs === undefined) return [`${at}: only in the plugin`];
    const optional =
      ours.optional === theirs.optional ? [] : [`${at}: ${say(ours)} in the plugin, ${say(theirs)} in npm`];
    return [...optional, ...shapeDifferences(at, ours.shape, theirs.shape, seen)];
  });
}

function shapeDifferences(path: string, plugin: Shape, npm: Shape, seen: ReadonlySet<string>): string[] {
  if (plugin.kind !== npm.kind) return [`${path}: ${plugin.kind} in the plugin, ${npm.kind} in npm`];
  if ("of" in plugin && "of" in npm) return shapeDifferences(`${path}[]`, plugin.of, npm.of, seen);
  if (plugin.kind !== "object" || npm.kind !== "object" || seen.has(plugin.name)) return [];
  return differences(path, plugin.fields(), npm.fields(), new Set([...seen, plugin.name]));
}

function say({ optional }: Field): string {
  return optional ? "optional" : "required";
}
