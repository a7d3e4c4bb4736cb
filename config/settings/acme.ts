import { z } from "zod";
import { isDirectory, LETS_ENCRYPT } from "../acme.ts";
import { type About, pem } from "../kinds.ts";

const HTTPS_URL = "an https URL of an ACME directory, without spaces and a user's name";

export const acme = z.strictObject(
  {
    email: z
      .email({ error: "an e-mail address" })
      .meta({ description: "The e-mail address of the account.", example: "admin@foobar.com" } satisfies About),
    acceptTerms: z.literal(true, { error: "true: you accept the terms of service of the certificate authority" }).meta({
      description: "Whether you accept the authority's terms of service. It has to be true.",
      example: true,
    } satisfies About),
    directory: z
      .string({ error: HTTPS_URL })
      .refine(isDirectory, HTTPS_URL)
      .default(LETS_ENCRYPT)
      .meta({
        description:
          "The URL at which the authority's services are listed. For a trial use Let's Encrypt's https://acme-staging-v02.api.letsencrypt.org/directory, whose certificates nobody trusts.",
      } satisfies About),
    ca: pem("certificates")
      .optional()
      .meta({
        description: "The authority that the directory's server is verified by, for a private ACME server.",
        unset: "the public ones that HAProxy's image knows",
        example: "./tls/acme-ca.pem",
      } satisfies About),
    forwarding: z
      .string({ error: "a sentence" })
      .regex(/\p{L}/u, "a sentence")
      .optional()
      .meta({
        description:
          "How port 80 of the names reaches the load balancer, where it does not publish that port itself; nothing checks it. loadBalancer.publicHttpsPort says the same of HTTPS.",
        unset: "the load balancer publishes port 80",
        example: "The router forwards port 80 to 8080.",
      } satisfies About),
  },
  { error: "settings of ACME: email, acceptTerms, directory, ca, forwarding" },
);
