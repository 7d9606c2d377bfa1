// What the window is called. The frame is its one owner: it writes the title, and a page that has a name of its own says so here.
import { createContext, useContext, useEffect } from "react";

/** How a page tells the frame; undefined: the page is called as in the navigation. */
export const TitleContext = createContext<(own: string | undefined) => void>(() => undefined);

/** While this is shown, the window has this name; empty: that of the page. */
export function useTitle(own: string): void {
  const tell = useContext(TitleContext);
  useEffect(() => {
    if (own === "") return undefined;
    tell(own);
    return () => {
      tell(undefined);
    };
  }, [tell, own]);
}
