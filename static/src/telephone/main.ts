// The telephone's page: puts it together and keeps it in motion.
import { Telephone } from "./telephone.ts";
import { language, TEXTS } from "./texts.ts";
import { View } from "./view.ts";

const tag = language(navigator.languages);
const texts = TEXTS[tag];
document.documentElement.lang = tag;
document.title = `${texts.title} – Interpres`;

const address = new URL("/_emulator/telephone/line", location.href);
address.protocol = "ws:";
const telephone = new Telephone(address.href, () => {
  view.show();
});
const view = new View(telephone, texts);
document.body.append(view.root);
telephone.open();

const tick = (): void => {
  view.tick();
  requestAnimationFrame(tick);
};
tick();
