import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import clients from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { ROOT } from "../operations/stack/project.ts";
import type { Registered } from "./harness.ts";

/** A violation, as the pack reports it to the CLI. */
export interface Violation {
  readonly policy: string;
  readonly message: string;
  readonly isMandatory: boolean;
}

/** The policy pack, started and asked as the CLI does it. */
export interface Pack {
  /** Sends the configuration of a stack, in the form in which Pulumi passes it to the program. */
  configure(settings: Readonly<Record<string, string>>): Promise<void>;
  /** The violations of one resource, without those of the stack's root. */
  resource(resource: Registered): Promise<Violation[]>;
  /** The violations that the pack reports before the program has read its configuration. */
  root(): Promise<Violation[]>;
  /** The violations of all resources together. */
  stack(resources: readonly Registered[]): Promise<Violation[]>;
  stop(): Promise<void>;
}

const RUNNER = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");

export async function startPack(folder = join(ROOT, "policy")): Promise<Pack> {
  const child = spawn(process.execPath, [RUNNER, "127.0.0.1:0", folder], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    once(child, "exit").then(() => {
      throw new Error("the policy pack ended before it served");
    }),
  ]);
  const client = new clients.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const ask = <Request, Response>(
    method: (
      request: Request,
      callback: (error: grpc.ServiceError | null, response: Response) => void,
    ) => grpc.ClientUnaryCall,
    request: Request,
  ) =>
    new Promise<Response>((resolve, reject) => {
      method.call(client, request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  const analyze = async (request: messages.AnalyzeRequest) => {
    await ask(client.remediate, request);
    return violations(await ask(client.analyze, request));
  };
  return {
    async configure(settings) {
      const request = new messages.AnalyzerStackConfigureRequest().setProject("foobar").setStack("dev");
      for (const [key, value] of Object.entries(settings)) request.getConfigMap().set(key, value);
      await ask(client.configureStack, request);
    },
    resource: (resource) => analyze(requestOf(resource)),
    root: () => analyze(request("pulumi:pulumi:Stack", "foobar-dev", {})),
    stack: async (resources) => {
      for (const resource of resources) await ask(client.remediate, requestOf(resource));
      const all = new messages.AnalyzeStackRequest().setResourcesList(resources.map(stackResource));
      return violations(await ask(client.analyzeStack, all));
    },
    async stop() {
      client.close();
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function requestOf({ type, name, inputs, options }: Registered): messages.AnalyzeRequest {
  return request(type, name, withDefaults(type, inputs)).setOptions(optionsOf(options));
}

/** The pack sees a resource after the provider's check, which adds defaults. */
function withDefaults(type: string, inputs: Registered["inputs"]): Registered["inputs"] {
  const isContainer = type.endsWith(":Container");
  return isContainer ? { networkMode: "bridge", mustRun: true, start: true, removeVolumes: true, ...inputs } : inputs;
}

function request(type: string, name: string, inputs: object): messages.AnalyzeRequest {
  return new messages.AnalyzeRequest()
    .setType(type)
    .setName(name)
    .setUrn(urn(type, name))
    .setOptions(new messages.AnalyzerResourceOptions())
    .setProperties(struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(inputs))));
}

function stackResource({ type, name, inputs, options }: Registered): messages.AnalyzerResource {
  return new messages.AnalyzerResource()
    .setType(type)
    .setName(name)
    .setUrn(urn(type, name))
    .setOptions(optionsOf(options))
    .setProperties(struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(inputs))));
}

function optionsOf({ protect, ignoreChanges }: Registered["options"]): messages.AnalyzerResourceOptions {
  return new messages.AnalyzerResourceOptions()
    .setProtect(protect === true)
    .setIgnorechangesList([...(ignoreChanges ?? [])]);
}

const urn = (type: string, name: string) => `urn:pulumi:dev::foobar::${type}::${name}`;

function violations(response: messages.AnalyzeResponse): Violation[] {
  return response.getDiagnosticsList().map((one) => ({
    policy: one.getPolicyname(),
    message: one.getMessage(),
    isMandatory: one.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY,
  }));
}
