import { applicationOf, type Context } from "../context.ts";
import { inputsOf } from "../resources.ts";
import { ofContainers, type Rule, violations } from "../rule.ts";

/** The input of a container in which a secret is a file. Pulumi marks the whole list as secret. */
const AS_FILE = /^uploads(\.|$)/;

const AS_VARIABLE = /^envs(\.|\[|$)/;

/** Whether the settings ask for secrets as variables of this container, which runs the application. */
function isAsked(context: Context, name: string): boolean {
  const plan = applicationOf(context, name);
  const { secretVariables } = context.topology.application;
  return plan !== undefined && (plan.databaseUrl === "variable" || Object.keys(secretVariables).length > 0);
}

export const noExposedSecrets: Rule = {
  cure: "Pass the secret as a file by secretFiles (components/files.ts), with mode 0440, and give the program the file's path.",
  resource: (resource, context) => {
    const { type, name, secrets } = resource;
    if (!type.startsWith("docker:")) return [];
    const hasFiles = secrets.some((path) => AS_FILE.test(path));
    const files = ofContainers(({ uploads, start }) => [
      ...uploads.map(
        ({ file, permissions }) => !/^0?[46][04]0$/.test(permissions) && `Others may read ${file} of ${name}.`,
      ),
      start && `${name} has a secret in its own file system.`,
    ]);
    return [
      ...secrets
        .filter((path) => !AS_FILE.test(path) && !(AS_VARIABLE.test(path) && isAsked(context, name)))
        .map((path) => `${name} has a secret in ${path}.`),
      ...(hasFiles ? files(resource, context) : []),
    ];
  },
};

const LEAST_LENGTH = 24;

export const strongSecrets: Rule = {
  cure: `Make passwords with createPassword (components/passwords.ts) and certificates with Authority (components/certificates.ts).`,
  resource: (resource) => {
    const { name } = resource;
    const password = inputsOf(resource, "random:index/randomPassword:RandomPassword");
    const key = inputsOf(resource, "tls:index/privateKey:PrivateKey");
    const certificate = inputsOf(resource, "tls:index/locallySignedCert:LocallySignedCert");
    return violations([
      password !== undefined && password.length < LEAST_LENGTH && `${name} has ${password.length} characters.`,
      key?.algorithm === "RSA" && key.rsaBits < 3072 && `${name} is an RSA key of ${key.rsaBits} bits.`,
      key?.algorithm === "ECDSA" && key.ecdsaCurve === "P224" && `${name} is a key on the curve P-224.`,
      key !== undefined && !["RSA", "ECDSA", "ED25519"].includes(key.algorithm) && `${name} is no known kind of key.`,
      certificate?.isCaCertificate === true && `${name} could sign certificates.`,
    ]);
  },
};
