/** Prints the table of routes of a network, which needs no tool: the addresses of its own are in it. */
export const ROUTES = ["cat", "/proc/net/fib_trie"];

/** The addresses of a network's own in the kernel's table: a line with an address, and behind it one that says `host LOCAL`. */
export function addressesIn(table: string): string[] {
  const lines = table.split("\n");
  const own = lines.flatMap((line, index) => {
    const [, address] = /\|--\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line) ?? [];
    return address !== undefined && /^\s*\/32 host LOCAL/.test(lines[index + 1] ?? "") ? [address] : [];
  });
  return [...new Set(own)];
}
