import type { Problem } from "../config/problems.ts";
import { hostOf, userOf } from "../engine/endpoint.ts";
import type { SilentMachine } from "./machines.ts";

/** Reasons of ssh, and of the Docker CLI behind it, with what to do about each on the machine `to`. */
const CURES: readonly (readonly [reason: RegExp, cure: (to: Target) => string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ known }) =>
      `if the machine was set up anew, forget its former key: ssh-keygen -R '${known}', and log in once; if not, somebody answers in its place`,
  ],
  [
    /Host key verification failed/,
    ({ ssh }) => `log in once, and compare the key that is shown with the machine's: ${ssh}`,
  ],
  [
    /Permission denied \(/,
    ({ ssh }) => `add your key there with ssh-copy-id, or load it into the agent, until this asks nothing: ${ssh} true`,
  ],
  [
    /docker: (?:command )?not found|docker: No such file/,
    ({ ssh }) => `install the Docker CLI there: ${ssh} docker version`,
  ],
  [
    /permission denied while trying to connect to the (?:Docker daemon|docker API)/i,
    ({ ssh }) => `give that user the right to use the engine: ${ssh} docker version`,
  ],
];

/** Whether a reason does not go away by itself, as that of an engine that boots does. */
export function isCertain(reason: string): boolean {
  return CURES.some(([pattern]) => pattern.test(reason));
}

/** The problem of one of several machines where no engine answers. */
export function unreachableMachine({ machine, reason }: SilentMachine): Problem {
  const { cure, check } = adviceFor(machine.endpoint, reason);
  return {
    path: machine.path,
    complaint: `is ${machine.endpoint}, where no Docker Engine answers (${reason})`,
    allowed: `the endpoint of an engine that answers; without ${machine.hosts.join(" and ")} the others go on serving, and npm run up -- --without ${machine.hosts[0]} changes them alone`,
    cure: cure ?? `start the machine or its engine, and check that \`${check}\` shows a server`,
  };
}

interface Target {
  /** The command that logs in. */
  readonly ssh: string;
  /** The machine's name in known_hosts. */
  readonly known: string;
}

/** The complaint about an endpoint where no engine answers, with what to do about it. */
export function unreachable(endpoint: string, reason: string): string {
  const { cure, check } = adviceFor(endpoint, reason);
  return `no Docker Engine answers at ${endpoint} (${reason})
    cure:      ${cure ?? `start the engine, and check that \`${check}\` shows a server`},
               or name another endpoint in loadBalancer.endpoint and servers[].endpoint`;
}

function adviceFor(endpoint: string, reason: string) {
  const url = new URL(endpoint);
  const to = url.protocol === "ssh:" ? targetOf(url) : undefined;
  return {
    cure: to && CURES.find(([pattern]) => pattern.test(reason))?.[1](to),
    check: to === undefined ? `docker --host ${endpoint} version` : `${to.ssh} docker version`,
  };
}

/** The command that logs in to the machine of an endpoint that begins with ssh://. */
export function loginTo(endpoint: URL): string {
  const [user, { port }] = [userOf(endpoint), endpoint];
  return `ssh ${port === "" ? "" : `-p ${port} `}${user === "" ? "" : `${user}@`}${hostOf(endpoint)}`;
}

function targetOf(endpoint: URL): Target {
  const [host, { port }] = [hostOf(endpoint), endpoint];
  return {
    ssh: loginTo(endpoint),
    known: port === "" ? host : `[${host}]:${port}`,
  };
}
