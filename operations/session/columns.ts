/**
 * The columns of an output: those of its terminal, else those that the variable COLUMNS says.
 * @param otherwise the columns of an output that is no terminal, where nothing is said
 */
export function columnsOf(
  { isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">,
  otherwise: number,
  said = process.env["COLUMNS"],
): number {
  if (isTTY && columns > 0) return columns;
  return said !== undefined && /^[1-9]\d{0,4}$/.test(said) ? Number(said) : otherwise;
}
