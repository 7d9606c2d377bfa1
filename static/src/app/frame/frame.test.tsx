import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { expectAccessible } from "../../testing/accessible.ts";
import { answer, Refusal } from "../../testing/answers.ts";
import { call, list, WAITING } from "../../pages/calls/calls.fixtures.ts";
import { renderRoutes } from "../../testing/rendering.tsx";
import { notify } from "../notices.ts";
import { COMING, PAGES } from "../pages.ts";
import { routes } from "../routes.tsx";

const OPEN = { "/api/access": { authentication: "none", role: "admin", subject: null } };

test("the navigation leads to a place that says what will be there", async () => {
  answer(OPEN);
  await renderRoutes(routes, { address: "/bots" });
  expect(await screen.findByText(/Bots that speak in meetings/u)).toBeVisible();
  await userEvent.click(screen.getByRole("link", { name: /Services/u }));
  expect(await screen.findByText(/The services behind the gateway/u)).toBeVisible();
  expect(document.title).toBe("Services · Interpres");
  expect(document.activeElement).toBe(screen.getByRole("main"));
});

test.each(COMING)("the place of %s is there before its page", async (name) => {
  answer(OPEN);
  await renderRoutes(routes, { address: PAGES[name].path });
  expect(await screen.findByText("Not here yet")).toBeVisible();
});

test("an address at which there is nothing says so and leads back", async () => {
  answer(OPEN);
  await renderRoutes(routes, { address: "/nowhere" });
  expect(await screen.findByText(/nothing at this address/u)).toBeVisible();
  expect(screen.getByRole("link", { name: "Go to the overview" }).getAttribute("href")).toBe("/");
});

test("a page that breaks takes neither the frame nor the others along", async () => {
  answer(OPEN);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const [root] = routes;
  const Broken = () => {
    throw new Error("broken for the test");
  };
  const withBroken = [
    { ...root, children: [{ ...root?.children?.[0], children: [{ path: "*", Component: Broken }] }] },
  ] as typeof routes;
  await renderRoutes(withBroken);
  expect(await screen.findByText("This page broke")).toBeVisible();
  expect(screen.getByRole("navigation", { name: "Main" })).toBeVisible();
});

test("the interface speaks Spanish when asked to, and remembers it", async () => {
  answer(OPEN);
  const { store } = await renderRoutes(routes, { address: "/actors" });
  await userEvent.click(await screen.findByRole("button", { name: "Language of this interface" }));
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "Español" }));
  expect(await screen.findByRole("heading", { name: "Actores" })).toBeVisible();
  expect(document.documentElement.lang).toBe("es");
  expect(store.getState().preferences.interfaceLanguage).toBe("es");
  expect(localStorage.getItem("interpres.preferences")).toContain('"es"');
});

test("light and dark are chosen, or follow the device", async () => {
  answer(OPEN);
  await renderRoutes(routes, { address: "/bots" });
  const ground = () => getComputedStyle(document.body).backgroundColor;
  for (const [choice, colour] of [
    ["Dark", "rgb(13, 20, 23)"],
    ["Light", "rgb(244, 246, 247)"],
  ] as const) {
    await userEvent.click(await screen.findByRole("button", { name: "Appearance" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: choice }));
    await waitFor(() => {
      expect(ground()).toBe(colour);
    });
  }
});

test("shortcuts lead from page to page, rest while one types, and can be turned off", async () => {
  answer(OPEN);
  const { store } = await renderRoutes(routes, { address: "/bots" });
  await screen.findByText(/Bots that speak in meetings/u);
  await userEvent.keyboard("{Shift>}?{/Shift}");
  const list = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
  await userEvent.click(within(list).getByRole("switch"));
  expect(store.getState().preferences.shortcuts).toBe(false);
  await userEvent.click(within(list).getByRole("button", { name: "Close" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  await userEvent.keyboard("{Shift>}?{/Shift}");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("on a phone the navigation is behind a button", async () => {
  answer(OPEN);
  await page.viewport(390, 844);
  try {
    await renderRoutes(routes, { address: "/bots" });
    expect(screen.queryByRole("navigation")).toBeNull();
    await userEvent.click(await screen.findByRole("button", { name: "Open the menu" }));
    await userEvent.click(await screen.findByRole("link", { name: /Services/u }));
    expect(await screen.findByText(/The services behind the gateway/u)).toBeVisible();
    await waitFor(() => {
      expect(screen.queryByRole("navigation")).toBeNull();
    });
  } finally {
    await page.viewport(1280, 800);
  }
});

test("problems and news stand below the bar until they are dismissed or overtaken", async () => {
  answer(OPEN);
  const { store } = await renderRoutes(routes, { address: "/bots" });
  await screen.findByText(/Bots that speak in meetings/u);
  store.dispatch(notify({ topic: "a", kind: "problem", text: "It failed" }));
  store.dispatch(notify({ topic: "b", kind: "news", text: "It is back" }));
  store.dispatch(notify({ topic: "a", kind: "problem", text: "It failed again" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It failed again");
  expect(screen.queryByText("It failed")).toBeNull();
  for (const button of screen.getAllByRole("button", { name: "Dismiss" })) await userEvent.click(button);
  expect(store.getState().notices).toEqual([]);
});

test("the way past the navigation leads to the content", async () => {
  answer(OPEN);
  await renderRoutes(routes, { address: "/bots" });
  await screen.findByText(/Bots that speak in meetings/u);
  await userEvent.tab();
  expect(document.activeElement).toHaveTextContent("Skip to the content");
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("main"));
});

test("a server with keys is asked for with one, which is kept in the tab until one signs out", async () => {
  const asked = answer({
    "/api/access": (request: Request) => {
      const key = request.headers.get("authorization");
      if (key === null) return { authentication: "required", role: null, subject: null };
      return key === "Bearer right"
        ? { authentication: "required", role: "operator", subject: "berta" }
        : new Refusal(401, "unauthenticated", "the key is not known");
    },
  });
  await renderRoutes(routes, { address: "/bots" });
  const field = await screen.findByLabelText(/Key or token/u);
  expect(field.getAttribute("type")).toBe("password");
  await userEvent.click(screen.getByRole("button", { name: "Show the key" }));
  expect(field.getAttribute("type")).toBe("text");
  await userEvent.type(field, "wrong{Enter}");
  expect(await screen.findByText(/does not know this key/u)).toBeVisible();
  await userEvent.type(screen.getByLabelText(/Key or token/u), "right{Enter}");
  expect(await screen.findByText(/Bots that speak in meetings/u)).toBeVisible();
  expect(asked.map(({ headers }) => headers.get("authorization"))).toContain("Bearer right");
  expect(sessionStorage.getItem("interpres.key")).toBe("right");
  await userEvent.click(screen.getByRole("button", { name: /Sign out.*berta \(operator\)/u }));
  expect(await screen.findByLabelText(/Key or token/u)).toBeVisible();
  expect(sessionStorage.getItem("interpres.key")).toBeNull();
});

test("who operates the server sees on every page how many callers wait", async () => {
  answer({ ...OPEN, "/api/calls": list(WAITING, call("w2", "Walt", { waiting: true }), call("t1", "Tom")) });
  await renderRoutes(routes, { address: "/bots" });
  expect(await screen.findByRole("link", { name: "Calls 2 waiting" })).toBeVisible();
  await expectAccessible();
  await userEvent.keyboard("gc");
  expect(await screen.findByRole("list", { name: "Waiting for somebody" })).toBeVisible();
});

test("whoever does not operate it is not asked about callers", async () => {
  const asked = answer({ "/api/access": { authentication: "required", role: "client", subject: "c" } });
  await renderRoutes(routes, { address: "/bots" });
  expect(await screen.findByText(/Bots that speak in meetings/u)).toBeVisible();
  expect(asked.map(({ url }) => new URL(url).pathname)).not.toContain("/api/calls");
});
