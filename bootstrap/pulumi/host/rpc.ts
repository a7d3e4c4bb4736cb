import type { ChildProcess } from "node:child_process";
import grpc from "@grpc/grpc-js";
import { stop } from "./processes.ts";

/** A call that the engine may give up. */
export interface Cancellable {
  readonly cancelled: boolean;
  on(event: "cancelled", listener: () => void): unknown;
}

/** A method that answers once; what it throws becomes the error that the engine shows. */
export function unary<Request, Response>(
  answer: (request: Request, call: Cancellable) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request, call).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: grpc.status.UNKNOWN, message: text(error) }),
    );
  };
}

/** A method that answers with a stream. */
export function streaming<Request, Response>(
  answer: (request: Request, call: grpc.ServerWritableStream<Request, Response>) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
  return (call) => {
    answer(call.request, call).then(
      () => call.end(),
      (error: unknown) => call.emit("error", { code: grpc.status.UNKNOWN, message: text(error) }),
    );
  };
}

/** Stops the process when the engine gives up the call that it was started for. */
export function stopWith(call: Cancellable, child: ChildProcess): void {
  if (call.cancelled) stop(child);
  call.on("cancelled", () => stop(child));
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
