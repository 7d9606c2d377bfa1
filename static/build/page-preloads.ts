// Puts into index.html a line for each file that a page needs besides those all pages need, marked with the page's address.
// The server leaves in only those of the page that is asked for (src/http/pages.rs), so that a browser fetches them with the
// rest, and not only when the rest has been run.
import type { HtmlTagDescriptor, Plugin } from "vite";

/** Pages that are a bundle of their own, by the first part of their address. */
const PAGES: Readonly<Record<string, string>> = {
  "": "pages/overview/overview-page.tsx",
  rooms: "pages/room/room-page.tsx",
  "websocket-test": "pages/websocket-test/websocket-test-page.tsx",
};

export function pagePreloads(): Plugin {
  return {
    name: "page-preloads",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
        return Object.entries(PAGES).flatMap(([address, module]): HtmlTagDescriptor[] => {
          const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module) === true);
          if (chunk === undefined) throw new Error(`no bundle is made of ${module}`);
          return [chunk.fileName, ...chunk.imports]
            .filter((file) => !html.includes(file))
            .map((file) => ({
              tag: "link",
              attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}`, "data-page": address },
              injectTo: "head",
            }));
        });
      },
    },
  };
}
