import { parseDocument } from "yaml";
import { schema } from "../../config/schema.ts";

/**
 * The text of Pulumi.yaml with each setting's description and default. All else in the file stays. Settings have no type
 * there: Pulumi's own check of types would report one error before the program starts, and refuse lists in JSON texts.
 */
export function projectFile(text: string): string {
  const document = parseDocument(text);
  for (const [key, part] of Object.entries(schema.shape)) {
    document.setIn(["config", key], {
      description: `${part.description} All settings: docs/configuration.md`,
      default: part.parse(undefined),
    });
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}
