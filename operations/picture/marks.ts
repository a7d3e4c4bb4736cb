/** Parts of SVG as text. Coordinates have one decimal at most, so that the same plan gives the same bytes. */

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function text(x: number, y: number, kind: string, content: string, anchor?: "middle" | "end"): string {
  const anchored = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}"${anchored}>${escaped(content)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, radius: number, kind = ""): string {
  const named = kind === "" ? "" : ` class="${kind}"`;
  return `<rect${named} x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
}

export function group(kind: string, ...parts: readonly string[]): string {
  return `<g class="${kind}">${parts.join("")}</g>`;
}

/** The width of a text, wide enough for the fonts of most readers. */
export function widthOf(content: string, size: number, isMono = false): number {
  return content.length * size * (isMono ? 0.62 : 0.56);
}

/** A small label on a link, around its middle. */
export function chip(x: number, y: number, content: string, kind = ""): string {
  const width = widthOf(content, 10.5, true) + 16;
  return group(
    `chip ${kind}`.trim(),
    rect(x - width / 2, y - 9, width, 18, 9),
    text(x, y + 3.7, "mono", content, "middle"),
  );
}
