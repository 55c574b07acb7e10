/**
 * `date`, `time`, `date-time` and `duration`.
 *
 * Days per month and leap years are exact for the years 0000 to 9999. A leap second, `:60`, is allowed where the
 * time is 23:59 in UTC: the local time then determines the offset. Said digit by digit that takes 2,880 texts, but
 * hour and minute are almost independent: with a negative offset both add up to 23:59 (23 hours, 59 minutes);
 * with a positive one the offset is one minute more than the local time, and only minute 59 carries. So it
 * is an intersection of a relation of hours with one of minutes, 24 and 60 alternatives, and states are
 * made for the times that are written.
 * Source: RFC 3339, section 5.6, 5.7 and appendix A (durations).
 *
 * @module
 */

import type { FormatBuilder } from "./format_builder.ts";

/** `full-date`. */
export function dateLanguage<T>(b: FormatBuilder<T>): T {
  const { digit } = b;
  const day28 = b.either(b.seq("0", b.oneOf("1-9")), b.seq("1", digit), b.seq("2", b.oneOf("0-8")));
  const day30 = b.either(day28, "29", "30");
  const monthDay = b.either(
    b.seq(
      b.either(b.seq("0", b.oneOf("13578")), b.seq("1", b.oneOf("02"))),
      "-",
      b.either(day30, "31"),
    ),
    b.seq(b.either(b.seq("0", b.oneOf("469")), "11"), "-", day30),
    b.seq("02-", day28),
  );
  const multipleOf4 = b.either(
    b.seq("0", b.oneOf("48")),
    b.seq(b.oneOf("2468"), b.oneOf("048")),
    b.seq(b.oneOf("13579"), b.oneOf("26")),
  );
  const leapYear = b.either(
    b.seq(digit, digit, multipleOf4),
    b.seq(b.either("00", multipleOf4), "00"),
  );
  return b.either(b.seq(b.times(digit, 4), "-", monthDay), b.seq(leapYear, "-02-29"));
}

/** `full-time`. */
export function timeLanguage<T>(b: FormatBuilder<T>): T {
  const { digit } = b;
  const sixty = b.seq(b.oneOf("0-5"), digit);
  const hour = b.either(b.seq(b.oneOf("01"), digit), b.seq("2", b.oneOf("0-3")));
  const fraction = b.maybe(".", b.some(digit));
  const offset = b.either(b.oneOf("Zz"), b.seq(b.oneOf("+-"), hour, ":", sixty));
  return b.either(
    b.seq(hour, ":", sixty, ":", sixty, fraction, offset),
    b.options.leapSeconds === "utc"
      ? b.seq("23:59:60", fraction, b.either(b.oneOf("Zz"), "+00:00"))
      : leapSecond(b, fraction),
  );
}

function leapSecond<T>(b: FormatBuilder<T>, fraction: T): T {
  const two = b.times(b.digit, 2);
  const second = b.seq(":60", fraction);
  const hours = (sign: string, offsetOf: (hour: number) => number) =>
    b.either(
      ...range(24).map((hour) =>
        b.seq(digits(hour), ":", two, second, sign, digits(offsetOf(hour)), ":", two)
      ),
    );
  const minutes = (sign: string, last: number, offsetOf: (minute: number) => number) =>
    b.either(
      ...range(last + 1).map((minute) =>
        b.seq(two, ":", digits(minute), second, sign, two, ":", digits(offsetOf(minute)))
      ),
    );
  return b.either(
    b.seq("23:59", second, b.either(b.oneOf("Zz"), "+00:00")),
    b.algebra.intersect([
      hours("-", (hour) => 23 - hour),
      minutes("-", 59, (minute) => 59 - minute),
    ]),
    b.algebra.intersect([hours("+", (hour) => hour), minutes("+", 58, (minute) => minute + 1)]),
    ...range(23).map((hour) => b.seq(digits(hour), ":59", second, "+", digits(hour + 1), ":00")),
  );
}

/** `date-time`. */
export function dateTimeLanguage<T>(b: FormatBuilder<T>): T {
  return b.seq(dateLanguage(b), b.oneOf("Tt"), timeLanguage(b));
}

/** `duration`: as in the appendix, so that `P1Y2D` is none (the months are missing) and weeks stand alone. */
export function durationLanguage<T>(b: FormatBuilder<T>): T {
  const number = b.some(b.digit);
  const second = b.seq(number, "S");
  const minute = b.seq(number, "M", b.maybe(second));
  const hour = b.seq(number, "H", b.maybe(minute));
  const time = b.seq("T", b.either(hour, minute, second));
  const day = b.seq(number, "D");
  const month = b.seq(number, "M", b.maybe(day));
  const year = b.seq(number, "Y", b.maybe(month));
  const date = b.seq(b.either(day, month, year), b.maybe(time));
  return b.seq("P", b.either(date, time, b.seq(number, "W")));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

function digits(value: number): string {
  return String(value).padStart(2, "0");
}
