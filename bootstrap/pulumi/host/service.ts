import type grpc from "@grpc/grpc-js";
import type {
  AboutResponse,
  GetProgramDependenciesRequest,
  InstallDependenciesRequest,
  InstallDependenciesResponse,
  ProgramInfo,
  RunPluginRequest,
  RunPluginResponse,
  RunRequest,
  RunResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import { pluginCommand, programCommand } from "./command.ts";
import { dependencies } from "./dependencies.ts";
import { type RuntimeOptions, runtimeOptions } from "./options.ts";
import { ended, failure, start, startNode, stopAll } from "./processes.ts";
import { type Cancellable, stopWith, streaming, unary } from "./rpc.ts";

/** Exit code of the program runner that says: the error is already shown, say no more. */
const ALREADY_REPORTED = 32;

/** The answers of the LanguageRuntime protocol; what is left out (code generation, linking) is "unimplemented". */
export function service(engine: string): grpc.UntypedServiceImplementation {
  return {
    handshake: unary(async () => new messages.LanguageHandshakeResponse()),
    // The engine finds plugins by what the program registers; naming them before would only fetch them earlier.
    getRequiredPlugins: unary(async () => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: unary(async () => new messages.GetRequiredPackagesResponse()),
    getPluginInfo: unary(async () => new plugins.PluginInfo()),
    runtimeOptionsPrompts: unary(async () => new messages.RuntimeOptionsResponse()),
    about: unary(async () => about()),
    getProgramDependencies: unary(programDependencies),
    run: unary((request: RunRequest, call) => run(request, engine, call)),
    runPlugin: streaming(runPlugin),
    installDependencies: streaming(installDependencies),
    cancel: unary(async (nothing) => {
      await stopAll();
      return nothing;
    }),
  };
}

function about(): AboutResponse {
  return new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

async function programDependencies(request: GetProgramDependenciesRequest) {
  const found = await dependencies(place(request.getInfo()).programDirectory);
  const list = found.map(({ name, version }) => new messages.DependencyInfo().setName(name).setVersion(version));
  return new messages.GetProgramDependenciesResponse().setDependenciesList(list);
}

async function run(request: RunRequest, engine: string, call: Cancellable): Promise<RunResponse> {
  const { options, ...where } = place(request.getInfo());
  const command = programCommand(
    {
      ...where,
      engine,
      monitor: request.getMonitorAddress(),
      organization: request.getOrganization(),
      project: request.getProject(),
      stack: request.getStack(),
      pwd: request.getPwd(),
      args: request.getArgsList(),
      parallel: request.getParallel(),
      dryRun: request.getDryrun(),
      config: Object.fromEntries(request.getConfigMap().toArray()),
      secretKeys: request.getConfigsecretkeysList(),
    },
    options,
  );
  // The program writes into this host's own output, which the engine shows line by line.
  const child = startNode(command, ["ignore", "inherit", "inherit"]);
  stopWith(call, child);
  const end = await ended(child);
  if (end.code === ALREADY_REPORTED) return new messages.RunResponse().setBail(true);
  return new messages.RunResponse().setError(failure(end) ?? "");
}

type PluginCall = grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>;

async function runPlugin(request: RunPluginRequest, call: PluginCall): Promise<void> {
  const { options, ...where } = place(request.getInfo());
  const plugin = {
    ...where,
    kind: request.getKind(),
    pwd: request.getPwd(),
    args: request.getArgsList(),
    env: request.getEnvList(),
  };
  const child = startNode(pluginCommand(plugin, options), ["ignore", "pipe", "pipe"]);
  stopWith(call, child);
  child.stdout?.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStdout(data)));
  child.stderr?.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStderr(data)));
  const { code } = await ended(child);
  call.write(new messages.RunPluginResponse().setExitcode(code ?? 1));
}

type InstallCall = grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>;

async function installDependencies(request: InstallDependenciesRequest, call: InstallCall): Promise<void> {
  const cwd = place(request.getInfo()).programDirectory || request.getDirectory();
  const child = start("npm", { args: ["install", "--loglevel=error"], cwd, env: {} }, ["ignore", "pipe", "pipe"]);
  stopWith(call, child);
  child.stdout?.on("data", (data: Buffer) => call.write(new messages.InstallDependenciesResponse().setStdout(data)));
  child.stderr?.on("data", (data: Buffer) => call.write(new messages.InstallDependenciesResponse().setStderr(data)));
  const failed = failure(await ended(child));
  if (failed !== undefined) throw new Error(`npm install in ${cwd}: ${failed}`);
}

interface Place {
  readonly rootDirectory: string;
  readonly programDirectory: string;
  readonly entryPoint: string;
  readonly options: RuntimeOptions;
}

function place(info: ProgramInfo | undefined): Place {
  return {
    rootDirectory: info?.getRootDirectory() ?? "",
    programDirectory: info?.getProgramDirectory() ?? process.cwd(),
    entryPoint: info?.getEntryPoint() ?? ".",
    options: runtimeOptions(info?.getOptions()?.toJavaScript() ?? {}),
  };
}
