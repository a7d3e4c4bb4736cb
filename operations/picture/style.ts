/** A colour for light pages, and one for dark ones. */
type Pair = readonly [light: string, dark: string];

const INK: Pair = ["#1d2733", "#e8edf2"];
const FAINT: Pair = ["#5f6b78", "#9aa7b5"];
const PAPER: Pair = ["#fbfaf7", "#10161d"];
const FACE: Pair = ["#ffffff", "#1b242e"];
const LINE: Pair = ["#d0d7de", "#3f4d5e"];
const ALONE: Pair = ["#e03131", "#ff6b6b"];

const STRIPS: Readonly<Record<string, Pair>> = {
  edge: ["#fde8d7", "#33261c"],
  web: ["#fdf3d0", "#322d18"],
  app: ["#e3f3dc", "#1f2e1d"],
  router: ["#dcefee", "#1a2d2d"],
  data: ["#e0e9fb", "#1c2740"],
  replication: ["#ece3f8", "#2a2138"],
  monitor: ["#e3e6ea", "#23282e"],
};

const ACCENTS: Readonly<Record<string, Pair>> = {
  lb: ["#e8590c", "#ff922b"],
  web: ["#2f9e44", "#51cf66"],
  app: ["#1098ad", "#3bc9db"],
  router: ["#e8590c", "#ff922b"],
  helper: ["#7048e8", "#9775fa"],
  watch: ["#495057", "#adb5bd"],
};

const LINKS: Readonly<Record<string, Pair>> = {
  request: ["#3b4a5c", "#c3ced9"],
  write: ["#d9480f", "#ff922b"],
  read: ["#1c7ed6", "#4dabf7"],
  replicate: ["#2b8a3e", "#69db7c"],
  backup: ["#7048e8", "#b197fc"],
  spare: ["#98a3af", "#6b7988"],
};

/** What has the same colour on light and dark pages, and no colour at all. The font is the reader's. */
const SHAPE = `text{font-family:Inter,"Segoe UI","Helvetica Neue",Roboto,Arial,sans-serif}
.mono{font-family:"JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:10.5px}
.title{font-size:25px;font-weight:700;letter-spacing:-.4px}.subtitle{font-size:13.5px}.netname{font-size:14px;font-weight:600}
.legend{font-size:12px}.boxname{font-size:13px;font-weight:700;letter-spacing:.3px}.framename{font-size:12px;font-weight:600}
.boxname{paint-order:stroke;stroke-width:5px;stroke-linejoin:round}
.name{font-size:14.5px;font-weight:600}.tag{font-size:11.5px}.server rect{fill-opacity:.66;stroke-width:1.3}
.frame rect{fill-opacity:.35;stroke-width:1.5;stroke-dasharray:2 5;stroke-linecap:round}
.card .face{stroke-width:1.2}.accent{stroke-width:4;stroke-linecap:round;fill:none}.db .face,.db .rim{stroke-width:1.4}.db .rim,.link,.alonekey{fill:none}
.primary .rim{stroke-opacity:.55}.standby .face{stroke-dasharray:5 4}.away{opacity:.55}
.alone .face{stroke-width:2.6}.frame.alone rect{stroke-width:2.4;stroke-dasharray:none}.alonekey{stroke-width:2.4}.standbykey{fill:none;stroke-dasharray:4 3}
.link{stroke-width:1.9}.link.read{stroke-dasharray:6 4}.link.spare{stroke-dasharray:2 4}.link.backup{stroke-dasharray:8 3}.head{stroke:none}`;

/** The style sheet of the picture. Renderers such as rsvg know no variables of CSS, so every colour is written out. */
export function styleSheet(): string {
  return `<style>
${SHAPE}
${colours(0)}
@media (prefers-color-scheme:dark){${colours(1)}}
</style>`;
}

function colours(theme: 0 | 1): string {
  const each = (pairs: Readonly<Record<string, Pair>>, rule: (name: string, colour: string) => string) =>
    Object.entries(pairs)
      .map(([name, pair]) => rule(name, pair[theme]))
      .join("");
  return [
    `text{fill:${INK[theme]}}.faint,.subtitle,.legend,.tag,.framename{fill:${FAINT[theme]}}.paper{fill:${PAPER[theme]}}`,
    each(STRIPS, (name, colour) => `.net.${name} rect{fill:${colour}}`),
    `.boxname{stroke:${FACE[theme]}}.server rect,.frame rect{fill:${FACE[theme]};stroke:${LINE[theme]}}.frame rect{stroke:${FAINT[theme]}}`,
    `.card .face{fill:${FACE[theme]};stroke:${LINE[theme]}}.standby .face,.standbykey{stroke:${FAINT[theme]}}`,
    each(ACCENTS, (name, colour) => `.${name} .accent{stroke:${colour}}`),
    `.db .face,.db .rim{stroke:${["#364fc7", "#748ffc"][theme]}}.db.primary .face{fill:${["#364fc7", "#3b5bdb"][theme]}}`,
    ".db.primary text{fill:#fff}.db.primary .rim{stroke:#fff}",
    `.card.alone .face,.db.alone .face,.alonekey,.frame.alone rect{stroke:${ALONE[theme]}}.warning{fill:${ALONE[theme]}}`,
    `.client rect{fill:${INK[theme]}}.client text{fill:${PAPER[theme]}}.chip rect{fill:${PAPER[theme]};stroke:${LINE[theme]}}`,
    each(
      LINKS,
      (name, colour) =>
        `.link.${name}{stroke:${colour}}.head.${name}{fill:${colour}}.chip.${name} text{fill:${colour}}`,
    ),
  ].join("\n");
}
