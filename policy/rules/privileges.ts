import type { RunPlan } from "../../topology/applicationPlan.ts";
import { applicationOf, isOnHost, runsKeepalived } from "../context.ts";
import { ofContainers, ofServices, type Rule } from "../rule.ts";

/** keepalived sets addresses, speaks VRRP, and runs its checks. */
const OF_KEEPALIVED: readonly string[] = ["NET_ADMIN", "NET_RAW", "SETGID"];
/** In a pause container it also runs an HAProxy, as another user. */
const OF_BOTH: readonly string[] = [...OF_KEEPALIVED, "SETUID"];

export const noCapabilities: Rule = {
  cure: 'Drop ALL, and add none: capabilities: { drops: ["ALL"] }. The engine binds low ports without one.',
  resource: ofServices(({ capabilities: { adds, drops } }, name, context) => {
    const own = applicationOf(context, name)?.run.capabilities ?? [];
    const allowed = isOnHost(context, name) ? OF_KEEPALIVED : runsKeepalived(context, name) ? OF_BOTH : own;
    const surplus = adds.flatMap((added) => (added && !allowed.includes(added.replace(/^CAP_/, "")) ? [added] : []));
    return [
      !drops.some((dropped) => dropped?.replace(/^CAP_/, "") === "ALL") && `${name} keeps capabilities.`,
      surplus.length > 0 && `${name} adds the capabilities ${surplus.join(", ")}.`,
    ];
  }),
};

/** Options that switch a filter of the engine off, or put another one into its place. */
const WITHOUT_FILTER =
  /^(apparmor|systempaths)[=:]unconfined$|^seccomp[=:](?!builtin$)|^label[=:]disable$|^no-new-privileges[=:]false$/;

export const noNewPrivileges: Rule = {
  cure: 'Set securityOpts: ["no-new-privileges:true"], and no option that switches seccomp, AppArmor or SELinux off.',
  resource: ofServices(({ securityOpts }, name) => {
    const options = securityOpts.flatMap((option) => option ?? []);
    const unfiltered = options.filter((option) => WITHOUT_FILTER.test(option));
    return [
      !options.some((option) => /^no-new-privileges([=:]true)?$/.test(option)) && `${name} may gain privileges.`,
      unfiltered.length > 0 && `${name} switches filters off: ${unfiltered.join(", ")}.`,
    ];
  }),
};

export const noRoot: Rule = {
  cure: "Set user to the uid:gid of the image's own user, neither of them 0.",
  resource: ofContainers(({ start, user, groupAdds }, name, context) => [
    // Root's group owns the files with secrets, which are mounted read-only.
    ...groupAdds.map((group) => start && group !== "0" && `${name} belongs to the group ${group}.`),
    start &&
      !/^[1-9]\d*:[1-9]\d*$/.test(user) &&
      !runsKeepalived(context, name) &&
      !isAsPlanned(applicationOf(context, name)?.run, user) &&
      `${name} runs as ${user || "root"}.`,
  ]),
};

/** An application of the user's own runs as its image or the settings say. */
function isAsPlanned(run: Pick<RunPlan, "user"> | undefined, user: string): boolean {
  return run !== undefined && (run.user ?? "") === user;
}
