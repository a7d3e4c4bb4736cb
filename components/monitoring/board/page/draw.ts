import type { BoardFacts } from "../facts.ts";
import { element } from "./elements.ts";
import type { Lost } from "./lost.ts";
import type { Board } from "./model.ts";
import { clock, type Look } from "./text.ts";

/** Marks that are told apart without colours, too. */
const MARKS: Readonly<Record<Look, string>> = { well: "●", plain: "●", warn: "▲", page: "✖", unknown: "?" };

/** The part of the page above the charts. */
export function drawBoard(facts: BoardFacts, board: Board, at: number): HTMLElement[] {
  const { verdict, notices, figures, servers } = board;
  return [
    element(
      "header",
      `band ${verdict.look}`,
      element("h1", "", verdict.text),
      element("p", "", element("b", "", nameOf(facts)), `figures of ${clock(at)}`),
    ),
    ...(notices.length === 0
      ? []
      : [
          element(
            "ul",
            "alerts",
            ...notices.map(({ text, since, look }) => element("li", look, text, element("time", "", `for ${since}`))),
          ),
        ]),
    element(
      "section",
      "figures",
      ...figures.map(({ text, title, look }) =>
        element("div", `card figure ${look}`, element("b", "", text), element("span", "", title)),
      ),
    ),
    element(
      "section",
      "servers",
      ...servers.map(({ name, parts }) =>
        element(
          "div",
          "card",
          element("h2", "", name),
          ...parts.map(({ title, note, look, isStrong }) =>
            element(
              "div",
              `part ${look}`,
              element("span", "mark", MARKS[look]),
              element("span", "", title),
              element("span", isStrong ? "note strong" : "note", note),
            ),
          ),
        ),
      ),
    ),
  ];
}

/** The page in place of figures. */
export function drawLost({ title, lines }: Lost, facts: BoardFacts | undefined): HTMLElement {
  return element(
    "main",
    "lost",
    ...(facts === undefined ? [] : [element("p", "", nameOf(facts))]),
    element("h1", "", title),
    ...lines.map((line) => element("p", "", line)),
  );
}

export function nameOf({ project, stack }: BoardFacts): string {
  return `${project} · ${stack}`;
}
