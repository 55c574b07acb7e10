/**
 * The weight formats that random models are built in: those that a CPU can run.
 *
 * @module
 */

/** Weight formats that can be built. */
export const DTYPES = ["fp32", "q8", "q4"] as const;

/** A weight format. */
export type Dtype = (typeof DTYPES)[number];
