import { z } from "zod";
import { type About, secretText } from "../kinds.ts";

const login = z.strictObject(
  {
    username: z
      .string({ error: "a user's name" })
      .min(1, "a user's name")
      .meta({ description: "The user.", example: "deploy" } satisfies About),
    password: secretText("the user's password or access token").meta({
      description: "The password or access token, which `pulumi config set --secret --path` encrypts.",
    } satisfies About),
  },
  { error: "username and password" },
);

/** config/rules/registries.ts checks the names. */
export const registries = z
  .record(z.string(), login, { error: "registries: each host with its username and password" })
  .default({})
  .meta({
    description:
      'Logins to registries of images, by the host that image names begin with; "docker.io" is Docker Hub. A registry without one here has the login of the command docker: docs/operations.md. Passwords are never in the state.',
    unset: "the logins of the command docker",
    example: { "registry.foobar.com": { username: "deploy", password: { secure: "…" } } },
  } satisfies About);
