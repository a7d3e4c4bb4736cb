import { schema } from "../config/schema.ts";
import { usedImages } from "../operations/stack/needs.ts";

/** The default images of a stack that is not watched and has no log store. */
export const USUAL_IMAGES: readonly string[] = Object.values(
  usedImages({
    images: schema.shape.images.parse(undefined),
    monitoring: { enabled: false, grafana: false },
    logs: {},
  }),
);
