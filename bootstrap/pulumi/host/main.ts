/**
 * The Node.js language host: the executable `pulumi-language-nodejs` that the engine starts beside the CLI. It serves
 * the engine's LanguageRuntime protocol over the SDK's own definition of it, and leaves the work to the SDK's program
 * runner. Built by esbuild into one file, it needs nothing but Node.js and the SDK of the program that it runs.
 */
import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { killAll, stopAll } from "./processes.ts";
import { service } from "./service.ts";

/** The engine's own limit; a gRPC server's default of 4 MB is too small for large stacks. */
const MAX_MESSAGE = 400 * 1024 * 1024;

/** The engine's address is the last argument; flags for tracing and logs may come before it. */
const engine = process.argv.at(-1) ?? "";

const server = new grpc.Server({
  "grpc.max_receive_message_length": MAX_MESSAGE,
  "grpc.max_send_message_length": MAX_MESSAGE,
});
server.addService(services.LanguageRuntimeService, service(engine));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

/** Whatever ends this host ends the programs that it runs. */
function end(): void {
  const exit = (): void => process.exit(0);
  stopAll().then(exit, exit);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
process.once("exit", killAll);
// The engine holds the other end of our standard input: it closes with the engine, even one that was killed.
process.stdin.once("end", end).once("error", end).resume();
