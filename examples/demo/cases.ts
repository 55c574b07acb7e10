/**
 * What the demo extracts: three texts of different kinds, each with a zod schema.
 *
 * Every string and list has a bound, and numbers are integers: a model with random weights would otherwise go on
 * for as long as it is let. With a trained model the bounds do no harm.
 *
 * @module
 */

import { z } from "zod";

/** A text and what to get out of it. */
export interface DemoCase {
  title: string;
  text: string;
  schema: z.ZodType;
}

const Invoice = z.object({
  invoiceNumber: z.string().regex(/^[A-Z]{2}-\d{4,6}$/).describe("as printed on the invoice"),
  seller: z.string().min(1).max(30),
  buyer: z.string().min(1).max(30),
  issued: z.iso.date(),
  due: z.iso.date().nullable(),
  currency: z.enum(["EUR", "USD", "GBP", "CHF"]),
  lines: z.array(z.object({
    description: z.string().min(1).max(24),
    quantity: z.int().min(1).max(999),
    unitCents: z.int().min(0).max(999_999).describe("price of one, in cents"),
  })).min(1).max(3),
  totalCents: z.int().min(0).max(9_999_999),
});

const Meeting = z.object({
  subject: z.string().min(1).max(40),
  date: z.iso.date(),
  startTime: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/).describe("24 hours, HH:MM"),
  durationMinutes: z.union([z.literal(15), z.literal(30), z.literal(45), z.literal(60)]),
  place: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("room"), name: z.string().min(1).max(16) }),
    z.object({ kind: z.literal("online"), link: z.string().min(1).max(32) }),
  ]),
  attendees: z.array(z.string().min(1).max(16)).min(1).max(4),
  needsReply: z.boolean(),
});

const Report = z.object({
  headline: z.string().min(1).max(48),
  topic: z.enum(["politics", "business", "science", "culture", "sport", "weather"]),
  places: z.array(z.string().min(1).max(20)).max(3),
  people: z.array(z.object({
    name: z.string().min(1).max(24),
    role: z.string().min(1).max(24).nullable(),
  })).max(2),
  casualties: z.int().min(0).max(10_000).nullable(),
  sentiment: z.enum(["negative", "neutral", "positive"]),
});

/** The three cases, in the order in which the demo shows them. */
export const CASES: readonly DemoCase[] = [
  {
    title: "an invoice",
    schema: Invoice,
    text: `Nordlicht Papier GmbH, Speicherstr. 4, 20457 Hamburg
INVOICE NL-20391                                 Date: 3 February 2025

Bill to: Atelier Brandt, Lindenweg 12, 04109 Leipzig

  12 x  Watercolour block A3             14.90      178.80
   4 x  Ink, black, 250 ml                9.50       38.00
   1 x  Delivery                          6.95        6.95

Total EUR 223.75, VAT included. Please pay by 5 March 2025.`,
  },
  {
    title: "an e-mail with a meeting",
    schema: Meeting,
    text: `From: Ines Duarte
To: Tom Okafor, Mei Lin
Subject: Budget for the second quarter

Hi both,

could we go through the Q2 numbers on Thursday, 10 April 2025? I have booked the room Aspen from
half past two; three quarters of an hour should do. Tom, please bring the hardware quotes. Let me
know by tomorrow whether that works for you.

Best, Ines`,
  },
  {
    title: "a paragraph of news",
    schema: Report,
    text:
      `RAVENMOOR, 17 June - A night of heavy rain flooded the lower town of Ravenmoor and cut the railway
line to Eastbridge, officials said on Tuesday. Nobody was hurt, but some 240 households are without
power. "The new flood gates held for nine hours, longer than they were built for," said the mayor,
Helen Marsh. Engineers expect trains to run again by Friday; the weather service sees no more rain
before the weekend.`,
  },
];
