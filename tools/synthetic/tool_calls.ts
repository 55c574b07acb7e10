/**
 * Requests that a tool can fulfil, and requests that none of the tools at hand can.
 *
 * Sixth layer of the synthetic data, beside `document.ts`. A request names the arguments in its own words; the answer is
 * one call in Qwen's form, or a short sentence where no tool fits.
 *
 * @module
 */

import * as kinds from "./field_kinds.ts";
import { capitalized, madeUpWord, thing } from "./pools.ts";
import type { Draws } from "./random.ts";
import { hashText } from "./random.ts";
import { type Split, wordingsOf } from "./split.ts";

/** A request with the tools at hand. */
export interface ToolRequest {
  family: "tool_call" | "no_tool";
  /** In the form that chat templates take. */
  tools: unknown[];
  request: string;
  /** The call, or null where none fits. */
  call: { name: string; arguments: Record<string, unknown> } | null;
}

/** What the assistant says where no tool fits. */
export const NO_TOOL_ANSWER = "None of the tools can do that.";

interface Parameter {
  /** Names in words. */
  names: string;
  description: string;
  kind: kinds.Kind;
}

interface Tool {
  names: string;
  description: string;
  parameters: Record<string, Parameter>;
  requests: string;
}

const phrase = kinds.copied((draws) =>
  draws.pick([
    `${draws.pick(["call", "ask", "thank", "visit"])} ${capitalized(madeUpWord(draws))}`,
    `${draws.pick(["buy", "bring", "pack", "order", "fix"])} the ${thing(draws)}`,
    `${
      draws.pick([
        "water the plants",
        "pay the rent",
        "feed the cat",
        "book the hall",
        "send the report",
      ])
    }`,
  ])
);
const topic = kinds.copied((draws) =>
  draws.chance(0.5)
    ? thing(draws)
    : `${madeUpWord(draws)} ${
      draws.pick(["history", "news", "music", "prices", "recipes", "results"])
    }`
);
const plainDate: kinds.Kind = (scene) => ({ ...kinds.date(scene), ...isoDate(scene) });
function isoDate(
  scene: kinds.Scene,
): { text: string; json: string; schema: kinds.Schema; description: string } {
  for (;;) {
    const value = kinds.date(scene);
    if (/^\d{4}-\d\d-\d\d$/.test(String(value.json))) {
      return {
        text: value.text,
        json: String(value.json),
        schema: { type: "string" },
        description: "YYYY-MM-DD",
      };
    }
  }
}
const code3 = kinds.copied((draws) => draws.pick("EUR USD GBP CHF JPY SEK NOK PLN CAD".split(" ")));
const number = (least: number, most: number): kinds.Kind => ({ draws }) => {
  const json = draws.chance(0.7)
    ? draws.integer(least, most)
    : draws.integer(least * 10, most * 10) / 10;
  return { text: String(json), json, schema: { type: "number" } };
};

const TOOLS: readonly Tool[] = [
  {
    names: "get weather|weather|current weather|get current weather",
    description: "Get the weather of a city",
    parameters: {
      city: { names: "city|location|place", description: "name of the city", kind: kinds.city },
      unit: {
        names: "unit|units",
        description: "unit of temperature",
        kind: kinds.choice("celsius|fahrenheit"),
      },
    },
    requests:
      "What is the weather in {city}?|How is the weather in {city} today?|Weather in {city} in {unit}, please.|Is it cold in {city}? Use {unit}.|Will I need a coat in {city}?|Tell me the weather for {city} in {unit}.|Tell me how warm it is in {city}.|Does it rain in {city}?",
  },
  {
    names: "send email|send mail|write email|mail",
    description: "Send an e-mail",
    parameters: {
      to: {
        names: "to|recipient|address|email",
        description: "address of the recipient",
        kind: kinds.email,
      },
      subject: { names: "subject|title", description: "what it is about", kind: kinds.subject },
    },
    requests:
      "Send a mail to {to} with the subject {subject}.|Write to {to} about {subject}.|Please mail {to}, subject {subject}.|Send an e-mail about {subject} to {to}.|E-mail {to}: {subject}.|Mail {to} with {subject} as the subject.|Please write an e-mail to {to}, it is about {subject}.|The subject is {subject}, mail it to {to}.",
  },
  {
    names: "create event|add event|schedule meeting|book meeting",
    description: "Put a meeting into the calendar",
    parameters: {
      title: { names: "title|subject|name", description: "what it is about", kind: kinds.subject },
      date: { names: "date|day", description: "day, YYYY-MM-DD", kind: plainDate },
      time: { names: "time|start|start time", description: "begin, HH:MM", kind: kinds.time },
      minutes: {
        names: "duration minutes|minutes|duration",
        description: "length in minutes",
        kind: (scene) => ({ ...kinds.duration(scene), schema: { type: "integer" } }),
      },
    },
    requests:
      "Put {title} into my calendar on {date} at {time}.|Book a meeting about {title} on {date} at {time} for {minutes}.|Schedule {title} for {date}.|Please schedule {title} on {date}, {time}, {minutes}.|I have {title} on {date} at {time}.|Add {title} on {date}, it takes {minutes}.|New meeting: {title}, {date}, {time}.|Plan {title} on {date} at {time}.",
  },
  {
    names: "create reminder|set reminder|remind me|add reminder",
    description: "Remind the user of something",
    parameters: {
      text: { names: "text|message|task|what", description: "what to remind of", kind: phrase },
      time: { names: "time|at", description: "when, HH:MM", kind: kinds.time },
      date: { names: "date|day", description: "day, YYYY-MM-DD", kind: plainDate },
    },
    requests:
      "Remind me to {text} at {time}.|Remind me on {date} to {text}.|Set a reminder to {text} on {date} at {time}.|I must {text} at {time}, remind me.|Do not let me forget to {text} on {date}.|At {time} remind me to {text}.|On {date} I have to {text}, please remind me.|Please remind me at {time} to {text}.",
  },
  {
    names: "convert currency|exchange|currency converter|convert money",
    description: "Convert an amount to another currency",
    parameters: {
      amount: { names: "amount|value", description: "how much", kind: number(1, 900) },
      from: {
        names: "from|from currency|source",
        description: "currency to convert from",
        kind: code3,
      },
      to: { names: "to|to currency|target", description: "currency to convert to", kind: code3 },
    },
    requests:
      "Convert {amount} {from} to {to}.|How much is {amount} {from} in {to}?|What are {amount} {from} in {to}?|Change {amount} {from} into {to}.|I have {amount} {from}, what is that in {to}?|Please convert {amount} from {from} to {to}.|{amount} {from} in {to}, please.|Exchange {amount} {from} for {to}.",
  },
  {
    names: "search products|find products|product search|search shop",
    description: "Search the shop",
    parameters: {
      query: { names: "query|keywords|search", description: "words to search for", kind: topic },
      price: {
        names: "max price|price limit|maximum price",
        description: "highest price",
        kind: number(5, 500),
      },
    },
    requests:
      "Find {query} for less than {price}.|Search for {query}.|Show me {query} under {price}.|Do you have {query} below {price}?|I am looking for {query}.|I need {query}, at most {price}.|Look for {query} up to {price}.|Which {query} do you sell?",
  },
  {
    names: "web search|search web|search|look up",
    description: "Search the web",
    parameters: {
      query: { names: "query|q|terms|question", description: "what to look for", kind: topic },
      count: {
        names: "count|limit|max results",
        description: "how many results",
        kind: kinds.count(1, 20),
      },
    },
    requests:
      "Search the web for {query}.|Look up {query}.|Find {count} pages about {query}.|Give me {count} results on {query}.|What does the web say about {query}?|Look for {query} on the web, {count} results.|Please google {query}.|Search online for {query}.",
  },
  {
    names: "get order|order status|track order|find order",
    description: "Get the state of an order",
    parameters: {
      order: {
        names: "order id|order number|id|order",
        description: "number of the order",
        kind: kinds.code,
      },
    },
    requests:
      "Where is my order {order}?|What is the state of order {order}?|Has order {order} been sent?|Please check order {order}.|Track {order}.|When will {order} arrive?|Look up the order {order}.|I am waiting for order {order}.",
  },
  {
    names: "cancel order|delete order|stop order|revoke order",
    description: "Cancel an order",
    parameters: {
      order: {
        names: "order id|order number|id|order",
        description: "number of the order",
        kind: kinds.code,
      },
      reason: {
        names: "reason|why",
        description: "why it is cancelled",
        kind: kinds.choice("too late|wrong article|too expensive|not needed"),
      },
    },
    requests:
      "Cancel order {order}, it is {reason}.|Please cancel {order}.|I do not want order {order} any more, {reason}.|Stop order {order}.|Cancel {order} because of: {reason}.|Order {order} is {reason}, cancel it.|Cancel my order {order}.|Please revoke the order {order}.",
  },
  {
    names: "book hotel|reserve hotel|book room|hotel booking",
    description: "Book a hotel room",
    parameters: {
      city: { names: "city|location|town", description: "where", kind: kinds.city },
      arrival: {
        names: "check in|arrival|from date",
        description: "first night, YYYY-MM-DD",
        kind: plainDate,
      },
      nights: {
        names: "nights|night count",
        description: "how many nights",
        kind: kinds.count(1, 14),
      },
      room: {
        names: "room type|room|kind",
        description: "kind of room",
        kind: kinds.choice("single|double|suite|family"),
      },
    },
    requests:
      "Book a {room} room in {city} from {arrival} for {nights} nights.|I need a hotel in {city} on {arrival} for {nights} nights.|Find me a room in {city} for {nights} nights from {arrival}.|Please book a {room} room in {city} on {arrival}, {nights} nights.|A {room} in {city}, {nights} nights from {arrival}.|Reserve a hotel in {city}: {arrival}, {nights} nights.|We travel to {city} on {arrival} and stay {nights} nights in a {room} room.|{nights} nights in {city} from {arrival}, please.",
  },
  {
    names: "book flight|find flight|search flights|flight search",
    description: "Find a flight",
    parameters: {
      from: {
        names: "from|origin|departure city",
        description: "where it starts",
        kind: kinds.city,
      },
      to: { names: "to|destination|arrival city", description: "where it lands", kind: kinds.city },
      date: { names: "date|departure date|day", description: "day, YYYY-MM-DD", kind: plainDate },
      persons: {
        names: "passengers|persons|seats",
        description: "how many people",
        kind: kinds.count(1, 9),
      },
    },
    requests:
      "Find a flight from {from} to {to} on {date}.|I want to fly from {from} to {to} on {date} with {persons} people.|Book a flight to {to} from {from} for {date}.|Are there flights from {from} to {to} on {date}?|Fly me from {from} to {to} on {date}.|On {date} we are {persons} and fly from {from} to {to}.|Flight {from} to {to}, {date}, {persons} seats.|Flights to {to} from {from} on {date}, please.",
  },
  {
    names: "set timer|start timer|timer|countdown",
    description: "Start a timer",
    parameters: {
      minutes: {
        names: "minutes|duration|duration minutes",
        description: "length in minutes",
        kind: (scene) => ({ ...kinds.duration(scene), schema: { type: "integer" } }),
      },
    },
    requests:
      "Set a timer for {minutes}.|Start a timer of {minutes}.|Wake me in {minutes}.|Tell me when {minutes} are over.|Timer: {minutes}.|Count down {minutes}.|Please set the timer to {minutes}.|In {minutes} I need a signal.",
  },
  {
    names: "turn on light|switch light|set light|light",
    description: "Switch a light",
    parameters: {
      room: {
        names: "room|place|where",
        description: "which room",
        kind: kinds.choice("kitchen|bathroom|garage|hall|bedroom|office|garden"),
      },
      state: { names: "state|mode|action", description: "on or off", kind: kinds.choice("on|off") },
    },
    requests:
      "Turn the light in the {room} {state}.|Switch {state} the {room} light.|Lights {state} in the {room}.|Please turn {state} the lamp in the {room}.|{room} light {state}, please.|Make it {state} in the {room}.|The {room} light should be {state}.|Put the light in the {room} {state}.",
  },
  {
    names: "play music|play song|play|start music",
    description: "Play music",
    parameters: {
      artist: { names: "artist|band|singer|who", description: "who plays", kind: kinds.person },
      volume: { names: "volume|loudness", description: "0 to 100", kind: kinds.count(5, 100) },
    },
    requests:
      "Play something by {artist}.|Play {artist} at volume {volume}.|I want to hear {artist}.|Put on {artist}, volume {volume}.|Music by {artist}, please.|Let me hear {artist} at {volume}.|Start {artist}.|Can you play {artist}?",
  },
  {
    names: "add contact|create contact|save contact|new contact",
    description: "Save a person's data",
    parameters: {
      name: { names: "name|full name", description: "name of the person", kind: kinds.person },
      phone: {
        names: "phone|phone number|mobile",
        description: "telephone number",
        kind: kinds.phone,
      },
      email: { names: "email|mail", description: "e-mail address", kind: kinds.email },
    },
    requests:
      "Save {name}, {phone}.|Add {name} with the number {phone} to my contacts.|New contact: {name}, {email}.|Add {name} to my contacts, mail {email}, phone {phone}.|Please save the number {phone} of {name}.|{name} has the number {phone} and the mail {email}, save it.|Put {name} ({email}) into my contacts.|Store {name}: {phone}.",
  },
  {
    names: "create ticket|open ticket|report problem|new ticket",
    description: "Open a support ticket",
    parameters: {
      product: {
        names: "product|device|item",
        description: "what is broken",
        kind: kinds.copied(thing),
      },
      priority: {
        names: "priority|urgency",
        description: "how urgent it is",
        kind: kinds.choice("low|medium|high|urgent"),
      },
      customer: {
        names: "customer|name|reporter",
        description: "who reports it",
        kind: kinds.person,
      },
    },
    requests:
      "Open a ticket for {customer}: the {product} is broken, {priority} priority.|The {product} of {customer} does not work.|Report a problem with the {product}, priority {priority}.|Create a {priority} ticket for the {product}.|My {product} is broken, {priority} priority.|{customer} has trouble with the {product}; open a ticket.|Please open a {priority} ticket: {product}.|{customer} reports a broken {product}.",
  },
  {
    names: "transfer money|send money|pay|make payment",
    description: "Send money to somebody",
    parameters: {
      recipient: {
        names: "recipient|to|name|payee",
        description: "who gets it",
        kind: kinds.person,
      },
      amount: { names: "amount|sum|value", description: "how much", kind: number(1, 900) },
      note: { names: "reference|note|purpose", description: "what for", kind: kinds.code },
    },
    requests:
      "Send {amount} to {recipient}.|Pay {recipient} {amount} for {note}.|Transfer {amount} to {recipient}, reference {note}.|Give {recipient} {amount}.|{recipient} gets {amount} from me.|Please send {recipient} {amount} with the note {note}.|Pay {amount} to {recipient}.|I owe {recipient} {amount}, please pay.",
  },
  {
    names: "translate|translate text|get translation|translation",
    description: "Translate words",
    parameters: {
      text: { names: "text|words|phrase", description: "what to translate", kind: phrase },
      language: {
        names: "language|target language|to",
        description: "language to translate to",
        kind: kinds.choice("German|French|Spanish|Italian|Polish|Turkish"),
      },
    },
    requests:
      'Translate "{text}" into {language}.|What is "{text}" in {language}?|How do you say "{text}" in {language}?|Say "{text}" in {language}.|Please translate "{text}" to {language}.|I need "{text}" in {language}.|"{text}" in {language}, please.|Put "{text}" into {language}.',
  },
  {
    names: "get stock|check stock|stock level|inventory",
    description: "How many of an article are in stock",
    parameters: {
      sku: {
        names: "sku|article|article number|code",
        description: "number of the article",
        kind: kinds.code,
      },
      city: { names: "warehouse|store|city", description: "which warehouse", kind: kinds.city },
    },
    requests:
      "How many of {sku} are in {city}?|Is {sku} in stock?|Check the stock of {sku} in {city}.|Do we have {sku} in {city}?|Stock of {sku}, please.|How much {sku} is left?|Tell me the stock of {sku} in {city}.|Look whether {city} has {sku}.",
  },
  {
    names: "calculate area|rectangle area|get area|area",
    description: "Area of a rectangle",
    parameters: {
      width: { names: "width|w", description: "width", kind: number(1, 90) },
      height: { names: "height|length|h", description: "height", kind: number(1, 90) },
    },
    requests:
      "What is the area of a rectangle with width {width} and height {height}?|Area of {width} by {height}, please.|A room has width {width} and height {height}; what is its area?|How large is a rectangle of width {width} and height {height}?|Compute the area: width {width}, height {height}.|Width {width}, height {height}: the area?|The height is {height}, the width {width}; give me the area.|Find the area for width {width} and height {height}.",
  },
  {
    names: "create invoice|write invoice|bill customer|new invoice",
    description: "Write an invoice",
    parameters: {
      customer: { names: "customer|client|buyer", description: "who pays", kind: kinds.firm },
      amount: { names: "amount|total|sum", description: "how much", kind: number(5, 990) },
      due: { names: "due date|due|pay by", description: "last day, YYYY-MM-DD", kind: plainDate },
    },
    requests:
      "Write an invoice to {customer} over {amount}.|Bill {customer} {amount}, due {due}.|Invoice {customer} for {amount} by {due}.|{customer} owes us {amount}, payable by {due}; write the invoice.|Please bill {customer} for {amount}.|New invoice: {customer}, {amount}, due on {due}.|Make out an invoice of {amount} to {customer}.|An invoice for {customer}: {amount}, due {due}.",
  },
];

const CHATTER = ["Please {}|Could you help? {}|{} Thank you.|Hello. {}"].join("|").split("|");

/** Draws a request. */
export function drawToolRequest(draws: Draws, split: Split, maxTools = 3): ToolRequest {
  const scene: kinds.Scene = { draws, split, currency: "EUR" };
  const tool = draws.pick(TOOLS);
  const isNone = draws.chance(0.15);
  const others = draws.sample(
    TOOLS.filter((other) => other.names !== tool.names && !isAkin(other, tool)),
    draws.integer(isNone ? 1 : 0, maxTools - 1),
  );
  const template = draws.pick(wordingsOf(tool.requests.split("|"), split));
  const values = Object.fromEntries(
    Object.entries(tool.parameters).map(([id, { kind }]) => [id, kind(scene)]),
  );
  let request = template.replace(/\{(\w+)\}/g, (_, id: string) => values[id]!.text);
  request = capitalized(request);
  if (draws.chance(0.15)) request = draws.pick(CHATTER).replace("{}", request);
  const style = draws.pick([(words: string) => words.split(" ").join("_"), camel]);
  const slots = new Set([...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!));
  const own = declare(draws, tool, values, style, slots);
  const declared = others.map((other) => {
    const otherValues = Object.fromEntries(
      Object.entries(other.parameters).map(([id, { kind }]) => [id, kind(scene)]),
    );
    return declare(draws, other, otherValues, style, new Set(Object.keys(other.parameters)))
      .declaration;
  });
  const tools = draws.shuffle(isNone ? declared : [...declared, own.declaration]);
  return {
    family: isNone ? "no_tool" : "tool_call",
    tools,
    request,
    call: isNone ? null : { name: own.name, arguments: own.arguments },
  };
}

const camel = (words: string) =>
  words.split(" ").map((word, index) => (index === 0 ? word : capitalized(word))).join("");

/** Tools that a request might mean alike. */
function isAkin(one: Tool, other: Tool): boolean {
  const groups = ["search", "order", "event|remind|timer", "stock|product", "pay|invoice|money"];
  return groups.some((group) =>
    new RegExp(group).test(one.names) && new RegExp(group).test(other.names)
  );
}

function declare(
  draws: Draws,
  tool: Tool,
  values: Record<string, kinds.FieldValue>,
  style: (words: string) => string,
  slots: ReadonlySet<string>,
): { declaration: unknown; name: string; arguments: Record<string, unknown> } {
  const name = style(draws.pick(tool.names.split("|")));
  const properties: kinds.Schema = {}, required: string[] = [], args: Record<string, unknown> = {};
  const isDescribed = draws.chance(0.6);
  for (const [id, parameter] of Object.entries(tool.parameters)) {
    const value = values[id]!;
    // What no request of this kind says may be absent from the tool altogether.
    if (!slots.has(id) && draws.chance(0.5)) continue;
    let key = style(draws.pick(parameter.names.split("|")));
    if (key in properties) key = style(parameter.names.split("|")[0]!);
    const { type, ...rest } = value.schema;
    const schema: kinds.Schema = { type: type ?? "string" };
    if (Array.isArray(rest.enum)) schema.enum = rest.enum;
    const isFormed = parameter.description.includes("YYYY") || parameter.description.includes("HH");
    if (isDescribed || isFormed) schema.description = parameter.description;
    properties[key] = schema;
    if (slots.has(id)) args[key] = value.json;
    if (slots.has(id) && (draws.chance(0.8) || hashText(id) % 2 === 0)) required.push(key);
  }
  return {
    declaration: {
      type: "function",
      function: {
        name,
        description: tool.description,
        parameters: { type: "object", properties, required },
      },
    },
    name,
    arguments: args,
  };
}
