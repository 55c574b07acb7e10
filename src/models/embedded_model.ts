/**
 * The model that ships with the library.
 *
 * Small enough for a repository, trained for extraction and tool calls on synthetic texts: it makes the demo, the examples and
 * first steps work without a download. Its folder has a card that says what it can and cannot do.
 *
 * @module
 */

/** Where the embedded model is, for `loadModel`. */
export const EMBEDDED_MODEL: string = new URL("../../models/espalier-demo/", import.meta.url).href;
