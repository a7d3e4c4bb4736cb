import { applicationKind } from "../applicationKind.ts";
import { REFERENCE, STACK_SECRETS, STACK_VARIABLES, TAKEN_SECRETS, TAKEN_VARIABLES } from "../applicationVariables.ts";
import type { DockerDefault } from "../endpoints.ts";
import { isNodeImage } from "../kinds.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";
import { processChecks } from "./processes.ts";
import { storageChecks } from "./storage.ts";

type Application = Settings["application"];

/** Rules between the application's settings. */
export function applicationChecks(settings: Settings, docker: DockerDefault): Problem[] {
  const { application, images } = settings;
  return judged(
    () => oneKind(application),
    () => oneImage(application, images),
    () => commandGiven(application, images),
    () => rootForCapabilities(application),
    () => sampleAsItIs(application, images),
    () => freeVariables(application),
    () => knownReferences(application),
    () => freeSecrets(application),
    () => knownSecrets(application),
    () => wholeVariables(application),
    () => apart(application),
    () => processChecks(application),
    () => storageChecks(settings, docker),
  );
}

function oneKind({ build, files, image }: Application): Problem[] {
  if (build === undefined) return [];
  const other = files !== undefined ? "files" : image !== undefined ? "image" : undefined;
  return other === undefined
    ? []
    : [
        {
          path: ["application", other],
          complaint: "is set beside application.build, which makes the whole image",
          allowed: "build; or files, image or both",
        },
      ];
}

/** images.application is the older name of the same setting. */
function oneImage({ image }: Application, { application: usual }: Settings["images"]): Problem[] {
  if (image === undefined || image === usual || isNodeImage(usual)) return [];
  return [
    {
      path: ["images", "application"],
      value: usual,
      allowed: `nothing, or the same as application.image: ${image}`,
    },
  ];
}

function commandGiven(
  { image, files, build, command, entrypoint }: Application,
  images: Settings["images"],
): Problem[] {
  const runsSample =
    command?.includes("/app/server.cjs") ?? (entrypoint === undefined && isNodeImage(images.application));
  if (files === undefined || image !== undefined || build !== undefined || !runsSample) return [];
  return [
    {
      path: ["application", "command"],
      complaint: "starts the sample application, but application.files names another",
      allowed: "the command that starts the application in the folder, which is put at /app",
      example: '["node", "/app/index.js"]',
    },
  ];
}

/** The kernel gives a process that is not root none of the container's capabilities. */
function rootForCapabilities({ capabilities, user }: Application): Problem[] {
  if (capabilities.length === 0 || user === undefined || /^(?:0|root)(?::|$)/.test(user)) return [];
  return [
    {
      path: ["application", "user"],
      value: user,
      allowed: "root or 0 with application.capabilities, which only root has; or no capabilities",
      example: "root",
    },
  ];
}

/** The sample application keeps what it needs of the settings, and has no other processes. */
function sampleAsItIs(application: Application, images: Settings["images"]): Problem[] {
  if (applicationKind(application, images) !== "sample") return [];
  const problem = (key: keyof Application): Problem => ({
    path: ["application", key],
    complaint: "is set for the sample application, which has nothing for it",
    allowed: "with application.image, files or build: an application of your own",
  });
  return [
    ...(application.migrate === undefined ? [] : [problem("migrate")]),
    ...(Object.keys(application.processes).length === 0 ? [] : [problem("processes")]),
  ];
}

function freeVariables({ environment, secretVariables }: Application): Problem[] {
  const of = (key: "environment" | "secretVariables", names: readonly string[]) =>
    names
      .filter((name) => TAKEN_VARIABLES.includes(name))
      .map(
        (name): Problem => ({
          path: ["application", key, name],
          complaint: "is a variable that the stack sets itself",
          allowed: `other names than ${TAKEN_VARIABLES.join(", ")}`,
        }),
      );
  const twice = Object.keys(secretVariables)
    .filter((name) => environment[name] !== undefined)
    .map(
      (name): Problem => ({
        path: ["application", "environment", name],
        complaint: "is set here, and in application.secretVariables too",
        allowed: "each variable once",
      }),
    );
  return [
    ...of("environment", Object.keys(environment)),
    ...of("secretVariables", Object.keys(secretVariables)),
    ...twice,
  ];
}

function knownReferences({ environment }: Application): Problem[] {
  return Object.entries(environment).flatMap(([name, text]) => {
    const unknown = [...text.matchAll(REFERENCE)].find(
      ([whole, reference]) => whole !== "$$" && !STACK_VARIABLES.some((known) => known === reference),
    );
    if (unknown === undefined) return [];
    const path: Path = ["application", "environment", name];
    return [
      {
        path,
        complaint: `refers to ${unknown[0]}, which is no variable of the stack's`,
        allowed: `\${NAME} with one of ${STACK_VARIABLES.join(", ")}; a secret by application.secretVariables; $$ for the character $`,
        example: text.replaceAll(REFERENCE, (whole) => (whole === unknown[0] ? `$${whole}` : whole)),
      },
    ];
  });
}

function freeSecrets({ secrets }: Application): Problem[] {
  return Object.keys(secrets)
    .filter((name) => TAKEN_SECRETS.includes(name))
    .map((name) => ({
      path: ["application", "secrets", name],
      complaint: "is the name of a secret of the stack's own",
      allowed: `other names than ${TAKEN_SECRETS.join(", ")}`,
    }));
}

function knownSecrets({ secrets, secretVariables }: Application): Problem[] {
  const known = [...Object.keys(secrets), ...STACK_SECRETS];
  return Object.entries(secretVariables)
    .filter(([, name]) => !known.includes(name))
    .map(([variable, name]) => ({
      path: ["application", "secretVariables", variable],
      value: name,
      allowed: `the name of a secret in application.secrets, or one of the stack's: ${known.join(", ")}`,
      example: known[0],
    }));
}

/** The kernel ends a variable at a zero byte. As a file the secret is whole. */
function wholeVariables({ secrets, secretVariables }: Application): Problem[] {
  return Object.entries(secretVariables)
    .filter(([, name]) => String(secrets[name] ?? "").includes("\0"))
    .map(([variable, name]) => ({
      path: ["application", "secretVariables", variable],
      complaint: `is the secret ${name}, which has a zero byte in it`,
      allowed: `a secret that is text; the file /run/secrets/${name} can have any content`,
    }));
}

/** Folders of the image, and of the kernel, without which no program starts. */
const SYSTEM = /^\/(?:(?:proc|sys|dev)(?:\/.*)?|bin|sbin|lib|lib64|usr|usr\/(?:bin|lib)|etc)$/;

function outsideOfSystem(path: string, setting: Path): Problem[] {
  if (!SYSTEM.test(path)) return [];
  return [
    { path: setting, complaint: "would hide a folder of the system", allowed: "a folder of the application's own" },
  ];
}

/** A folder that holds another would hide it. Storages among each other: config/rules/storage.ts. */
function apart({ writable, storage, filesPath, files }: Application): Problem[] {
  const fixed = [
    { what: "the folder of secrets", path: "/run/secrets" },
    ...(files === undefined ? [] : [{ what: "application.filesPath", path: filesPath }]),
  ];
  const kept = Object.entries(storage).map(([name, { path }]) => ({ what: `application.storage.${name}`, path }));
  const memory = Object.keys(writable).map((path) => ({ path, setting: ["application", "writable", path] }));
  const volumes = Object.entries(storage).map(([name, { path }]) => ({
    path,
    setting: ["application", "storage", name, "path"],
  }));
  return [
    ...[...memory, ...volumes].flatMap(({ path, setting }) => outsideOfSystem(path, setting)),
    ...memory.flatMap(({ path, setting }) => hidden(path, setting, [...fixed, ...kept])),
    ...volumes.flatMap(({ path, setting }) => hidden(path, setting, fixed)),
  ];
}

function hidden(path: string, setting: Path, others: readonly { readonly what: string; readonly path: string }[]) {
  const other = others.find((one) => one.path === path || one.path.startsWith(`${path}/`));
  return other === undefined
    ? []
    : [
        {
          path: setting,
          complaint: `would hide ${other.what}, ${other.path}`,
          allowed: "a folder that holds none of the others",
        },
      ];
}
