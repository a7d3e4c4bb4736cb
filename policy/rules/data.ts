import { formerPasswords, generationName } from "../../topology/secrets.ts";
import type { Context } from "../context.ts";
import { planned } from "../context.ts";
import { type Declared, inputsOf, isStateMark } from "../resources.ts";
import { both, ofServices, type Rule, violations } from "../rule.ts";

/** The key of the account at the authority that issues by ACME. */
const ACCOUNT_KEY = "acme-account-key";

const VOLUME = "docker:index/volume:Volume";

/**
 * Whether something is lost to everybody without this resource: a password, the key of the authority or of the account
 * at another one, the state's mark.
 */
function opensData({ type, name }: Declared, { topology }: Context): boolean {
  return (
    (type === "random:index/randomPassword:RandomPassword" && !formerPasswords(topology).includes(name)) ||
    (type === "tls:index/privateKey:PrivateKey" &&
      [`${generationName("authority", topology.authority.signing)}-key`, ACCOUNT_KEY].includes(name)) ||
    isStateMark({ type, name })
  );
}

/** The data volumes of the plan: the engine's name of each by its logical name. */
function dataVolumes({
  topology: { cluster, backups, loadBalancers, monitoring },
}: Context): ReadonlyMap<string, string> {
  return new Map([
    ...cluster.databases.map(({ name, dataVolume }) => [`${name}-data`, dataVolume] as const),
    ...(backups === undefined ? [] : [[`${backups.name}-data`, backups.volume] as const]),
    ...(monitoring?.watchers ?? []).flatMap(({ prometheus, alertmanager }) =>
      [prometheus, alertmanager].map(({ name, volume }) => [`${name}-data`, volume] as const),
    ),
    ...loadBalancers.flatMap(({ name, site, certificateVolume }) =>
      site.acme === undefined ? [] : [[`${name}-certificate`, certificateVolume] as const],
    ),
  ]);
}

export const protectedData: Rule = {
  cure: "Leave mysql.protect at true, and give data volumes and protected resources as the plan has them.",
  plan: ({ config }) => violations([!config.mysql.protect && "mysql.protect is false: npm run down deletes the data."]),
  resource: both(
    (resource, context) => {
      const name = dataVolumes(context).get(resource.name);
      const volume = inputsOf(resource, VOLUME);
      return violations([
        opensData(resource, context) && !resource.isProtected && `${resource.name} opens data and is not protected.`,
        volume !== undefined &&
          name !== undefined &&
          volume.name !== name &&
          `The volume ${resource.name} is not ${name}, which has the data.`,
        volume !== undefined &&
          name !== undefined &&
          !resource.ignoreChanges.includes("labels") &&
          `A changed label replaces the volume ${resource.name}.`,
      ]);
    },
    ofServices(({ volumes }, name, context) => {
      const found = planned(context, name);
      const volume = dataVolumes(context).get(`${name}-data`);
      if (found === undefined || volume === undefined) return [];
      const isMounted = volumes.some(
        ({ volumeName, readOnly }) => (volumeName === undefined || volumeName === volume) && !readOnly,
      );
      return [!isMounted && `${name} does not have its data volume ${volume}.`];
    }),
  ),
  stack: (resources, context) => {
    const there = new Set(resources.filter(({ type }) => type === VOLUME).map(({ name }) => name));
    const missing = [...dataVolumes(context).keys()].filter((name) => !there.has(name));
    return missing.map((name) => `The stack has no volume ${name}.`);
  },
};
