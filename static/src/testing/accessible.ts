// What axe finds wrong on the page, by the rules of WCAG 2.1 AA.
import axe from "axe-core";
import { expect } from "vitest";

export async function expectAccessible(root: Element = document.body): Promise<void> {
  await still();
  const { violations } = await axe.run(root, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
}

/** What is half faded in has half the contrast: transitions are brought to their ends. */
async function still(): Promise<void> {
  await new Promise(requestAnimationFrame);
  for (const animation of document.getAnimations()) {
    if (animation instanceof CSSTransition) animation.finish();
  }
  await new Promise(requestAnimationFrame);
}
