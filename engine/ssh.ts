import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { sharedLogin, targetOf } from "./sharedLogin.ts";

/** The most of what ssh says that is kept for an error message. */
const MESSAGE_LENGTH = 2_000;

/**
 * Connections to a Docker Engine by the user's own ssh, as the Docker CLI and Pulumi's provider make them: keys, agent,
 * jump hosts and known hosts are those of the user's configuration. The other side needs the command `docker`.
 *
 * Connections are kept for further requests, and all share one login unless the user's configuration shares logins
 * itself: a server refuses some of many logins at once (MaxStartups).
 */
export class SshAgent extends Agent {
  readonly #arguments: readonly string[];
  /** Settled when the first connection is logged in, so that others can share its login, or with the error. */
  #first: Promise<Error | undefined> | undefined;

  /**
   * @param endpoint ssh://[user@]host[:port]
   * @param options of ssh; default: connections share one login
   */
  constructor(endpoint: URL, options: readonly string[] = sharedLogin(endpoint.href)) {
    super({ keepAlive: true });
    this.#arguments = [...options, ...targetOf(endpoint)];
  }

  override createConnection(_options: unknown, callback?: Opened): undefined {
    const connect = () => {
      const connection = new SshConnection(
        spawn("ssh", ["-T", ...this.#arguments, "docker", "system", "dial-stdio"], { stdio: "pipe" }),
      );
      callback?.(null, connection);
      return connection;
    };
    if (this.#first === undefined) {
      const first = connect().settled;
      this.#first = first;
      void first.then((error) => {
        // The next request tries again.
        if (error !== undefined) this.#first = undefined;
      });
    } else {
      // What waits for a login that fails would fail like it, one after another.
      void this.#first.then((error) => (error === undefined ? connect() : refuse(error, callback)));
    }
  }
}

type Opened = (error: Error | null, stream: Duplex) => void;

/** Gives a request a connection that has failed: Node.js takes no other answer. */
function refuse(error: Error, opened: Opened | undefined): void {
  opened?.(error, new Duplex());
}

/** A connection through a process of ssh. It ends with the error that ssh names. */
class SshConnection extends Duplex {
  /** Resolves when the other side has said something, or with the error by which the connection has ended. */
  readonly settled: Promise<Error | undefined>;
  readonly #process: ChildProcessWithoutNullStreams;
  #message = "";
  /** Whether it waits for the next request. */
  #isIdle = false;

  constructor(process: ChildProcessWithoutNullStreams) {
    super();
    this.#process = process;
    const { stdin, stdout, stderr } = process;
    this.settled = new Promise((resolve) => {
      stdout.once("data", () => resolve(undefined));
      this.once("close", () => resolve(this.errored ?? undefined));
    });
    stdout.on("data", (data: Buffer) => {
      if (!this.push(data)) stdout.pause();
    });
    stderr.on("data", (data: Buffer) => {
      this.#message = (this.#message + data.toString()).slice(-MESSAGE_LENGTH);
    });
    // What ssh has not read when it ends is named by its exit.
    stdin.on("error", () => {});
    process.on("error", (error) => this.destroy(new Error(`ssh cannot be started: ${error.message}`)));
    process.on("close", (code) => {
      // An idle connection that has ended in good order must not be taken for the next request: nobody would answer it.
      if (code === 0 && this.#isIdle) this.destroy();
      else if (code === 0) this.push(null);
      else this.destroy(new Error(this.#message.trim() || `ssh ended with code ${code}`));
    });
  }

  override _read(): void {
    this.#process.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#process.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#process.stdin.end(done);
  }

  /** Not by a signal: other connections may share this one's login, and ssh ends with its input. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#process.stdin.destroy();
    done(error);
  }

  // Node.js expects a socket's methods. An idle connection does not keep the program from its end.

  ref(): void {
    this.#isIdle = false;
    for (const part of this.#holding()) part.ref();
  }

  unref(): void {
    this.#isIdle = true;
    for (const part of this.#holding()) part.unref();
  }

  /** All that keeps a program from its end. The process's pipes are sockets. */
  #holding(): (ChildProcessWithoutNullStreams | Socket)[] {
    const { stdin, stdout, stderr } = this.#process;
    return [this.#process, ...[stdin, stdout, stderr].filter((pipe) => pipe instanceof Socket)];
  }

  setKeepAlive(): void {}

  setNoDelay(): void {}

  setTimeout(): void {}
}
