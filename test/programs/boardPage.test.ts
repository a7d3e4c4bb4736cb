import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { eventually } from "../../engine/eventually.ts";
import { chromiumHere, startChromium } from "../board/chromium.ts";
import { type FakeBoard, startFakeBoard } from "../board/fakePrometheus.ts";
import { factsOf, WHOLE } from "../board/stack.ts";
import { DOWN, HURT, type State, WELL } from "../board/states.ts";

/** A busy machine may take long for a page, and the page asks every five seconds. */
const SECONDS = 60;

const SCREENS = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desk: { width: 1440, height: 900 },
  wall: { width: 1920, height: 1080 },
};

describe("the board's page, in a browser", function () {
  this.timeout("5m");
  let browser: Browser;
  let board: FakeBoard;

  before(async function () {
    const program = await chromiumHere();
    if (program === undefined) {
      console.log(
        "      SKIPPED, the board's page: there is no Chromium (apt-get install chromium, or CHROMIUM=its path)",
      );
      return this.skip();
    }
    browser = await startChromium(program);
    board = await startFakeBoard(factsOf(WHOLE), WELL);
  });

  after(async () => {
    board?.close();
    await browser?.close();
  });

  /** Waits until the page is drawn in this state. */
  const drawn = (page: Page, look: string) =>
    page.waitForSelector(`body[data-drawn="${look}"]`, { timeout: SECONDS * 1_000 });

  /** Opens the page in another window; resolves to what it says. */
  const open = async (state: State | number, look: string, options: Parameters<Browser["newPage"]>[0] = {}) => {
    board.says(state);
    const page = await browser.newPage({ viewport: SCREENS.desk, ...options });
    await page.clock.install();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) errors.push(message.text());
    });
    // A browser ends what it loads when networks of the machine come and go, as an engine's do.
    await eventually(async () => {
      await page.goto(board.url);
      await drawn(page, look);
    }, SECONDS);
    return { page, errors };
  };
  // biome-ignore lint/performance/useDomNodeTextContent: the words of elements side by side are to be told apart.
  const wordsOf = (page: Page) => page.innerText("body");
  /** Lets the page's time pass, faster than it does, until the page is drawn in this state. */
  const becomes = (page: Page, look: string) =>
    eventually(async () => {
      await page.clock.runFor(1_000);
      assert.equal(await page.getAttribute("body", "data-drawn"), look);
    }, SECONDS);

  it("says of a stack that is well that it is, with its figures, roles and charts", async () => {
    const { page, errors } = await open(WELL, "well");
    const words = await wordsOf(page);
    for (const said of [
      /^All is well/,
      /foobar · dev/,
      /figures of 00:22:27 UTC/,
      /yes\s+the site answers/,
      /12\.4\s+requests a second/,
      /lb1\s+active load balancer/,
      /server1\s+has the primary database/,
      /3 h\s+since the last full backup/,
      /web-server1 6\.4/,
    ]) {
      assert.match(words, said);
    }
    assert.equal(await page.locator(".plot canvas").count(), 4);
    assert.equal(await page.title(), "All is well · foobar · dev");
    assert.deepEqual(errors, []);
    await page.close();
  });

  it("follows the stack while it is open: a server is lost, and then the site", async () => {
    const { page } = await open(WELL, "well");
    board.says(HURT);
    await becomes(page, "page");
    const hurt = await wordsOf(page);
    assert.match(hurt, /^Somebody is needed now/);
    assert.match(hurt, /server1: nothing of it answers\s+for 31 s/);
    assert.doesNotMatch(hurt, /web-server1 does not answer/, "what another alert explains");
    assert.match(hurt, /server2\s+has the primary database/);
    board.says(DOWN);
    await eventually(async () => {
      await page.clock.runFor(1_000);
      assert.equal(await page.textContent("h1"), "The site does not answer");
    }, SECONDS);
    assert.match(await wordsOf(page), /no\s+the site answers/);
    await page.close();
  });

  it("shows no figures when Prometheus is lost, but when it last answered, and finds it again", async () => {
    const { page } = await open(WELL, "well");
    board.says(502);
    await becomes(page, "lost");
    const words = await wordsOf(page);
    assert.match(words, /Prometheus does not answer\s+The last answer came at 00:22:27 UTC, \d+ s ago\./);
    assert.doesNotMatch(words, /requests a second|server1/);
    board.says(HURT);
    await becomes(page, "page");
    await page.close();
  });

  it("says that Prometheus does not answer if it never has", async () => {
    const { page } = await open(502, "lost");
    assert.match(await wordsOf(page), /Prometheus does not answer\s+It has not answered yet\./);
    await page.close();
  });

  it("loads itself again after an update of the stack", async () => {
    const { page } = await open(WELL, "well");
    let loads = 0;
    page.on("load", () => loads++);
    board.update("other");
    await eventually(async () => {
      await page.clock.runFor(1_000);
      assert.equal(loads, 1);
    }, SECONDS);
    await becomes(page, "well");
    await page.close();
  });

  for (const [screen, viewport] of Object.entries(SCREENS)) {
    it(`fits a ${screen}, light and dark, well and hurt`, async () => {
      for (const [state, look] of [
        [WELL, "well"],
        [HURT, "page"],
        [502, "lost"],
      ] as const) {
        const { page } = await open(state, look, { viewport });
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const { beyond, ground } = await page.evaluate(() => {
            const boxes = [...document.querySelectorAll("body *")].map((one) => one.getBoundingClientRect());
            return {
              beyond: boxes.filter(({ left, right }) => left < 0 || right > innerWidth).length,
              ground: getComputedStyle(document.body).backgroundColor,
            };
          });
          assert.equal(beyond, 0, `${colorScheme} ${look}: elements beyond the screen's edge`);
          assert.equal(ground, colorScheme === "light" ? "rgb(246, 247, 249)" : "rgb(14, 20, 27)");
        }
        await page.close();
      }
    });
  }

  it("shows all of a small stack on the wall without scrolling, even when it is hurt", async () => {
    for (const [state, look] of [
      [WELL, "well"],
      [HURT, "page"],
    ] as const) {
      const { page } = await open(state, look, { viewport: SCREENS.wall });
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height <= SCREENS.wall.height, `${look}: ${height}`);
      await page.close();
    }
  });
});
