/**
 * After a complete text.
 *
 * @module
 */

import { type ParserState, StructureState } from "./parser_state.ts";

/** The text may end; nothing may come but free whitespace. */
export class EndState extends StructureState {
  constructor(private readonly allowsSpace: boolean) {
    super();
  }

  override get isAccepting(): boolean {
    return true;
  }

  override closing(): string {
    return "";
  }

  protected override advance(byte: number): ParserState | null {
    const isSpace = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    return this.allowsSpace && isSpace ? this : null;
  }
}
