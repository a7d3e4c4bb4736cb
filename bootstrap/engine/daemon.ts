import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { eventually, untilTrue } from "../../engine/eventually.ts";
import type { Report } from "../step.ts";
import { askEngine } from "./client.ts";
import { bootId, identify, isSame } from "./process.ts";
import { engineLog, engineState, type Started } from "./state.ts";

const START_SECONDS = 60;
const STOP_SECONDS = 60;

/** True when something accepts connections on the socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** Removes a pid file whose process is gone or is another program now: dockerd would trust it and not start. */
async function dropStalePid(file: string, command: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  if ((await identify(Number.parseInt(text, 10)))?.command !== command) await rm(file, { force: true });
}

/** Removes the leftovers of a killed engine. Running processes stay: dockerd uses a running containerd. */
async function clearLeftovers(): Promise<void> {
  await dropStalePid("/var/run/docker.pid", "dockerd");
  await dropStalePid("/var/run/docker/containerd/containerd.pid", "containerd");
  const system = "/run/containerd/containerd.sock";
  const present = await stat(system).then(
    () => true,
    () => false,
  );
  // dockerd waits for the system's containerd if this file exists.
  if (present && !(await answers(system))) await rm(system, { force: true });
}

async function logTail(systemd: boolean): Promise<string> {
  if (systemd) {
    const { stdout } = await execa("journalctl", ["-u", "docker", "-n", "20", "--no-pager"], { reject: false });
    return stdout;
  }
  return (await readFile(engineLog(), "utf8").catch(() => "")).trimEnd().split("\n").slice(-20).join("\n");
}

/** Runs dockerd like the distribution's package, detached, so that it outlives this program. */
async function startDirectly(dockerd: string): Promise<{ readonly started: Started; readonly exit: Promise<unknown> }> {
  await clearLeftovers();
  await mkdir(dirname(engineLog()), { recursive: true });
  const log = await open(engineLog(), "w");
  try {
    const child = spawn(dockerd, [], { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" });
    const exit = once(child, "exit");
    // An unhandled rejection would end this program. Others who wait for `exit` get it, too.
    exit.catch(() => undefined);
    child.unref();
    const pid = child.pid;
    if (pid === undefined) {
      await exit;
      throw new Error(`${dockerd} could not be started`);
    }
    const identity = await identify(pid);
    if (identity === undefined) throw new Error(`${dockerd} ended at once\n${await logTail(false)}`);
    return { started: { by: "us", pid, startTicks: identity.startTicks, boot: await bootId() }, exit };
  } finally {
    await log.close();
  }
}

/**
 * Starts the installed engine and waits, at most 60 s, until it answers.
 * @returns its version
 * @throws Error with the end of its log if it does not answer
 */
export async function startEngine(
  how: "systemd" | "direct",
  dockerd: string,
  endpoint: string,
  report: Report,
): Promise<string> {
  let ended = false;
  if (how === "systemd") {
    report("starting the Docker Engine: systemctl start docker");
    await execa("systemctl", ["start", "docker"]);
    await engineState.update({ started: { by: "systemd" } });
  } else {
    report(`starting the Docker Engine: ${dockerd} (no systemd here); its log: ${engineLog()}`);
    const { started, exit } = await startDirectly(dockerd);
    const over = () => {
      ended = true;
    };
    exit.then(over, over);
    await engineState.update({ started });
  }
  const answered = async () => {
    const { version } = await askEngine(endpoint);
    if (version !== undefined) return version;
    throw new Error(`the Docker Engine did not answer at ${endpoint} within ${START_SECONDS} s`);
  };
  const wait = async (seconds: number) => {
    if (ended) throw new Error("dockerd ended before it answered");
    await sleep(seconds * 1_000);
  };
  return eventually(answered, START_SECONDS, { wait }).catch(async (error: Error) => {
    throw new Error(`${error.message}; the end of its log:\n${await logTail(how === "systemd")}`);
  });
}

/**
 * Stops the engine that this program started, and no other. Containers on it stop, too; images and volumes stay.
 * @returns false if there was none: this program never started one, or it has ended by itself
 * @throws Error if it has not ended within 60 s
 */
export async function stopEngine(): Promise<boolean> {
  const { started } = await engineState.read();
  if (started === undefined) return false;
  if (started.by === "systemd") {
    await execa("systemctl", ["stop", "docker.socket", "docker"], { reject: false });
    await engineState.update({ started: undefined });
    return true;
  }
  const boot = await bootId();
  const alive = async () => isSame(started, await identify(started.pid), boot, "dockerd");
  const running = await alive();
  if (running) {
    process.kill(started.pid, "SIGTERM");
    const problem = `the Docker Engine (process ${started.pid}, log ${engineLog()}) has not stopped`;
    await untilTrue(problem, async () => !(await alive()), STOP_SECONDS);
  }
  await engineState.update({ started: undefined });
  return running;
}
