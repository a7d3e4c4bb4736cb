import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Field, Fields, Member, Shape } from "./shape.ts";

/** The typings of a Pulumi provider's npm package, in the form that its generator writes. */
export interface Typings {
  /** Tokens of the resources that the package registers. */
  readonly resources: readonly string[];
  /** Tokens of the functions that it calls. */
  readonly functions: readonly string[];
  resource(token: string): Member;
  function(token: string): Member;
  provider(): Fields;
}

export function typings(packageName: string): Typings {
  const root = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const text = (file: string): string => readFileSync(join(root, file), "utf8");
  const source = (file: string): Source => new Source(root, file);
  const index = text("index.d.ts");
  return {
    resources: [...text("index.js").matchAll(/case "([a-z]+:[^"]+)"/g)].map(([, token]) => token ?? ""),
    functions: [...new Set([...index.matchAll(/export declare const (get\w+):/g)].map(([, name]) => name ?? ""))]
      .filter((name) => !name.endsWith("Output"))
      .map((name) => `${packageName.replace("@pulumi/", "")}:index/${name}:${name}`),
    resource(token) {
      const { file, name } = place(token);
      const secrets = /additionalSecretOutputs: (\[.*?\])/.exec(text(file.replace(".d.ts", ".js")))?.[1] ?? "[]";
      return {
        inputs: source(file).interface(`${name}Args`),
        outputs: source(file).class(name),
        secrets: JSON.parse(secrets),
      };
    },
    function(token) {
      const { file, name } = place(token);
      const type = capitalized(name);
      return {
        inputs: source(file).interface(`${type}Args`),
        outputs: source(file).interface(`${type}Result`),
        secrets: [],
      };
    },
    provider: () => source("provider.d.ts").interface("ProviderArgs"),
  };
}

/** The file with the typings of a token: that of "docker:index/container:Container" is container.d.ts. */
function place(token: string): { file: string; name: string } {
  const [, module = "", name = ""] = token.split(":");
  return { file: `${module.replace("index/", "")}.d.ts`, name };
}

/** One declaration file. Types from other files are read on demand. */
class Source {
  private readonly root: string;
  private readonly statements: readonly ts.Statement[];

  constructor(root: string, file: string, namespace?: string) {
    this.root = root;
    const path = join(root, file);
    const parsed = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022);
    this.statements = namespace === undefined ? parsed.statements : namespaceOf(parsed, namespace);
  }

  /** The properties of an interface; none for a resource without arguments, whose interface does not exist. */
  interface(name: string): Fields {
    const found = this.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
    return found !== undefined && ts.isInterfaceDeclaration(found) ? this.fields(found.members) : new Map();
  }

  /** The properties of a resource. An output is optional if its type may be undefined. */
  class(name: string): Fields {
    const found = this.statements.find((one) => ts.isClassDeclaration(one) && one.name?.text === name);
    if (found === undefined || !ts.isClassDeclaration(found)) throw new Error(`no class ${name}`);
    return this.fields(found.members);
  }

  private fields(members: readonly ts.Node[]): Fields {
    const fields = new Map<string, Field>();
    for (const member of members) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
      if (member.type === undefined || !ts.isIdentifier(member.name)) continue;
      const { shape, optional } = this.read(member.type);
      const wrapped = ts.isPropertyDeclaration(member) && optional;
      fields.set(member.name.text, { optional: wrapped || member.questionToken !== undefined, shape });
    }
    return fields;
  }

  private read(node: ts.TypeNode): Field {
    if (ts.isUnionTypeNode(node)) {
      const parts = node.types.filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword);
      const [only] = parts;
      if (only === undefined || parts.length > 1) throw new Error(`a union that no plugin has: ${parts.length} parts`);
      return { shape: this.read(only).shape, optional: parts.length < node.types.length };
    }
    if (ts.isTypeReferenceNode(node)) return this.reference(node);
    return { shape: this.shape(node), optional: false };
  }

  private shape(node: ts.TypeNode): Shape {
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { kind: "string" };
      case ts.SyntaxKind.NumberKeyword:
        return { kind: "number" };
      case ts.SyntaxKind.BooleanKeyword:
        return { kind: "boolean" };
      case ts.SyntaxKind.AnyKeyword:
        return { kind: "any" };
    }
    if (ts.isArrayTypeNode(node)) return { kind: "array", of: this.read(node.elementType).shape };
    if (ts.isTypeLiteralNode(node)) {
      const [signature] = node.members;
      if (signature !== undefined && ts.isIndexSignatureDeclaration(signature)) {
        return { kind: "map", of: this.read(signature.type).shape };
      }
    }
    throw new Error(`a type that no plugin has: ${ts.SyntaxKind[node.kind]}`);
  }

  /** The type inside pulumi.Input<…> or pulumi.Output<…>; inputs.… and outputs.… are in files of their own. */
  private reference({ typeName, typeArguments }: ts.TypeReferenceNode): Field {
    const [space = "", ...path] = entityName(typeName);
    const [argument] = typeArguments ?? [];
    if (space === "pulumi" && argument !== undefined) return this.read(argument);
    if (space !== "inputs" && space !== "outputs") throw new Error(`a type from ${space}`);
    const name = path.at(-1) ?? "";
    const file = space === "inputs" ? "types/input.d.ts" : "types/output.d.ts";
    const namespace = path.length > 1 ? path[0] : undefined;
    const fields = (): Fields => new Source(this.root, file, namespace).interface(name);
    return { shape: { kind: "object", name, fields }, optional: false };
  }
}

function namespaceOf(file: ts.SourceFile, name: string): readonly ts.Statement[] {
  for (const statement of file.statements) {
    if (!ts.isModuleDeclaration(statement) || statement.name.text !== name) continue;
    if (statement.body !== undefined && ts.isModuleBlock(statement.body)) return statement.body.statements;
  }
  throw new Error(`no namespace ${name}`);
}

function entityName(name: ts.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...entityName(name.left), name.right.text];
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
