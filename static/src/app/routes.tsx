// Which page is at which address. Each page is a bundle of its own, loaded when it is first opened.
import { redirect } from "react-router";
import type { LoaderFunctionArgs, RouteObject } from "react-router";
import { ComingPage } from "../pages/coming/coming-page.tsx";
import { NotFoundPage } from "../pages/not-found/not-found-page.tsx";
import { BrokenPage } from "./broken-page.tsx";
import { Frame } from "./frame/frame.tsx";
import { COMING, PAGES } from "./pages.ts";

export const routes: RouteObject[] = [
  {
    Component: Frame,
    children: [
      {
        ErrorBoundary: BrokenPage,
        children: [
          {
            path: PAGES.overview.path,
            // Links of the first page were `/?room=x`.
            loader: ({ request }: LoaderFunctionArgs) => {
              const room = new URL(request.url).searchParams.get("room");
              return room === null ? null : redirect(`${PAGES.rooms.path}/${encodeURIComponent(room)}`);
            },
            lazy: async () => ({ Component: (await import("../pages/overview/overview-page.tsx")).OverviewPage }),
          },
          {
            path: `${PAGES.rooms.path}/:roomId?`,
            lazy: async () => ({ Component: (await import("../pages/room/room-page.tsx")).RoomPage }),
          },
          {
            path: PAGES.calls.path,
            lazy: async () => ({ Component: (await import("../pages/calls/calls-page.tsx")).CallsPage }),
          },
          {
            path: PAGES.websocketTest.path,
            lazy: async () => ({
              Component: (await import("../pages/websocket-test/websocket-test-page.tsx")).WebSocketTestPage,
            }),
          },
          ...COMING.map((page) => ({ path: PAGES[page].path, element: <ComingPage page={page} /> })),
          { path: "*", Component: NotFoundPage },
        ],
      },
    ],
  },
];
