import { areSeveral, type DockerDefault, isSameEndpoint } from "../endpoints.ts";
import { hostSettings } from "../hosts.ts";
import type { Problem } from "../problems.ts";
import { serversWith } from "../routes.ts";
import type { Settings } from "../schema.ts";

/** Rules for the application's storage. */
export function storageChecks(settings: Settings, docker: DockerDefault): Problem[] {
  return [...eachPathOnce(settings.application), ...sharedByMachines(settings, docker)];
}

function eachPathOnce({ storage }: Settings["application"]): Problem[] {
  const all = Object.entries(storage);
  return all.flatMap(([name, { path }], index): Problem[] => {
    const other = all.find(
      ([, one], place) => place !== index && isWithin(path, one.path) && (path !== one.path || place < index),
    );
    return other === undefined
      ? []
      : [
          {
            path: ["application", "storage", name, "path"],
            value: path,
            allowed: `a folder that is neither that of application.storage.${other[0]}, ${other[1].path}, nor in it`,
          },
        ];
  });
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

/** A volume of the driver local is on one engine: on two machines the instances would see different files. */
function sharedByMachines(settings: Settings, docker: DockerDefault): Problem[] {
  const { application, servers } = settings;
  const hosts = hostSettings(settings, docker);
  const ofApplication = hosts.filter(({ name }) => serversWith(servers, "app").some((server) => server.name === name));
  const [first] = ofApplication;
  if (!areSeveral(hosts) || ofApplication.every(({ endpoint }) => isSameEndpoint(endpoint, first?.endpoint ?? "")))
    return [];
  return Object.entries(application.storage).flatMap(([name, { driver, options }]): Problem[] =>
    driver !== "local" || options["device"] !== undefined
      ? []
      : [
          {
            path: ["application", "storage", name, "options"],
            complaint: "is not set, and the application runs on several machines, each of which would have other files",
            allowed:
              "options of a shared file system, such as NFS: type, o and device; another driver; or no storage, and an object storage that the application reaches by application.outbound",
            example: '{"type": "nfs", "o": "addr=192.0.2.20,rw,nfsvers=4", "device": ":/srv/uploads"}',
          },
        ],
  );
}
