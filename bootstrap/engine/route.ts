/** The properties of the machine that decide how an engine is provided. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  /** The path of `dockerd`; undefined: it is not installed. */
  readonly dockerd: string | undefined;
  readonly apt: boolean;
  /** Whether systemd is the init, and therefore runs the engine. */
  readonly systemd: boolean;
}

/** The method to provide an engine: start the installed one, or install it first; or the reason why neither works. */
export type Route = { readonly install: boolean; readonly start: "systemd" | "direct" } | { readonly refusal: string };

const localOnly = (endpoint: string, reason: string) =>
  `No Docker Engine answers at ${endpoint} (${reason}). ` +
  "Only the engine of this machine's own socket (unix:///var/run/docker.sock) can be brought up from here. " +
  "Start the engine on its machine, or correct the endpoint in the stack's configuration.";

const denied = (endpoint: string) =>
  `A Docker Engine listens at ${endpoint}, but this user may not use it. ` +
  "Join its group once and log in again: sudo usermod -aG docker $USER";

const DESKTOP =
  "No Docker Engine runs on this machine. Install Docker Desktop (https://docs.docker.com/desktop/) " +
  "or, on macOS, Colima (brew install colima docker && colima start), start it, and run this command again.";

const notRoot = (installed: boolean) =>
  installed
    ? "Docker is installed but not running, and only root can start it. Start it once: sudo systemctl start docker " +
      "(or, without systemd, run this command with sudo)."
    : "No Docker Engine is installed, and only root can install it. Install it once: " +
      "sudo apt-get install docker.io iptables (Debian, Ubuntu), or follow https://docs.docker.com/engine/install/.";

const NO_APT =
  "No Docker Engine is installed, and this machine has no apt-get to install it with. " +
  "Follow https://docs.docker.com/engine/install/ for this distribution, then run this command again.";

/** Chooses the method, or explains the obstacle and what the user can do. */
export function chooseRoute(
  machine: Machine,
  endpoint: string,
  answer: { readonly denied: boolean; readonly reason: string },
): Route {
  if (answer.denied) return { refusal: denied(endpoint) };
  if (endpoint !== "unix:///var/run/docker.sock" && endpoint !== "unix:///run/docker.sock") {
    return { refusal: localOnly(endpoint, answer.reason) };
  }
  if (machine.platform !== "linux") return { refusal: DESKTOP };
  const install = machine.dockerd === undefined;
  if (!machine.root) return { refusal: notRoot(!install) };
  if (install && !machine.apt) return { refusal: NO_APT };
  return { install, start: machine.systemd ? "systemd" : "direct" };
}
