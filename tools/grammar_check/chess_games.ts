/**
 * Random legal games of chess, in PGN's movetext: sentences that no grammar has made.
 *
 * @module
 */

import { Chess } from "chess.js";

/**
 * Plays games of up to forty moves.
 *
 * @param count How many.
 * @param random Numbers in [0, 1).
 */
export function chessGames(count: number, random: () => number): string[] {
  return Array.from({ length: Math.floor(count) }, () => {
    const game = new Chess();
    const length = Math.floor(random() * 80);
    while (game.history().length < length && !game.isGameOver()) {
      const moves = game.moves();
      game.move(moves[Math.floor(random() * moves.length)]!);
    }
    const moves = game.history().map((move, i) => i % 2 === 0 ? `${i / 2 + 1}. ${move}` : move);
    const result = !game.isCheckmate() ? "*" : game.turn() === "w" ? "0-1" : "1-0";
    return [...moves, result].join(" ");
  });
}
