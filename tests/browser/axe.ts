// What axe finds to object to on a page: WCAG 2.1 A and AA, and its best practices.
import assert from "node:assert/strict";
import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** One line for each rule that the page breaks. */
export async function violations(page: Page): Promise<string[]> {
  // Colours in the middle of a transition are nobody's colours.
  await page.evaluate(
    "Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => undefined)))",
  );
  await page.evaluate(axe.source);
  const results = await page.evaluate<AxeResults>("axe.run()");
  assert.ok(results.passes.length > 10, "axe looked at the page");
  return results.violations.map((found) => {
    const places = found.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`);
    return `${found.id}: ${found.help}: ${places.join("; ")}`;
  });
}

/** Fails if the page is wider than its window: nobody should have to scroll sideways. */
export async function assertFits(page: Page): Promise<void> {
  const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
}

/** For people who want to see what the tests saw: SCREENSHOTS names the folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}
