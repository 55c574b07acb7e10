/**
 * The right answers to the demo's three texts, for the measurement; nothing is trained on them.
 *
 * Where a reader could differ (a headline, a mood) the answer is the one that the families' own rules give.
 *
 * @module
 */

/** In the order of the demo's cases. */
export const DEMO_ANSWERS: readonly unknown[] = [
  {
    invoiceNumber: "NL-20391",
    seller: "Nordlicht Papier GmbH",
    buyer: "Atelier Brandt",
    issued: "2025-02-03",
    due: "2025-03-05",
    currency: "EUR",
    lines: [
      { description: "Watercolour block A3", quantity: 12, unitCents: 1490 },
      { description: "Ink, black, 250 ml", quantity: 4, unitCents: 950 },
      { description: "Delivery", quantity: 1, unitCents: 695 },
    ],
    totalCents: 22375,
  },
  {
    subject: "Budget for the second quarter",
    date: "2025-04-10",
    startTime: "14:30",
    durationMinutes: 45,
    place: { kind: "room", name: "Aspen" },
    attendees: ["Tom Okafor", "Mei Lin"],
    needsReply: true,
  },
  {
    headline: "A night of heavy rain flooded the lower town",
    topic: "weather",
    places: ["Ravenmoor", "Eastbridge"],
    people: [{ name: "Helen Marsh", role: "mayor" }],
    casualties: 0,
    sentiment: "negative",
  },
];
