import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { renderRoutes } from "../../testing/rendering.tsx";
import { routes } from "../routes.tsx";

test("the navigation leads to a place that says what will be there", async () => {
  await renderRoutes(routes, { address: "/calls" });
  expect(await screen.findByText(/Phone and Teams calls/u)).toBeTruthy();
  await userEvent.click(screen.getByRole("link", { name: /Bots/u }));
  expect(await screen.findByText(/Bots that speak in meetings/u)).toBeTruthy();
});
