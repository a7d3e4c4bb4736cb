import { homedir } from "node:os";
import grpc from "@grpc/grpc-js";
import type { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { askedAbout } from "../config/commands.ts";
import { parseConfig } from "../config/config.ts";
import { ConfigError } from "../config/problems.ts";
import { UNKNOWN } from "../config/surroundings.ts";
import { dockerDefault } from "../engine/dockerDefault.ts";
import { type Context, contextFrom } from "./context.ts";

/**
 * What a pack knows of its stack: "none", the CLI has sent no configuration; "invalid", the program refuses it and says
 * why.
 */
export type Received = Context | "none" | "invalid";

/**
 * Makes the pack's server keep the configuration that the CLI sends to it. The SDK (1.21.0) answers the message and
 * drops the configuration, so its handler is wrapped when the SDK registers it. Call this before a pack is created.
 * @returns the configuration that has been received so far
 */
export function receiveConfiguration(): () => Received {
  let received: Received = "none";
  const { addService } = grpc.Server.prototype;
  grpc.Server.prototype.addService = function (service, implementation) {
    const answer = implementation["configureStack"];
    const keep: grpc.handleUnaryCall<AnalyzerStackConfigureRequest, unknown> = (call, callback) => {
      received = contextIn(call.request);
      (answer as typeof keep)(call, callback);
    };
    addService.call(this, service, answer === undefined ? implementation : { ...implementation, configureStack: keep });
  };
  return () => received;
}

function contextIn(request: AnalyzerStackConfigureRequest): Received {
  askedAbout(request.getStack());
  try {
    const settings = Object.fromEntries(request.getConfigMap().toArray());
    return contextFrom(
      parseConfig(request.getProject(), request.getStack(), settings, {
        ...UNKNOWN,
        docker: dockerDefault(process.env, homedir()),
      }),
    );
  } catch (error) {
    if (error instanceof ConfigError) return "invalid";
    throw error;
  }
}
