// Everything that pages stand in: store, styles, theme, router.
import createCache from "@emotion/cache";
import { CacheProvider } from "@emotion/react";
import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { useState } from "react";
import { Provider } from "react-redux";
import { RouterProvider } from "react-router/dom";
import type { DataRouter } from "react-router";
import type { Store } from "./store.ts";
import { theme } from "./theme.ts";

export function Application({ store, router, nonce }: { store: Store; router: DataRouter; nonce: string | undefined }) {
  // Styles are inserted by script; the content security policy lets those through that bear the page's nonce.
  const [styles] = useState(() => createCache({ key: "style", ...(nonce === undefined ? {} : { nonce }) }));
  return (
    <CacheProvider value={styles}>
      <Provider store={store}>
        <ThemeProvider theme={theme} defaultMode="system" noSsr>
          <CssBaseline />
          <RouterProvider router={router} />
        </ThemeProvider>
      </Provider>
    </CacheProvider>
  );
}
