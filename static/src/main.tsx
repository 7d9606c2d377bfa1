// Starts the pages.
import "@fontsource-variable/inter/wght.css";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { api } from "./api/api.ts";
import { Application } from "./app/application.tsx";
import { routes } from "./app/routes.tsx";
import { makeStore } from "./app/store.ts";
import { preferredInterfaceLanguage, speakInterface } from "./i18n/i18n.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element with id root");
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;

const store = makeStore();
const texts = speakInterface(store.getState().preferences.interfaceLanguage ?? preferredInterfaceLanguage());
// Asked before anything is shown: no page is without the answer.
void store.dispatch(api.endpoints.access.initiate());
// Made before the texts are here: it begins to load the page at once.
const router = createBrowserRouter(routes);
await texts;
createRoot(root).render(<Application store={store} router={router} nonce={nonce} />);
