/**
 * A server on a port of this machine.
 *
 * Beside `create_app.ts`, for those who do not bring a server of their own. It refuses to listen where others could reach it
 * unless somebody has said who may. When it is told to stop it takes no more connections, lets running requests finish
 * for a while, and then ends them.
 *
 * @module
 */

import { isLoopback } from "./access.ts";
import type { EspalierApp } from "./create_app.ts";
import { ServerConfigError } from "./server_config.ts";

/** Options of {@link serve}. */
export interface ServeOptions {
  /** The address to listen on; default `"127.0.0.1"`. */
  hostname?: string;
  /** Default 8080; 0 takes any that is free. */
  port?: number;
  /** Stops the server. */
  signal?: AbortSignal;
  /** How long running requests may take after that, milliseconds; default 30,000. */
  graceMs?: number;
  /** Called when connections are taken. */
  onListen?: (address: { readonly hostname: string; readonly port: number }) => void;
}

/**
 * Serves until the signal says stop.
 *
 * @param app Made by `createApp`; disposed of at the end.
 * @param options See {@link ServeOptions}.
 * @throws {ServerConfigError} Others could reach it, and there are no API keys.
 * @throws {Error} The system's, where the port cannot be had.
 */
export async function serve(app: EspalierApp, options: ServeOptions = {}): Promise<void> {
  const { hostname = "127.0.0.1", port = 8080, signal, graceMs = 30_000, onListen } = options;
  if (!isLoopback(hostname) && !app.isOpenToOthers) {
    throw new ServerConfigError(
      `others could reach ${hostname}, and there are no API keys: configure apiKeys, ` +
        "or set allowAnonymous if everybody may use this server",
    );
  }
  signal?.throwIfAborted();
  const server = Deno.serve(
    { hostname, port, onListen: ({ hostname, port }) => onListen?.({ hostname, port }) },
    (request, info) => app.fetch(request, info),
  );
  const stop = async () => {
    app.drain();
    const timer = setTimeout(() => app.dispose(), graceMs);
    await server.shutdown();
    clearTimeout(timer);
  };
  const onStop = () => void stop();
  signal?.addEventListener("abort", onStop, { once: true });
  try {
    await server.finished;
  } finally {
    signal?.removeEventListener("abort", onStop);
    await app.dispose();
  }
}
