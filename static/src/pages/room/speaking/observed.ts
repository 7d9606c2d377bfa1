// Something that changes outside React and is shown by it: `useSyncExternalStore` takes `subscribe` and `getView`.
export class Observed<View extends object> {
  #view: View;
  readonly #listeners = new Set<() => void>();

  constructor(view: View) {
    this.#view = view;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly getView = (): View => this.#view;

  protected show(view: View): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}
