import type { AuthorityCertificate } from "./plan.ts";
import { STORES, type TrustStore } from "./stores.ts";

/** The file that the commands for people name. */
const FILE = "ca.crt";

/** The stack and its site. */
export interface TrustedSite {
  /** As `--stack` takes it. */
  readonly reference: string;
  readonly stack: string;
  readonly secureUrl: string;
}

/**
 * Says which authority a stack has, and how clients are made to trust it.
 * @param store this machine's; the commands for other systems follow it
 */
export function trustReport(
  { reference, stack, secureUrl }: TrustedSite,
  certificates: readonly AuthorityCertificate[],
  store: TrustStore | undefined,
): string {
  const known = certificates.map(
    ({ name, fingerprint, until }) => `${name}, valid until ${until}\nSHA-256 ${fingerprint}`,
  );
  const others = STORES.filter((other) => other !== store);
  const byHand = [...(store === undefined ? [] : [store]), ...others].flatMap(
    ({ systems, folder, extension, refresh }) => [
      `  ${systems}`,
      `    sudo install -m 644 ${FILE} ${folder}/foobar-${stack}.${extension} && sudo ${refresh.join(" ")}`,
    ],
  );
  const lines = [
    ...known,
    "",
    "Who has the stack's state and its passphrase can issue certificates for any name: trust this authority on machines of",
    "its users only.",
    "",
    `npm run trust -- --stack ${reference} --out ${FILE}     writes it to a file, for these commands:`,
    "",
    "one client",
    `    curl --cacert ${FILE} ${secureUrl}`,
    `    NODE_EXTRA_CA_CERTS=${FILE} node client.js`,
    "a machine (most programs, but neither browsers nor Node.js)",
    ...byHand,
    "  macOS, with its browsers",
    `    sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${FILE}`,
    "  no longer: remove that file and run the second command again; on macOS, security remove-trusted-cert",
    "browsers on Linux",
    "  Chromium, Chrome",
    `    certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n foobar-${stack} -i ${FILE}`,
    "  Firefox",
    `    Settings, Certificates, View Certificates, Authorities, Import: ${FILE}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Why there is nothing to trust; undefined: the stack's own authority issues the site's certificate. */
export function foreignIssuer(stack: string, isOwn: boolean, isAcme: boolean): string | undefined {
  if (isOwn)
    return `the stack ${stack} serves a certificate of yours (loadBalancer.tls.certificate): its issuer is the one to trust`;
  if (isAcme)
    return `the stack ${stack} gets its certificate by ACME (loadBalancer.tls.acme): its issuer is the one to trust`;
  return undefined;
}
