import { parseReference } from "../../engine/reference.ts";

/** What becomes of an image's name. */
export type Pin =
  /** A name with the registry's present digest, or with none; `was`: the name before. */
  | { readonly kind: "changed"; readonly name: string; readonly was: string }
  | { readonly kind: "unchanged"; readonly name: string }
  /** A digest without a tag names one image for ever: there is nothing to ask for. */
  | { readonly kind: "fixed"; readonly name: string };

/** An image's name without its digest; undefined if it has no tag that would be left. */
export function tagged(name: string): string | undefined {
  const { tag, digest } = parseReference(name);
  if (tag === undefined) return undefined;
  return digest === undefined ? name : name.slice(0, name.indexOf("@"));
}

/** The name of an image with the digest that its tag has in the registry now. */
export function pin(name: string, digest: string): Pin {
  const tag = tagged(name);
  if (tag === undefined) return { kind: "fixed", name };
  const now = `${tag}@${digest}`;
  return now === name ? { kind: "unchanged", name } : { kind: "changed", name: now, was: name };
}
