// Messages above the page that stay until they are dismissed or overtaken. Problems interrupt a screen reader, news waits.
import { create, element } from "./element.ts";

const MOST = 4;

const problems = element("problems", HTMLElement);
const news = element("news", HTMLElement);

/** Something does not work. A newer notice about the same `topic` takes the older one's place. */
export function showProblem(topic: string, text: string): void {
  show(problems, "problem", topic, text);
}

export function showNews(topic: string, text: string): void {
  show(news, "news", topic, text);
}

export function clearNotice(topic: string): void {
  for (const notice of document.querySelectorAll<HTMLElement>(".notice")) {
    if (notice.dataset.topic === topic) notice.remove();
  }
}

function show(place: HTMLElement, className: string, topic: string, text: string): void {
  clearNotice(topic);
  const notice = create("div", `notice ${className}`);
  notice.dataset.topic = topic;
  const dismiss = create("button", "quiet", "×");
  dismiss.setAttribute("aria-label", "Dismiss");
  dismiss.type = "button";
  dismiss.addEventListener("click", () => {
    notice.remove();
  });
  notice.append(create("p", "", text), dismiss);
  place.append(notice);
  while (place.childElementCount > MOST) place.firstElementChild?.remove();
}
