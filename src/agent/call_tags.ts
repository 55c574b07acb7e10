/**
 * What stands around a call, as Qwen's models write it.
 *
 * @module
 */

/** Before a call's JSON. */
export const CALL_START = "<tool_call>\n";
/** After it. */
export const CALL_END = "\n</tool_call>";
