// A file dropped anywhere on the page. Dropped beside a small target, the browser would leave the page and open the file.
import { useEffect, useState } from "react";

/** Whether a file is held over the page; `onFile` gets the first one that is dropped, where `welcome`. */
export function useFileDrop(onFile: (file: File) => void, welcome: boolean): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hover = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = welcome ? "copy" : "none";
      setOver(welcome);
    };
    const leave = (event: DragEvent): void => {
      // From element to element of the page, there is always a next one.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer.files;
      if (welcome && file !== undefined) onFile(file);
    };
    addEventListener("dragover", hover);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", hover);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [onFile, welcome]);
  return over && welcome;
}
