/** Values in a line: HAProxy takes at most 64 words. */
const LINE_VALUES = 40;

/** A condition with a name: whether a sample is one of the values. Lines with the same name are alternatives. */
export function isOneOf(name: string, sample: string, values: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(values.length / LINE_VALUES) }, (_, line) => {
    const part = values.slice(line * LINE_VALUES, (line + 1) * LINE_VALUES);
    return `acl ${name} ${sample} ${part.join(" ")}`;
  });
}
