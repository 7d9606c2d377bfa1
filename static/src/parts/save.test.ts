import { expect, test, vi } from "vitest";
import { save } from "./save.ts";

test("a file is handed over under its name, and its address stays until the download has begun", async () => {
  vi.useFakeTimers();
  const links: { name: string; address: string }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    links.push({ name: this.download, address: this.href });
  });
  try {
    save(new Blob(["a line"]), "log.jsonl");
    const [link] = links;
    if (link === undefined) throw new Error("nothing was handed over");
    expect(link.name).toBe("log.jsonl");
    expect(await (await fetch(link.address)).text()).toBe("a line");
    vi.advanceTimersByTime(60_000);
    await expect(fetch(link.address)).rejects.toThrow();
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});
