import type Docker from "dockerode";

/** A running container of a stack, and what else an item of the benchmark asks about. */
export interface Subject {
  readonly service: string;
  readonly info: Docker.ContainerInspectInfo;
  /** The security features of the engine's host, as `docker info` names them: apparmor, selinux, seccomp. */
  readonly features: readonly string[];
  /** The command lines of its processes. */
  readonly processes: readonly string[];
  /** Ports that the stack's plan publishes for this service, each as address:port. */
  readonly published: readonly string[];
}

/** One recommendation of the benchmark. */
export interface Item {
  readonly id: string;
  readonly recommendation: string;
  /** How the stack follows it, in one sentence; or the reason why it does not. */
  readonly answer: string;
  /** The finding in a container; undefined: there is none. Without a check, no container can show it. */
  readonly check?: (subject: Subject) => string | undefined;
  /** Whether the answer is the reason for a finding in this container. Default: it never is. */
  readonly waived?: (subject: Subject) => boolean;
}

/** A finding if a condition does not hold. */
export function unless(holds: boolean, finding: string): string | undefined {
  return holds ? undefined : finding;
}

/** Whether a pair's keepalived runs in the container. */
export function isKeepalived({ processes }: Subject): boolean {
  return processes.some((line) => /\bkeepalived\b/.test(line));
}

/** Whether the container's image has nothing but its program, which no other one can ask. */
export function isProgramAlone({ service }: Subject): boolean {
  return service.startsWith("nginx-exporter-") || service === "log-store";
}
