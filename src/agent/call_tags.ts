/**
 * What stands around a call, as Qwen's models write it.
 *
 * @module
 */

/** The tag that a call begins with; in Qwen2.5 one token. */
export const CALL_OPENING = "<tool_call>";
/** The tag that it ends with. */
export const CALL_CLOSING = "</tool_call>";

/** Before a call's JSON. */
export const CALL_START = `${CALL_OPENING}\n`;
/** After it. */
export const CALL_END = `\n${CALL_CLOSING}`;
