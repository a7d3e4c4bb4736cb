import { schema } from "../config/schema.ts";
import { usedImages } from "../operations/stack/needs.ts";

/** The default images of a stack that is not watched. */
export const USUAL_IMAGES: readonly string[] = Object.values(
  usedImages(schema.shape.images.parse(undefined), { enabled: false, grafana: false }),
);
