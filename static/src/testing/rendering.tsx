// Renders a piece of a page as it stands in the product: with store, theme, texts and an address.
import { render } from "@testing-library/react";
import type { RenderResult } from "@testing-library/react";
import { createMemoryRouter } from "react-router";
import type { RouteObject } from "react-router";
import type { ReactNode } from "react";
import { Application } from "../app/application.tsx";
import { makeStore } from "../app/store.ts";
import type { Store } from "../app/store.ts";
import { speakInterface } from "../i18n/i18n.ts";
import type { InterfaceLanguage } from "../i18n/i18n.ts";

export interface Rendering {
  /** Made anew without one. */
  store?: Store;
  /** Where the person is; `/` without one. */
  address?: string;
  language?: InterfaceLanguage;
}

export type Rendered = RenderResult & { store: Store };

export async function renderPiece(piece: ReactNode, rendering: Rendering = {}): Promise<Rendered> {
  return renderRoutes([{ path: "*", element: piece }], rendering);
}

export async function renderRoutes(routes: RouteObject[], rendering: Rendering = {}): Promise<Rendered> {
  await speakInterface(rendering.language ?? "en");
  const store = rendering.store ?? makeStore();
  const router = createMemoryRouter(routes, { initialEntries: [rendering.address ?? "/"] });
  return { ...render(<Application store={store} router={router} nonce={undefined} />), store };
}
