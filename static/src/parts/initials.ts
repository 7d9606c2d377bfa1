// Letters that stand for a person.

const LETTERS = new Intl.Segmenter();
/** What may stand for a word: no bracket, no plus of a telephone number. */
const TELLING = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** One or two letters that stand for a person. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const shown = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = shown.map(
    (word) => [...LETTERS.segment(word ?? "")].find(({ segment }) => TELLING.test(segment))?.segment ?? "",
  );
  return letters.join("").toLocaleUpperCase() || "?";
}
