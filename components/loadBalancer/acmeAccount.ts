import { createHash, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { IS_CERTIFICATE, pemBlocks } from "../pem.ts";
import { ACCOUNT_KEY_FILE, CHALLENGE_FILE } from "./acme.ts";

/** The account with an authority, which all load balancers share. */
export interface AcmeAccount {
  /** Its private key (PEM); a secret. */
  readonly key: pulumi.Output<string>;
}

/**
 * The stack has an account whether it uses ACME or not: DNS records (CAA, RFC 8657) can name it, so it has to be the
 * same when ACME comes back. The authority learns of it with the first order.
 */
export function acmeAccount(options: { readonly parent: pulumi.Resource; readonly protect: boolean }): AcmeAccount {
  const { privateKeyPem } = new tls.PrivateKey("acme-account-key", { algorithm: "ECDSA", ecdsaCurve: "P256" }, options);
  return { key: privateKeyPem };
}

/** The secrets of an HAProxy that uses the account, by file. */
export function accountSecrets({ key }: AcmeAccount): Record<string, pulumi.Output<string>> {
  return {
    [ACCOUNT_KEY_FILE]: key,
    [CHALLENGE_FILE]: publicThumbprint(key).apply((text) => `%[path,field(-1,/)].${text}\n`),
  };
}

/** A public text that changes with the account's key, which HAProxy reads only when it starts. */
export function publicThumbprint(key: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.unsecret(key).apply(thumbprint);
}

/**
 * The thumbprint of an EC key's public half (RFC 7638).
 * @param key the private key in PEM
 */
export function thumbprint(key: string): string {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: "jwk" });
  // The standard prescribes these members in this order.
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

/**
 * The certificate that an HAProxy begins with, as acme.sh keeps them: the first line says the fingerprint and the
 * purpose. HAProxy names certificates by their SHA-1.
 * @param pem certificate, chain and key
 */
export function firstCertificate(pem: string): string {
  const [certificate = ""] = pemBlocks(pem, IS_CERTIFICATE);
  const encoded = certificate.replaceAll(/-----[^-]+-----|\s/g, "");
  const fingerprint = createHash("sha1").update(Buffer.from(encoded, "base64")).digest("hex").toUpperCase();
  return `# ${fingerprint} the stack's own authority\n${pem}`;
}
