// A network between a person and the server that a test can tear: bytes pass through it, or nothing does.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server as Listener, Socket } from "node:net";

export class Relay {
  readonly address: string;
  readonly #listener: Listener;
  readonly #open = new Set<Socket>();
  #torn = false;
  #port: number | undefined;

  private constructor(listener: Listener, address: string) {
    this.#listener = listener;
    this.address = address;
  }

  /** To a server on this port; without it, nothing passes until it is said by `lead`. */
  static async to(port?: number): Promise<Relay> {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const relay = new Relay(listener, `http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    relay.#port = port;
    listener.on("connection", (near) => {
      if (relay.#torn || relay.#port === undefined) {
        near.destroy();
        return;
      }
      const far = connect(relay.#port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        relay.#open.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          relay.#open.delete(from);
          to.destroy();
        });
      }
    });
    return relay;
  }

  /** Leads to the server on this port from now on. */
  lead(port: number): void {
    this.#port = port;
  }

  /** Breaks all connections, and every new one, until `mend`. */
  tear(): void {
    this.#torn = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#torn = false;
  }

  async close(): Promise<void> {
    this.tear();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
