// Which sides of the captions a person looks at.
export const VIEWS = ["both", "mine", "original"] as const;

export type View = (typeof VIEWS)[number];
