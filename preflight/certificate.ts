import type { X509Certificate } from "node:crypto";
import { IS_KEY, pemBlocks, pemText } from "../components/pem.ts";
import type { Problem } from "../config/problems.ts";
import type { OwnCertificate } from "../topology/loadBalancerPlan.ts";
import type { Topology } from "../topology/plan.ts";
import { clientRefusal } from "./certificateClient.ts";
import { certificateComplaints, chainWarning } from "./certificateRules.ts";
import { type Complaint, certificatesIn } from "./certificateTexts.ts";
import { isPath, readable, said } from "./pemSetting.ts";

/** Days before its end from which on a certificate is warned of. Most authorities issue for 90 days, and some for less. */
const WARNING_DAYS = 21;

const DAY_MS = 24 * 60 * 60 * 1_000;

const TLS = ["loadBalancer", "tls"];

/** The result of looking at the user's certificate. */
export interface Examined {
  readonly problems: readonly Problem[];
  /** Texts for the user about a certificate without problems. */
  readonly warnings: readonly string[];
}

type Stack = Pick<Topology, "project" | "stack">;

/**
 * Reads the user's certificate and key, and checks that they can serve the site. Without this check a wrong one would be
 * noticed only when HAProxy does not start.
 */
export function examineCertificate(
  { ownCertificate: own, loadBalancers: [first], ...stack }: Pick<Topology, "ownCertificate" | "loadBalancers"> & Stack,
  now = new Date(),
): Examined {
  if (own === undefined || first === undefined) return { problems: [], warnings: [] };
  const certificate = readable([...TLS, "certificate"], own.certificate, "./tls/site.pem");
  const key = readable([...TLS, "key"], own.key, "./tls/site.key");
  const texts = { certificate: textOf(certificate), key: textOf(key) };
  // Behind a trusted proxy visitors see the certificate of that proxy, unless it passes TLS through.
  const endsElsewhere = first.visitors.proxies?.protocol === "forwarded";
  const site = { ...first.site, hsts: endsElsewhere ? undefined : first.site.hsts };
  const problems = [
    ...[certificate, key].filter((read) => typeof read !== "string"),
    ...certificateComplaints(texts, site, now).map((complaint) => problemOf(complaint, own, stack)),
  ];
  if (problems.length > 0) return { problems, warnings: [] };
  const warnings = [chainWarning(texts, site), endWarning(texts.certificate, now)];
  return {
    problems,
    warnings: warnings.flatMap((text) =>
      text === undefined ? [] : [`the certificate in loadBalancer.tls.certificate ${text}`],
    ),
  };
}

/**
 * What a client refuses in a certificate that `examineCertificate` has no problem with. Visitors would be the first to
 * notice: HAProxy starts with it.
 */
export async function refusedByClients({ ownCertificate: own, ...stack }: Pick<Topology, "ownCertificate"> & Stack) {
  if (own === undefined) return [];
  const chain = certificatesIn(pemText(own.certificate));
  const [key] = pemBlocks(pemText(own.key), IS_KEY);
  if (!Array.isArray(chain) || key === undefined) return [];
  const reason = await clientRefusal(chain, key);
  if (reason === undefined) return [];
  const complaint = {
    about: "certificate",
    complaint: `is refused by clients that check it as OpenSSL does, even if they trust its authority: ${reason}`,
    allowed: "a certificate within the limits that each certificate behind it sets: names, uses, length of the path",
    cure: "ask the authority for a certificate of a TLS server for these names, with the chain that belongs to it",
  } as const;
  return [problemOf(complaint, own, stack)];
}

function textOf(read: string | Problem): string | undefined {
  return typeof read === "string" ? read : undefined;
}

function problemOf({ about, cure, ...complaint }: Complaint, own: OwnCertificate, stack: Stack): Problem {
  if (about === "hsts") return { path: [...TLS, "hsts"], ...complaint, example: '{"maxAgeSeconds":0}' };
  const setting = own[about];
  return {
    path: [...TLS, about],
    ...complaint,
    complaint: `${isPath(setting) ? `(${said(setting)}) ` : ""}${complaint.complaint}`,
    cure: `${cure}\n    ${isPath(setting) ? `then:      put the new file into the place of ${setting}` : setText(about, stack)}`,
  };
}

/** The command that sets a text; a key's has to be encrypted. */
function setText(about: "certificate" | "key", { project, stack }: Stack): string {
  const key = `--path '${project}:loadBalancer.tls.${about}'`;
  return about === "key"
    ? `set it:    pulumi config set --secret ${key} --stack ${stack} <site.key`
    : `set it:    pulumi config set ${key} ./tls/site.pem --stack ${stack}`;
}

function endWarning(certificate: string | undefined, now: Date): string | undefined {
  const end = certificate === undefined ? undefined : firstEnd(certificatesIn(certificate));
  if (end === undefined) return undefined;
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  if (days >= WARNING_DAYS) return undefined;
  return `expires in ${days} ${days === 1 ? "day" : "days"}, at ${end.toISOString()}
    cure:      renew it, put the new one in its place, and run npm run up`;
}

/** The day on which the first certificate of a chain ends; undefined: there is none. */
function firstEnd(chain: readonly X509Certificate[] | Complaint): Date | undefined {
  if ("complaint" in chain) return undefined;
  return chain.map(({ validTo }) => new Date(validTo)).sort((one, other) => one.getTime() - other.getTime())[0];
}
