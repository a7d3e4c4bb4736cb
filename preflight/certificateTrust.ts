import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { SitePlan } from "../topology/loadBalancerPlan.ts";
import { hasSignedItself, inOrder, isSignedBy, issuerOf, nameOf } from "./certificateChain.ts";
import type { Complaint } from "./certificateTexts.ts";

/**
 * Where a certificate leads: to a public authority, which visitors trust; to itself or to a private authority, which
 * they do not; or to an authority that neither its file nor Node.js knows.
 */
type Origin = "public" | "itself" | "private" | "unknown";

/** The public authorities that Node.js knows, those of Mozilla's list. */
const publicRoots = lazily(() => rootCertificates.map((pem) => new X509Certificate(pem)));

/**
 * A chain may lead past a public root: to an older one, which has signed the public root's key as well and may be gone from
 * the list.
 */
export function originOf(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[] = publicRoots(),
): Origin {
  const ordered = inOrder(leaf, chain);
  const last = ordered.at(-1) ?? leaf;
  if (roots.some((root) => ordered.some((one) => hasSameKey(one, root) || isSignedBy(one, root)))) return "public";
  if (!hasSignedItself(last)) return "unknown";
  return last === leaf ? "itself" : "private";
}

/** A chain with the same key in another certificate ends at the same authority. */
function hasSameKey(one: X509Certificate, root: X509Certificate): boolean {
  return one.subject === root.subject && one.publicKey.equals(root.publicKey);
}

/** The site's header of HSTS, and whether the user has set it; otherwise it is the default. */
export type Hsts = Pick<SitePlan, "hsts" | "isHstsChosen">;

/**
 * With HSTS a browser lets nobody past its warning of a certificate that it does not trust. Where all visitors' devices
 * trust a private authority the user can say so by setting it.
 */
export function trustProblems(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  { hsts, isHstsChosen }: Hsts,
): Complaint[] {
  if (!isInForce(hsts)) return [];
  const origin = originOf(leaf, chain);
  if (origin === "public" || origin === "unknown" || (origin === "private" && isHstsChosen)) return [];
  const root = inOrder(leaf, chain).at(-1) ?? leaf;
  const reason =
    origin === "itself"
      ? `the certificate of ${nameOf(leaf)} has signed itself`
      : `the certificate of ${nameOf(leaf)} is one of a private authority, ${nameOf(root)}`;
  return [
    {
      about: "hsts",
      complaint: `would be sent for ${/\d+/.exec(hsts ?? "")?.[0]} seconds, and ${reason}: HSTS lets no browser past its warning, on any port of the host, if that browser does not trust the certificate`,
      allowed:
        origin === "itself"
          ? "HSTS with the certificate of a public authority; else maxAgeSeconds 0, which switches it off"
          : "maxAgeSeconds set by you if the devices of all visitors trust that authority; else 0, which switches HSTS off",
    },
  ];
}

/** What visitors may not trust in a certificate that has no other problem; undefined: nothing. */
export function trustWarning(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  { hsts }: Hsts,
): string | undefined {
  const origin = originOf(leaf, chain);
  const last = inOrder(leaf, chain).at(-1) ?? leaf;
  const strict = isInForce(hsts) ? ", and with HSTS no browser offers a way past its warning" : "";
  if (origin === "private" && strict !== "") {
    return `leads to a private authority, ${nameOf(last)}: visitors whose devices do not trust it are refused${strict}
    cure:      make all visitors' devices trust it, or switch HSTS off`;
  }
  if (origin !== "unknown") return undefined;
  if (last === leaf) {
    return `comes alone, without a certificate of its authority, ${issuerOf(leaf)}: clients that lack that certificate refuse the site${strict}
    cure:      set the file with the whole chain, such as certbot's fullchain.pem instead of cert.pem`;
  }
  if (strict === "") return undefined;
  return `leads to ${issuerOf(last)}, which is no public authority that Node.js knows: visitors who do not trust it are refused${strict}
    cure:      set the file with the whole chain, or switch HSTS off`;
}

function isInForce(hsts: string | undefined): boolean {
  return hsts !== undefined && !hsts.startsWith("max-age=0");
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
