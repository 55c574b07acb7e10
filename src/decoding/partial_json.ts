/**
 * The value that the beginning of a JSON text already gives.
 *
 * Streaming consumers see an extraction grow before it is complete. {@link PartialJson} reads a text in
 * pieces, each character once, and at any point gives the best typed prefix of the value:
 *
 * - a string that is still open has the characters that are certain (an escape or half of a surrogate pair
 *   is held back); numbers, `true`, `false` and `null` appear when they are complete, because `1` may
 *   become `12`;
 * - a property appears with its value, never with the name alone;
 * - it is total: after the first character that no JSON text could have there, the value stays as it was.
 *
 * {@link PartialJson.snapshot} copies the containers that are still open and shares those that are closed,
 * so its cost is the width of the open ones, not the size of the value. Grammar: RFC 8259.
 *
 * @module
 */

type Container = unknown[] | Record<string, unknown>;

/** An open array or object, with the name that waits for its value. */
interface OpenContainer {
  readonly value: Container;
  key: string | null;
}

/** What the next character is read as. */
const enum Place {
  Value,
  FirstElement,
  FirstKey,
  Key,
  Colon,
  AfterValue,
  InString,
  InScalar,
  Done,
  Broken,
}

const NOTHING = Symbol("no value yet");
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads a JSON text piece by piece. */
export class PartialJson {
  #place: Place = Place.Value;
  readonly #open: OpenContainer[] = [];
  #root: unknown = NOTHING;
  /** Text of the string or scalar being read, escapes undone. */
  #literal = "";
  #isKey = false;
  /** From the backslash on, while an escape is being read; otherwise empty. */
  #escape = "";

  /** Whether a complete JSON text has been read (a number at the root needs {@link end}). */
  get isComplete(): boolean {
    return this.#place === Place.Done;
  }

  /** Whether a character was met that no JSON text could have there. */
  get isBroken(): boolean {
    return this.#place === Place.Broken;
  }

  /**
   * Reads on.
   *
   * @param text The next piece; it may end anywhere.
   */
  push(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (this.#place === Place.InString && this.#escape === "") {
        at = this.#takePlainCharacters(text, at);
        if (at >= text.length) return;
      }
      this.#read(text[at]!);
      if (this.#place === Place.Broken) return;
    }
  }

  /** Says that the text ends here, which completes a number at the root. */
  end(): void {
    if (this.#place === Place.InScalar) this.#finishScalar();
  }

  /**
   * The value so far.
   *
   * @returns `undefined` while there is none. Later calls never change what an earlier one returned.
   */
  snapshot(): unknown {
    let child: unknown = NOTHING;
    if (this.#place === Place.InString && !this.#isKey) child = withoutHalfPair(this.#literal);
    for (let depth = this.#open.length - 1; depth >= 0; depth--) {
      const { value, key } = this.#open[depth]!;
      const copy: Container = Array.isArray(value) ? value.slice() : copyObject(value);
      if (child !== NOTHING) put(copy, key, child);
      child = copy;
    }
    if (child !== NOTHING) return child;
    return this.#root === NOTHING ? undefined : this.#root;
  }

  /** Takes a run of a string's characters at once; returns where the run ends. */
  #takePlainCharacters(text: string, from: number): number {
    let at = from;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 0x22 || code === 0x5c || code < 0x20) break;
      at++;
    }
    this.#literal += text.slice(from, at);
    return at;
  }

  #read(character: string): void {
    switch (this.#place) {
      case Place.InString:
        return this.#readInString(character);
      case Place.InScalar:
        if (/[\w.+-]/.test(character)) {
          this.#literal += character;
          return;
        }
        this.#finishScalar();
        return this.#read(character);
      case Place.Broken:
        return;
    }
    if (character === " " || character === "\n" || character === "\t" || character === "\r") {
      return;
    }
    switch (this.#place) {
      case Place.FirstElement:
        if (character === "]") return this.#close();
        return this.#startValue(character);
      case Place.Value:
        return this.#startValue(character);
      case Place.FirstKey:
        if (character === "}") return this.#close();
        return this.#startKey(character);
      case Place.Key:
        return this.#startKey(character);
      case Place.Colon:
        this.#place = character === ":" ? Place.Value : Place.Broken;
        return;
      case Place.AfterValue: {
        const isArray = Array.isArray(this.#open.at(-1)!.value);
        if (character === ",") this.#place = isArray ? Place.Value : Place.Key;
        else if (character === (isArray ? "]" : "}")) this.#close();
        else this.#place = Place.Broken;
        return;
      }
      default: // Done: nothing but whitespace may follow
        this.#place = Place.Broken;
    }
  }

  #startValue(character: string): void {
    if (character === "{" || character === "[") {
      this.#open.push({ value: character === "{" ? {} : [], key: null });
      this.#place = character === "{" ? Place.FirstKey : Place.FirstElement;
    } else if (character === '"') {
      this.#literal = "";
      this.#isKey = false;
      this.#place = Place.InString;
    } else if (/[-0-9tfn]/.test(character)) {
      this.#literal = character;
      this.#place = Place.InScalar;
    } else {
      this.#place = Place.Broken;
    }
  }

  #startKey(character: string): void {
    this.#literal = "";
    this.#isKey = true;
    this.#place = character === '"' ? Place.InString : Place.Broken;
  }

  #readInString(character: string): void {
    if (this.#escape !== "") {
      this.#escape += character;
      const kind = this.#escape[1]!;
      if (kind === "u") {
        if (this.#escape.length > 2 && !/[0-9a-fA-F]/.test(character)) {
          this.#place = Place.Broken;
        } else if (this.#escape.length === 6) {
          this.#literal += String.fromCharCode(parseInt(this.#escape.slice(2), 16));
          this.#escape = "";
        }
        return;
      }
      const plain = SIMPLE_ESCAPES[kind];
      if (plain === undefined) {
        this.#place = Place.Broken;
        return;
      }
      this.#literal += plain;
      this.#escape = "";
    } else if (character === "\\") {
      this.#escape = character;
    } else if (character !== '"') { // a raw control character
      this.#place = Place.Broken;
    } else if (this.#isKey) {
      this.#open.at(-1)!.key = this.#literal;
      this.#place = Place.Colon;
    } else {
      this.#attach(this.#literal);
    }
  }

  #finishScalar(): void {
    let value: unknown;
    try {
      value = JSON.parse(this.#literal);
    } catch {
      this.#place = Place.Broken;
      return;
    }
    this.#attach(value);
  }

  #close(): void {
    this.#attach(this.#open.pop()!.value);
  }

  /** Gives a complete value to its container. */
  #attach(value: unknown): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = value;
      this.#place = Place.Done;
    } else {
      put(parent.value, parent.key, value);
      parent.key = null;
      this.#place = Place.AfterValue;
    }
  }
}

function put(container: Container, key: string | null, value: unknown): void {
  if (Array.isArray(container)) {
    container.push(value);
  } else if (key === "__proto__") { // a plain assignment would set the prototype
    Object.defineProperty(container, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    container[key!] = value;
  }
}

/** Unlike `Object.assign`, a spread keeps an own `__proto__` a property. */
function copyObject(value: Record<string, unknown>): Record<string, unknown> {
  return { ...value };
}

/** The text without a high surrogate at its end, whose other half may still come. */
function withoutHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
