import { z } from "zod";
import { type About, absolutePath, name } from "../kinds.ts";

const volume = z.strictObject(
  {
    path: absolutePath().meta({
      description: "The folder in the application's containers.",
      example: "/srv/uploads",
    } satisfies About),
    driver: z
      .string({ error: "the name of a volume driver" })
      .regex(/^[A-Za-z0-9][\w./:-]*$/, "the name of a volume driver")
      .default("local")
      .meta({ description: "The driver of the volume on each engine." } satisfies About),
    options: z
      .record(z.string().min(1), z.string({ error: "text" }), { error: "the driver's options by name, each a text" })
      .default({})
      .meta({
        description: "The driver's options. With those of NFS the servers of several machines share the folder.",
        example: { type: "nfs", o: "addr=192.0.2.20,rw,nfsvers=4", device: ":/srv/uploads" },
      } satisfies About),
  },
  { error: "settings of a storage: path, driver, options" },
);

export const storage = z
  .record(name(), volume, { error: "storages by name, each with a path" })
  .default({})
  .meta({
    description:
      "Folders that outlive containers and releases, such as that of uploads. All instances on an engine share them.",
    example: { uploads: { path: "/srv/uploads" } },
  } satisfies About);
