/**
 * HTML out of values that anybody may have written: escaped unless it was made here.
 *
 * A tagged template, so that forgetting to escape is not possible: what is filled in is text, except for what another
 * such template made.
 *
 * @module
 */

/** A piece of HTML that is safe to put into another one. */
export class Html {
  /** @param text Markup; whoever makes one directly vouches for it. */
  constructor(readonly text: string) {}

  /** The markup. */
  toString(): string {
    return this.text;
  }
}

type Filling = string | number | Html | readonly Filling[];

/**
 * Writes HTML.
 *
 * @param strings The markup between the values.
 * @param values Texts are escaped, for elements and for quoted attributes; lists are joined.
 *
 * @example
 * ```ts ignore
 * markup`<p title="${'"'}">${"<b>"}</p>`.text; // <p title="&quot;">&lt;b&gt;</p>
 * ```
 */
export function markup(strings: TemplateStringsArray, ...values: Filling[]): Html {
  return new Html(
    strings.map((text, index) => text + (index < values.length ? fill(values[index]!) : ""))
      .join(""),
  );
}

function fill(value: Filling): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(fill).join("");
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text that means itself in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
