import { LINK_KINDS, type LinkKind } from "./links.ts";
import { rect, round, text, widthOf } from "./marks.ts";

const WORDS: Readonly<Record<LinkKind, string>> = {
  request: "requests",
  write: "writes",
  read: "reads",
  replicate: "replication",
  backup: "backups",
  spare: "when others fail",
};

const SIGN = 30;
const GAP = 26;
const LINE = 24;

export interface Used {
  readonly links: ReadonlySet<LinkKind>;
  readonly hasStandby: boolean;
  readonly hasAlone: boolean;
}

/** The legend of what the picture has, in as many lines as it needs. */
export function legend(
  left: number,
  top: number,
  width: number,
  used: Used,
): { readonly lines: readonly string[]; readonly height: number } {
  const entries = [
    ...LINK_KINDS.filter((kind) => used.links.has(kind)).map((kind) => ({
      word: WORDS[kind],
      sign: (x: number, y: number) =>
        `<path class="link ${kind}" marker-end="url(#${kind})" d="M${round(x)} ${round(y - 4)}h${SIGN}"/>`,
    })),
    ...(used.hasStandby ? [{ word: "stands by, or only votes", sign: box("standbykey") }] : []),
    ...(used.hasAlone ? [{ word: "single point of failure", sign: box("alonekey") }] : []),
  ];
  let [x, y] = [left, top];
  const lines = entries.map(({ word, sign }) => {
    const size = SIGN + 10 + widthOf(word, 12);
    if (x > left && x + size > left + width) [x, y] = [left, y + LINE];
    const drawn = `${sign(x, y)}${text(x + SIGN + 10, y, "legend", word)}`;
    x += size + GAP;
    return drawn;
  });
  return { lines, height: y - top + LINE + 4 };
}

function box(kind: string): (x: number, y: number) => string {
  return (x, y) => rect(x + 2, y - 12, SIGN - 4, 16, 5, kind);
}
