import { z } from "zod";
import { type About, folder } from "../kinds.ts";

export const engines = z
  .strictObject(
    {
      certPath: folder()
        .optional()
        .meta({
          description:
            "The folder with ca.pem, cert.pem and key.pem for endpoints that begin with tcp://, as DOCKER_CERT_PATH names it.",
          unset: "no TLS; for the engine of the command docker, as that command has it",
          example: "./docker-certificates",
        } satisfies About),
    },
    { error: "settings of Docker engines: certPath" },
  )
  .prefault({})
  .meta({
    description: "How Docker engines are reached. By ssh:// the user's own ssh has all settings.",
  } satisfies About);
