import { styleText } from "node:util";
import type { ServiceLine } from "./read.ts";

/** Colours that are legible on light and dark terminals. */
const COLOURS = ["cyan", "yellow", "green", "magenta", "blue", "redBright", "cyanBright", "greenBright"] as const;

/**
 * Makes lines of text: the moment, the container and what it wrote.
 * @param services all that may come, which decide the width of their column and their colours
 * @param hasColour whether each container has a colour
 */
export function lineText(services: readonly string[], hasColour: boolean): (line: ServiceLine) => string {
  const width = Math.max(0, ...services.map((service) => service.length));
  return ({ at, service, text, isNote }) => {
    const label = `${at.slice(0, 23)}Z  ${service.padEnd(width)}`;
    const body = isNote ? `-- ${text} --` : visible(text);
    if (!hasColour) return `${label}  ${body}`;
    const colour = COLOURS[Math.max(0, services.indexOf(service)) % COLOURS.length] ?? "cyan";
    const styled = (style: Parameters<typeof styleText>[0], one: string) =>
      styleText(style, one, { validateStream: false });
    return `${styled(colour, label)}  ${isNote ? styled("bold", body) : body}`;
  };
}

/** A text whose control characters cannot command a terminal: visitors choose a part of what is logged. */
function visible(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
