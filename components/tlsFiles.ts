import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Authority, IssuedCertificate } from "./certificates.ts";

/** Files of a server: the trusted authority's certificates, its own certificate and its key. */
export const TLS = {
  authority: "/run/secrets/ca.crt",
  certificate: "/run/secrets/server.crt",
  key: "/run/secrets/server.key",
} as const;

/** A client's certificate and its key, in one file. */
export const CLIENT_CERTIFICATE = "/run/secrets/client.pem";

type Secrets = Readonly<Record<string, pulumi.Output<string>>>;

/** The secrets of a container that only verifies others. */
export function trustSecrets({ trusted }: Authority): Secrets {
  return { [basename(TLS.authority)]: trusted };
}

/** The secrets of a server. */
export function serverSecrets(authority: Authority, { certificate, key }: IssuedCertificate): Secrets {
  return { ...trustSecrets(authority), [basename(TLS.certificate)]: certificate, [basename(TLS.key)]: key };
}

/** The secrets of a client that shows a certificate. */
export function clientSecrets(authority: Authority, { certificate, key }: IssuedCertificate): Secrets {
  return { ...trustSecrets(authority), [basename(CLIENT_CERTIFICATE)]: pulumi.concat(certificate, key) };
}
