/**
 * Spans of a run, where the program has OpenTelemetry.
 *
 * `@opentelemetry/api` is no dependency: it is imported when the first agent runs, and where that fails there are no
 * spans. Names and attributes are those of the semantic conventions for generative AI
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/): `invoke_agent` around a run, in it a `chat` for each turn and an
 * `execute_tool` for each call. Texts, arguments and results are never recorded.
 *
 * @module
 */

/** The part of `@opentelemetry/api` that is used. */
export interface TelemetryApi {
  /** Makes spans. */
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: object, context: never): TelemetrySpan;
    };
    setSpan(context: never, span: never): unknown;
  };
  /** Says which span is around the code that runs. */
  readonly context: {
    active(): unknown;
    with<T>(context: never, run: () => T): T;
  };
}

/** The part of a span that is used. */
export interface TelemetrySpan {
  /** Adds facts. */
  setAttributes(attributes: Record<string, string | number | string[]>): unknown;
  /** 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** It is over. */
  end(): void;
}

const IS_CLIENT = 2, IS_INTERNAL = 0, IS_ERROR = 2;

/** A span and what is below it; does nothing where there is no API. */
export class Scope implements Disposable {
  #isEnded = false;

  private constructor(
    private readonly api: TelemetryApi | null,
    private readonly context: unknown,
    private readonly span: TelemetrySpan | null,
  ) {}

  /**
   * What is around a run.
   *
   * @param api The program's; null for no spans; undefined to look for it.
   */
  static async open(api: TelemetryApi | null | undefined): Promise<Scope> {
    const found = api === undefined ? await installedApi() : api;
    return new Scope(found, found?.context.active(), null);
  }

  /**
   * Begins a span inside of this one.
   *
   * @param operation As the conventions name it.
   * @param subject The model, or the tool.
   * @param attributes Facts that are known already.
   */
  begin(
    operation: "invoke_agent" | "chat" | "execute_tool",
    subject: string,
    attributes: Record<string, string> = {},
  ): Scope {
    if (this.api === null) return this;
    const { trace } = this.api;
    const span = trace.getTracer("espalier").startSpan(
      `${operation} ${subject}`,
      {
        kind: operation === "chat" ? IS_CLIENT : IS_INTERNAL,
        attributes: { "gen_ai.operation.name": operation, ...attributes },
      },
      this.context as never,
    );
    return new Scope(this.api, trace.setSpan(this.context as never, span as never), span);
  }

  /** Adds facts. */
  note(attributes: Record<string, string | number | string[]>): void {
    this.span?.setAttributes(attributes);
  }

  /** Marks it as failed. */
  fail(type: string): void {
    this.span?.setAttributes({ "error.type": type });
    this.span?.setStatus({ code: IS_ERROR });
  }

  /** Runs code inside of the span, so that spans of that code are below it. */
  run<T>(code: () => T): T {
    return this.span === null ? code() : this.api!.context.with(this.context as never, code);
  }

  /** Ends the span; what was not begun by {@link Scope.begin} has none. */
  [Symbol.dispose](): void {
    if (this.#isEnded) return;
    this.#isEnded = this.span !== null;
    this.span?.end();
  }
}

let installed: Promise<TelemetryApi | null> | undefined;

function installedApi(): Promise<TelemetryApi | null> {
  // A name that no bundler follows: the package may be missing.
  const name: string = ["@opentelemetry", "api"].join("/");
  return installed ??= import(name).then((api) => api as TelemetryApi, () => null);
}
