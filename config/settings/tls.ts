import { z } from "zod";
import { HTTPS_PROFILES } from "../choices.ts";
import { type About, oneOf, pem, whole, yesOrNo } from "../kinds.ts";
import { acme } from "./acme.ts";

const hsts = z.strictObject(
  {
    maxAgeSeconds: whole(0, 315_360_000, "seconds")
      .default(63_072_000)
      .meta({
        description:
          "The time for which browsers use HTTPS only. 0 sends them back to plain HTTP where that is served.",
      } satisfies About),
    includeSubDomains: yesOrNo()
      .default(false)
      .meta({ description: "Whether it holds for all names below the site's, too." } satisfies About),
    preload: yesOrNo()
      .default(false)
      .meta({
        description: "Whether browsers may have the name in their built-in lists, which is hard to undo.",
      } satisfies About),
  },
  { error: "settings of HSTS: maxAgeSeconds (0 switches it off), includeSubDomains, preload" },
);

export const tls = z
  .strictObject(
    {
      profile: oneOf(HTTPS_PROFILES)
        .default("intermediate")
        .meta({
          description:
            "Mozilla's profile of TLS versions and ciphers, https://wiki.mozilla.org/Security/Server_Side_TLS. modern is TLS 1.3 only.",
        } satisfies About),
      http3: yesOrNo()
        .default(false)
        .meta({ description: "Whether HTTP/3 is served, too, at UDP port httpsPort." } satisfies About),
      certificate: pem("certificates")
        .optional()
        .meta({
          description:
            "The site's certificate and its chain, the leaf first: a PEM file relative to the project, or PEM text.",
          unset: "one of the stack's own authority",
          example: "./tls/site.pem",
        } satisfies About),
      key: pem("a private key")
        .optional()
        .meta({
          description:
            "The certificate's private key, without a passphrase: a PEM file, or PEM text that `pulumi config set --secret --path` encrypts.",
          unset: "that of the stack's own certificate",
          example: "./tls/site.key",
        } satisfies About),
      acme: acme.optional().meta({
        description:
          "Certificates that HAProxy itself gets from a public authority by ACME (http-01) and renews. In HAProxy 3.2 this is experimental.",
        unset: "certificate and key, or the stack's own authority",
        example: { email: "admin@foobar.com", acceptTerms: true },
      } satisfies About),
      hsts: hsts.optional().meta({
        description:
          "HTTP Strict Transport Security. It needs a certificate that visitors trust: the site's, or that of a trusted proxy with the protocol forwarded.",
        unset: "its defaults with a certificate of your own or of ACME; off with the stack's own authority",
        example: { maxAgeSeconds: 0 },
      } satisfies About),
    },
    { error: "settings of HTTPS: profile, http3, certificate, key, acme, hsts" },
  )
  .prefault({})
  .meta({ description: "HTTPS." } satisfies About);
