import type Docker from "dockerode";

/** The last line of what a container's last health check has said; empty: it has no check, or none has said anything. */
export function lastCheck({ Health }: Pick<Docker.ContainerInspectInfo["State"], "Health">): string {
  // An engine leaves the log out where no check has run.
  const checks: readonly { readonly Output?: string }[] = Health?.Log ?? [];
  return checks.at(-1)?.Output?.trim().split("\n").at(-1) ?? "";
}
