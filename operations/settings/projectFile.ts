import { parseDocument } from "yaml";
import { z } from "zod";
import { schema } from "../../config/schema.ts";
import { elementOf } from "../../config/shape.ts";

/** The text of Pulumi.yaml with each setting's type, description and default. All else in the file stays. */
export function projectFile(text: string): string {
  const document = parseDocument(text);
  for (const [key, part] of Object.entries(schema.shape)) {
    const element = elementOf(part);
    document.setIn(["config", key], {
      type: element === undefined ? "object" : "array",
      ...(element === undefined ? {} : { items: { type: z.toJSONSchema(element, { io: "input" }).type } }),
      description: `${part.description} All settings: docs/configuration.md`,
      default: part.parse(undefined),
    });
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}
