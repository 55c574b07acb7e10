/**
 * Families of texts: which fields they have, what these are called, and sentences that say them.
 *
 * Fifth layer of the synthetic data; data more than code. Lists of wordings are written with `|` in between. In
 * sentences `{id}` stands for a field's value. What is held out is decided by position (see `split.ts`): reordering
 * a list changes the division, so add at the end.
 *
 * @module
 */

import * as kinds from "./field_kinds.ts";
import { capitalized, madeUpWord, thing } from "./pools.ts";

/** A field of a family. */
export interface Field {
  /** Its name in sentences, and what `group` puts it into. */
  id: string;
  /** How forms call it. */
  labels: string;
  /** How schemas call it, in words; the labels are used as well. */
  names?: string;
  /** What schemas say about it. */
  descriptions?: string;
  /** An object that schemas may put it into. */
  group?: string;
  kind: kinds.Kind;
}

/** A family of texts. */
export interface Family {
  name: string;
  /** Never trained on. */
  isHeldOut?: boolean;
  /** How a form is headed. */
  titles: string;
  fields: readonly Field[];
  sentences: string;
  /** Sentences that say nothing anybody asks for. */
  asides?: string;
}

const technical = (draws: import("./random.ts").Draws) =>
  draws.chance(0.7)
    ? draws.pick(
      "Python Java SQL Excel Docker Linux React Rust Go Figma Photoshop German French English Spanish welding driving cooking sewing testing writing planning"
        .split(" "),
    )
    : capitalized(madeUpWord(draws));

/** All families. */
export const FAMILIES: readonly Family[] = [
  {
    name: "contact",
    titles: "Contact|Contact details|Address book|New contact|Business card",
    fields: [
      {
        id: "name",
        labels: "Name|Full name|Contact|Contact person",
        names: "name|full name|contact name|person",
        descriptions: "name of the person|full name|who it is|first and last name",
        kind: kinds.person,
      },
      {
        id: "email",
        labels: "E-mail|Email|Mail|Email address",
        names: "email|email address|mail|contact email",
        descriptions: "e-mail address|where to write to|the e-mail address|mail address",
        kind: kinds.email,
      },
      {
        id: "phone",
        labels: "Phone|Tel.|Telephone|Phone number|Mobile",
        names: "phone|phone number|telephone|mobile",
        descriptions: "phone number as written|telephone number",
        kind: kinds.phone,
      },
      {
        id: "company",
        labels: "Company|Employer|Organisation|Firm",
        names: "company|employer|organisation|company name|organization|firm",
        descriptions: "where the person works|the employer|the company|name of the company",
        kind: kinds.firm,
      },
      {
        id: "job",
        labels: "Position|Job title|Role|Title",
        names: "job title|position|role|occupation",
        descriptions: "what the person does|the job",
        kind: kinds.copied((draws) => draws.pick(kinds.ROLES)),
      },
      {
        id: "city",
        labels: "City|Town|Location|Place",
        names: "city|town|location",
        descriptions: "where the person lives|the town",
        kind: kinds.city,
      },
      {
        id: "address",
        labels: "Address|Postal address|Home address",
        names: "address|postal address|home address",
        kind: kinds.address,
      },
      {
        id: "website",
        labels: "Website|Web|Homepage|URL",
        names: "website|url|homepage|web",
        kind: kinds.url,
      },
      {
        id: "age",
        labels: "Age",
        names: "age|age in years",
        descriptions: "age in years",
        kind: kinds.count(18, 90),
      },
      {
        id: "birthday",
        labels: "Date of birth|Born|Birthday|Birth date",
        names: "birth date|date of birth|birthday|born",
        descriptions: "when the person was born|date of birth",
        kind: kinds.date,
      },
      {
        id: "languages",
        labels: "Languages|Skills|Speaks",
        names: "languages|skills",
        kind: kinds.several(technical, 1, 3),
      },
    ],
    sentences:
      `{name} works at {company}.|You can reach {name} at {email}.|{name} lives in {city}.|{name} can be reached at {email} or {phone}.|My name is {name} and I work for {company}.|Call {phone} for more.|{name}, {age}, is a {job} at {company}.|{name} is {age} years old and works for {company} in {city}.|I was born on {birthday}.|Please write to {email}.|The phone number is {phone}.|Write to {email} or visit {website}.|{name} was born on {birthday} in {city}.|Yesterday I met {name}, {job} at {company}.|The postal address is {address}.|Born on {birthday}, {name} now lives in {city}.|See {website} for details.|The skills are {languages}.|{name} knows {languages}.|Send letters to {address}.|At {company} {name} is the {job}.|{name} moved to {city} last year.|{name}'s home page is {website}.|Ask for {name}, the {job}.|{name} is now {age}.|I live at {address}.|I am {age} years old.|{name} speaks {languages}.`,
    asides:
      "It was a pleasure to meet you.|We talked for a while.|Let us stay in touch.|More next week.|Thanks for the help.",
  },
  {
    name: "invoice",
    titles: "INVOICE|Invoice|Bill|Tax invoice|INVOICE (copy)",
    fields: [
      {
        id: "number",
        labels: "Invoice no.|Invoice number|Invoice|No.|Invoice #|Invoice ID",
        names: "invoice number|number|invoice no|invoice id|id",
        descriptions: "as printed on the invoice|number of the invoice|the invoice's number",
        kind: kinds.code,
      },
      {
        id: "seller",
        labels: "Seller|From|Supplier|Vendor|Issued by",
        names: "seller|supplier|vendor|issuer|seller name",
        descriptions: "who sent the invoice|who sells|the company that wrote the invoice",
        kind: kinds.firm,
      },
      {
        id: "buyer",
        labels: "Bill to|Customer|Buyer|To|Client|Billed to",
        names: "buyer|customer|client|customer name|billed to|recipient",
        descriptions: "who has to pay|who buys|the customer",
        kind: kinds.firm,
      },
      {
        id: "issued",
        labels: "Date|Invoice date|Issued|Date of issue|Issued on",
        names: "issued|date|invoice date|issue date|issued on",
        descriptions: "date of the invoice|when it was written",
        kind: kinds.date,
      },
      {
        id: "due",
        labels: "Due|Due date|Payment due|Pay by|Payable by",
        names: "due|due date|payment due|pay by",
        descriptions: "when it has to be paid|last day of payment",
        kind: kinds.date,
      },
      {
        id: "lines",
        labels: "Items|Lines|Positions|Details",
        names: "lines|items|line items|positions|articles",
        kind: kinds.lineItems,
      },
      {
        id: "total",
        labels: "Total|Amount due|Total due|Sum|Grand total|TOTAL",
        names: "total|amount|total amount|amount due|sum|grand total",
        descriptions: "what has to be paid|the whole amount|sum of all lines",
        kind: kinds.money,
      },
      {
        id: "tax",
        labels: "VAT|Tax|of which VAT|Sales tax",
        names: "tax|vat|tax amount|vat amount",
        descriptions: "the tax in it|value added tax",
        kind: kinds.money,
      },
      {
        id: "currency",
        labels: "Currency",
        names: "currency|currency code",
        descriptions: "three letters|code of the currency",
        kind: kinds.currencyCode,
      },
      {
        id: "iban",
        labels: "Account|IBAN|Bank account",
        names: "account|iban|bank account",
        kind: kinds.code,
      },
      {
        id: "paid",
        labels: "Paid",
        names: "paid|is paid|already paid",
        kind: kinds.flag(
          "The invoice has been paid.|We have received your payment.|Paid with thanks.|Your payment has arrived.",
          "The invoice is still open.|We have not received your payment.|Payment is outstanding.|The amount has not been paid yet.",
        ),
      },
      {
        id: "address",
        labels: "Address|Billing address|Bill address",
        names: "billing address|address",
        kind: kinds.address,
      },
    ],
    sentences:
      `{seller} has sent invoice {number} to {buyer}.|Please pay {total} by {due}.|This is invoice {number} of {issued}.|Invoice {number} from {seller} is over {total}.|The total is {total}, of which {tax} is VAT.|The invoice is due on {due}.|{buyer} has to pay {total}.|Invoice {number} was issued on {issued} and is payable by {due}.|We charge you for {lines}.|Dear {buyer}, please find our invoice {number}.|The invoice of {seller} is dated {issued}.|{seller} bills {buyer} for {lines}.|Payment is expected by {due}.|You bought {lines}.|Please transfer the money to account {iban}.|All amounts are in {currency}.|VAT of {tax} is included.|The billing address is {address}.|Invoice date is {issued}.|Tax comes to {tax}; use account {iban}.|On {issued} {seller} billed {buyer}.|The amount due is {total}.|The currency is {currency}.|Please send the bill to {address}.`,
    asides:
      "Thank you for your order.|All prices include VAT.|Goods remain ours until paid.|Please quote the number when paying.|We value your business.",
  },
  {
    name: "order",
    titles: "Order|ORDER|Order confirmation|Purchase order|Your order",
    fields: [
      {
        id: "number",
        labels: "Order no.|Order number|Order|Order ID|Reference",
        names: "order number|order id|order no|reference|number",
        descriptions: "number of the order|the order's number",
        kind: kinds.code,
      },
      {
        id: "customer",
        group: "customer",
        labels: "Customer|Name|Ordered by|Client",
        names: "name|customer name|customer",
        descriptions: "who ordered|the customer",
        kind: kinds.person,
      },
      {
        id: "email",
        group: "customer",
        labels: "E-mail|Email|Mail",
        names: "email|mail|email address",
        kind: kinds.email,
      },
      {
        id: "items",
        labels: "Items|Articles|Ordered|Products",
        names: "items|articles|lines|products|order items",
        kind: kinds.lineItems,
      },
      {
        id: "shipping",
        labels: "Ship to|Delivery address|Shipping address|Deliver to",
        names: "shipping address|delivery address|address|ship to",
        kind: kinds.address,
      },
      {
        id: "ordered",
        labels: "Order date|Date|Ordered on|Placed",
        names: "order date|date|ordered on|placed",
        descriptions: "when it was ordered|day of the order",
        kind: kinds.date,
      },
      {
        id: "delivery",
        labels: "Delivery|Delivery date|Deliver by|Arrives",
        names: "delivery date|delivery|deliver by|arrives",
        descriptions: "when it should arrive|day of delivery",
        kind: kinds.date,
      },
      {
        id: "total",
        labels: "Total|Sum|Order total|To pay",
        names: "total|sum|order total|price|amount",
        kind: kinds.money,
      },
      {
        id: "express",
        labels: "Express",
        names: "express|is express|urgent",
        kind: kinds.flag(
          "Please send it by express.|It is urgent, express please.|Express delivery, please.|Send it express.",
          "Standard delivery will do.|There is no hurry.|Normal shipping is fine.|No express needed.",
        ),
      },
      {
        id: "payment",
        labels: "Payment|Payment method|Paid by|Pay with",
        names: "payment method|payment|paid by",
        kind: kinds.choice("card|cash|invoice|transfer|voucher"),
      },
      {
        id: "article",
        labels: "Article no.|SKU|Article|Product code",
        names: "sku|article|article number|product code",
        kind: kinds.code,
      },
      {
        id: "quantity",
        labels: "Quantity|Qty|Pieces|Number of pieces",
        names: "quantity|count|qty|pieces",
        descriptions: "how many|number of pieces",
        kind: kinds.count(1, 400),
      },
      {
        id: "gift",
        labels: "Gift",
        names: "gift|is gift|gift wrap",
        kind: kinds.flag(
          "It is a present.|Please wrap it as a gift.|This is a gift.|The parcel is a birthday present.",
          "It is not a gift.|No gift wrap.|It is for myself.|No wrapping needed.",
        ),
      },
    ],
    sentences:
      `{customer} has ordered {items}.|Order {number} was placed on {ordered}.|Please deliver to {address}.|I would like to order {items}.|We need {quantity} of {article}.|Please send us {quantity} pieces of {article}.|The order number is {number}.|My order {number} of {ordered} has not arrived.|It will be delivered on {delivery}.|The total is {total}, paid by {payment}.|Ship it to {shipping}.|Delivery is planned for {delivery}, to {shipping}.|{customer} ({email}) pays by {payment}.|You ordered {items}.|The order comes to {total}.|{customer} pays {total} by {payment}.|Confirmations go to {email}.|We expect the goods on {delivery}.|Send {quantity} units of {article}.|Please write to {email}.|Payment is by {payment}.|This is order {number}, placed by {customer}.|Please order {items} for us.|I want {quantity} of {article}.|The parcel goes to {shipping}.|On {ordered} {customer} ordered {items}.`,
    asides:
      "Thank you for shopping with us.|Please confirm.|Kind regards.|We look forward to it.|Returns are free.",
  },
  {
    name: "receipt",
    titles: "RECEIPT|Receipt|CASH BILL|Sales receipt|Till receipt",
    fields: [
      {
        id: "shop",
        labels: "Shop|Store|Merchant|Company",
        names: "shop|store|merchant|company|store name|vendor",
        descriptions:
          "name of the shop|the shop that sold|name of the shop or company that issued the receipt",
        kind: kinds.firm,
      },
      {
        id: "address",
        labels: "Address|Store address|Shop address",
        names: "address|shop address|store address",
        descriptions: "address of the shop|where the shop is",
        kind: kinds.address,
      },
      {
        id: "date",
        labels: "Date|DATE|Bought on|Day",
        names: "date|purchase date|day",
        descriptions: "date of the receipt|when it was bought",
        kind: kinds.date,
      },
      {
        id: "time",
        labels: "Time|TIME|At|Hour",
        names: "time|purchase time|hour",
        kind: kinds.time,
      },
      {
        id: "number",
        labels: "Receipt no.|Receipt|Doc no.|Bill no.|No.",
        names: "receipt number|number|document number|receipt no",
        kind: kinds.code,
      },
      {
        id: "items",
        labels: "Items|Bought|Articles",
        names: "items|lines|articles|purchases",
        kind: kinds.lineItems,
      },
      {
        id: "total",
        labels: "TOTAL|Total|Amount|To pay|SUM",
        names: "total|amount|sum|total amount|total paid",
        descriptions: "total amount paid|what was paid",
        kind: kinds.money,
      },
      {
        id: "cash",
        labels: "Cash|CASH|Given|Paid",
        names: "cash|given|cash given|tendered",
        kind: kinds.money,
      },
      {
        id: "change",
        labels: "Change|CHANGE|Returned|Back",
        names: "change|returned|change given",
        kind: kinds.money,
      },
      {
        id: "cashier",
        labels: "Cashier|Served by|Clerk|Operator",
        names: "cashier|served by|clerk|operator",
        kind: kinds.givenName,
      },
      {
        id: "payment",
        labels: "Payment|Paid by|Method|Tender",
        names: "payment method|payment|paid by",
        kind: kinds.choice("card|cash|voucher|phone"),
      },
    ],
    sentences:
      `I bought {items} at {shop}.|{shop} is at {address}.|On {date} I paid {total} at {shop}.|I went to {shop} at {time} and paid {total}.|The receipt number is {number}.|{cashier} served me.|I paid by {payment}.|The receipt {number} is dated {date}.|I gave {cash} and got {change} back.|At {time} I was at {shop}.|The receipt is from {date}.|I paid {total} by {payment} and {cashier} gave me {change} back.|The whole came to {total}.|I bought {items}.|The shop is at {address}.|We bought {items} from {cashier}.|I handed over {cash}.|The change was {change}.|It was {time}.|Out of {cash} I got {change}, at {time}.|The shop {shop} sold it.|The cashier was {cashier}.|It happened on {date}.|You find the shop at {address}.`,
    asides:
      "THANK YOU, COME AGAIN|Goods sold are not returnable|Have a nice day|*** copy ***|Please keep this receipt",
  },
  {
    name: "meeting",
    titles: "Meeting|Invitation|Appointment|Calendar entry|Event",
    fields: [
      {
        id: "subject",
        labels: "Subject|Topic|Title|About|Re",
        names: "subject|title|topic|event name|about",
        descriptions: "what it is about|title of the meeting|the topic",
        kind: kinds.subject,
      },
      {
        id: "date",
        labels: "Date|Day|When|On",
        names: "date|day|event date|meeting date",
        descriptions: "day of the meeting|when it takes place",
        kind: kinds.date,
      },
      {
        id: "start",
        labels: "Time|Start|Starts at|From|Begin",
        names: "start time|time|start|starts at|begins",
        descriptions: "when it begins|start of the meeting",
        kind: kinds.time,
      },
      {
        id: "duration",
        labels: "Duration|Length|Takes|Lasts",
        names: "duration|length|duration",
        descriptions: "how long it takes|length of the meeting",
        kind: kinds.duration,
      },
      {
        id: "place",
        labels: "Place|Where|Location|Venue",
        names: "place|location|venue|where",
        descriptions: "where it takes place",
        kind: kinds.place,
      },
      {
        id: "room",
        labels: "Room|Meeting room|In room",
        names: "room|meeting room|room name",
        descriptions: "name of the room",
        kind: kinds.room,
      },
      {
        id: "attendees",
        labels: "Attendees|Participants|To|Invited|With",
        names: "attendees|participants|invitees|guests|people",
        descriptions: "who takes part|names of those invited",
        kind: kinds.several(
          (draws) => kinds.person({ draws, split: "trained", currency: "EUR" }).text,
          1,
          4,
        ),
      },
      {
        id: "organizer",
        labels: "Organizer|From|Host|Invited by|Organiser",
        names: "organizer|host|sender|organiser|invited by",
        descriptions: "who invites|who sent it",
        kind: kinds.person,
      },
      {
        id: "reply",
        labels: "Reply needed|RSVP",
        names: "needs reply|reply needed|rsvp|needs answer",
        descriptions: "whether an answer is asked for",
        kind: kinds.flag(
          "Let me know whether that works for you.|Please reply by tomorrow.|Please confirm.|Please answer soon.|Can you tell me if you can come?|Do let me know if it suits you.|Let me know by Friday whether that works.",
          "No reply needed.|You need not answer.|There is no need to reply.|No need to confirm.",
        ),
      },
      {
        id: "priority",
        labels: "Priority|Importance",
        names: "priority|importance",
        kind: kinds.choice("low|normal|high|urgent"),
      },
      { id: "city", labels: "City|Town", names: "city|town", kind: kinds.city },
      {
        id: "link",
        labels: "Link|Join|Dial in|Online",
        names: "link|meeting link|join url",
        kind: kinds.url,
      },
    ],
    sentences:
      `Let us meet on {date} at {start}.|The meeting is about {subject}.|It takes place in {place}.|Could we talk about {subject} on {date}?|I have booked the room {room}.|We start at {start}; {duration} should do.|{organizer} invites {attendees}.|Could we meet on {date}? I have booked {place} from {start}.|It will take {duration}.|Please bring your notes to {place}.|The meeting with {attendees} starts at {start}.|It begins at {start}; {duration} should be enough.|On {date} at {start} we meet in room {room}.|Invited are {attendees}.|{organizer} would like to discuss {subject}.|{organizer} would like {attendees} to come.|The meeting is in {city}.|We have {duration}.|Join at {link}.|We meet in {city} in the room {room}.|The priority is {priority}.|We will sit in {place}.|I have booked {place} from {start}; {duration} should do.|The subject is {subject}.|The room is {room}.|We meet with {attendees}.|{organizer} is the host.|This has {priority} priority; join at {link}.|Please keep {date} free, from {start}.|Plan {duration} for it.`,
    asides:
      "Please bring the numbers.|Coffee will be there.|I will send an agenda.|Sorry for the short notice.|Anna, please bring the papers.",
  },
  {
    name: "ticket",
    titles: "Support request|Ticket|Help desk|Support ticket|Complaint",
    fields: [
      {
        id: "id",
        labels: "Ticket|Ticket no.|Case|Case number|Ticket ID",
        names: "ticket id|ticket|case number|ticket number|id",
        kind: kinds.code,
      },
      {
        id: "customer",
        group: "customer",
        labels: "Customer|Name|Reported by|From",
        names: "name|customer name|customer|reported by",
        descriptions: "who wrote|name of the customer",
        kind: kinds.person,
      },
      {
        id: "email",
        group: "customer",
        labels: "E-mail|Email|Mail|Contact",
        names: "email|mail|contact email",
        kind: kinds.email,
      },
      {
        id: "product",
        labels: "Product|Device|Article|Item",
        names: "product|device|item|product name",
        descriptions: "what it is about|the product with the problem",
        kind: kinds.copied((draws) => capitalized(thing(draws))),
      },
      {
        id: "category",
        labels: "Category|Department|Type",
        names: "category|department|type|topic",
        descriptions: "which department|kind of problem",
        kind: kinds.meant({
          billing:
            "I was charged twice.|The amount on my bill is wrong.|You have charged my card two times.|My bill is too high.|I would like a corrected bill.",
          delivery:
            "My parcel has not arrived.|The delivery is late.|Where is my parcel?|The parcel says delivered, but nothing is here.|Nothing has been delivered yet.",
          returns:
            "I want to send it back.|How can I return it?|I would like to return the goods.|I want my money back and return it.",
          technical:
            "It does not start.|The screen stays black.|There is an error when I log in.|It no longer works.|It is broken.|The app crashes all the time.",
        }),
      },
      {
        id: "priority",
        labels: "Priority|Urgency|Severity",
        names: "priority|urgency|severity",
        kind: kinds.choice("low|medium|high|urgent"),
      },
      {
        id: "order",
        labels: "Order|Order no.|Order number|Reference",
        names: "order number|order|order id|reference",
        kind: kinds.code,
      },
      {
        id: "date",
        labels: "Date|Reported|Reported on|Opened",
        names: "date|reported on|opened|created",
        kind: kinds.date,
      },
      {
        id: "phone",
        labels: "Phone|Call back|Tel.|Telephone",
        names: "phone|phone number|callback number",
        kind: kinds.phone,
      },
      {
        id: "sentiment",
        labels: "Mood",
        names: "sentiment|mood|tone",
        kind: kinds.meant({
          negative:
            "I am very angry.|This is a disgrace.|I am really disappointed.|This is terrible service.|I am not happy at all.",
          neutral:
            "Just for your information.|I have a question.|Please look into it.|I am writing for information only.",
          positive:
            "Your team is great.|I love the product.|Thank you for the wonderful service.|I am very happy with it.|Great work so far.",
        }),
      },
      {
        id: "refund",
        labels: "Refund",
        names: "wants refund|refund|refund requested",
        kind: kinds.flag(
          "I want my money back.|Please refund me.|I ask for a refund.|Please return my money.",
          "I do not want a refund.|No refund is needed.|Keep the money.|I do not need my money back.",
        ),
      },
      {
        id: "agent",
        labels: "Agent|Assigned to|Handled by|Owner",
        names: "agent|assigned to|assignee|handled by",
        kind: kinds.givenName,
      },
    ],
    sentences:
      `I have a problem with my {product}.|My order number is {order}.|My name is {customer}.|The {product} from order {order} gives me trouble.|I wrote to you on {date} about ticket {id}.|You can call me at {phone}.|{customer} has a problem with the {product}.|{customer} wrote on {date} about the {product}.|It concerns order {order}.|Ticket {id} has {priority} priority.|Please answer to {email}.|Case {id} is of {priority} priority and goes to {agent}.|{agent} takes care of ticket {id}.|Please call {phone}.|I bought the {product} with order {order}.|You reach me at {phone} or {email}.|The ticket {id} was opened on {date}.|The priority is {priority}.|It is assigned to {agent}.|This is {customer}, about the {product}.|The ticket is {id}.|{agent} is working on it.|My mail address is {email}.|On {date} I opened ticket {id}.`,
    asides:
      "Please help.|I have tried everything.|Thank you in advance.|Regards|I have been a customer for years.",
  },
  {
    name: "job",
    titles: "Job offer|Vacancy|We are hiring|Job ad|Open position",
    fields: [
      {
        id: "title",
        labels: "Position|Job title|Role|Job|Title",
        names: "job title|title|position|role",
        descriptions: "name of the job|what is searched for",
        kind: kinds.copied((draws) =>
          capitalized(
            `${
              draws.chance(0.5)
                ? draws.pick(["senior ", "junior ", "lead ", "assistant ", "night "])
                : ""
            }${draws.pick(kinds.ROLES)}`,
          )
        ),
      },
      {
        id: "company",
        labels: "Company|Employer|Firm|Organisation",
        names: "company|employer|company name|organisation",
        descriptions: "who hires|the employer",
        kind: kinds.firm,
      },
      {
        id: "city",
        labels: "Location|City|Place of work|Town",
        names: "location|city|place|town",
        kind: kinds.city,
      },
      {
        id: "salary",
        labels: "Salary|Pay|Wage|Monthly pay",
        names: "salary|pay|monthly salary|wage",
        kind: kinds.money,
      },
      {
        id: "hours",
        labels: "Hours|Hours a week|Weekly hours",
        names: "hours|hours per week|weekly hours",
        kind: kinds.count(8, 42, "hours"),
      },
      {
        id: "start",
        labels: "Start|Start date|From|Begins",
        names: "start date|start|starts on|begins",
        kind: kinds.date,
      },
      {
        id: "deadline",
        labels: "Apply by|Deadline|Closing date|Applications until",
        names: "deadline|apply by|closing date|application deadline",
        kind: kinds.date,
      },
      {
        id: "skills",
        labels: "Skills|Requirements|You know|Needed",
        names: "skills|requirements|required skills|needed skills",
        kind: kinds.several(technical, 1, 4),
      },
      {
        id: "remote",
        labels: "Remote",
        names: "remote|is remote|home office",
        kind: kinds.flag(
          "You can work from home.|The job is remote.|Working from home is possible.|Home office is welcome.",
          "You work on site.|The job is not remote.|Work is at our office only.|No home office.",
        ),
      },
      {
        id: "contract",
        labels: "Contract|Type|Employment|Kind",
        names: "contract type|employment type|contract|type",
        kind: kinds.choice("full-time|part-time|temporary|internship"),
      },
      {
        id: "contact",
        labels: "Contact|Ask|Contact person",
        names: "contact|contact person|contact name",
        kind: kinds.person,
      },
      {
        id: "email",
        labels: "Apply to|E-mail|Applications to|Email",
        names: "email|apply to|contact email|application email",
        kind: kinds.email,
      },
    ],
    sentences:
      `{company} is looking for a {title} in {city}.|We offer {salary} a month for {hours}.|You should know {skills}.|{company} in {city} hires a {title}.|The job starts on {start}.|Please apply by {deadline}.|{company} seeks a {title}.|Send your papers to {email} by {deadline}.|It is a {contract} job.|Questions go to {contact}.|The pay is {salary}.|We pay {salary} and expect {skills}.|You work {hours} a week.|Please write to {email}.|The place of work is {city}.|The {contract} job of {hours} starts on {start}.|We need a {title} who knows {skills}.|Your contact is {contact}.|We are {company}.|Your contact {contact} will help you.|The closing date is {deadline}.|Apply to {email}.|This is a {contract} position from {start}.|Join {company} as {title}.`,
    asides:
      "We are a friendly team.|Join us!|We grow fast.|Free fruit.|We look forward to your letter.",
  },
  {
    name: "product",
    titles: "Product|Data sheet|For sale|Offer|Catalogue",
    fields: [
      {
        id: "name",
        labels: "Product|Name|Article|Item",
        names: "name|product name|product|title|article",
        descriptions: "name of the product|what is sold",
        kind: kinds.copied((draws) => capitalized(thing(draws))),
      },
      {
        id: "brand",
        labels: "Brand|Maker|Manufacturer|Made by",
        names: "brand|manufacturer|maker|producer",
        descriptions: "who makes it|the brand",
        kind: kinds.brand,
      },
      {
        id: "price",
        labels: "Price|Costs|Cost|Retail price",
        names: "price|cost|retail price",
        descriptions: "what it costs|price of one",
        kind: kinds.money,
      },
      {
        id: "sku",
        labels: "SKU|Article no.|Item no.|Code",
        names: "sku|article number|item number|product code|code",
        kind: kinds.code,
      },
      {
        id: "weight",
        labels: "Weight|Weighs",
        names: "weight|weight kg",
        descriptions: "in kilograms",
        kind: kinds.measure("kg", 40),
      },
      {
        id: "width",
        labels: "Width|Size",
        names: "width|width cm",
        descriptions: "in centimetres",
        kind: kinds.measure("cm", 200),
      },
      {
        id: "colour",
        labels: "Colour|Color|Colours",
        names: "colours|colors|available colours",
        kind: kinds.several(
          (draws) =>
            draws.pick(
              "red blue green black white grey brown yellow pink orange purple silver gold beige"
                .split(" "),
            ),
          1,
          4,
        ),
      },
      {
        id: "stock",
        labels: "In stock|Stock|Available|Left",
        names: "stock|in stock|available|quantity in stock",
        kind: kinds.count(0, 900),
      },
      {
        id: "rating",
        labels: "Rating|Stars|Score",
        names: "rating|stars|score",
        kind: kinds.measure("stars", 5),
      },
      {
        id: "origin",
        labels: "Made in|Origin|Country",
        names: "origin|country|made in|country of origin",
        kind: kinds.country,
      },
      {
        id: "warranty",
        labels: "Warranty|Guarantee",
        names: "warranty years|warranty|guarantee years",
        descriptions: "in years",
        kind: kinds.count(1, 10, "years"),
      },
      {
        id: "category",
        labels: "Category|Type|Department",
        names: "category|type|department",
        kind: kinds.choice("kitchen|office|garden|clothing|sports|toys|tools"),
      },
      {
        id: "used",
        labels: "Used",
        names: "used|is used|second hand",
        kind: kinds.flag(
          "It has been used.|It is second hand.|Used, but in good order.|It is not new.",
          "It is new.|It is brand new.|Never used.|It comes fresh from the factory.",
        ),
      },
    ],
    sentences:
      `The {name} by {brand} costs {price}.|The {name} weighs {weight}.|It comes in {colour}.|{brand} sells the {name} for {price}.|There are {stock} in stock.|It is made in {origin}.|For sale is a {name} for {price}.|Made in {origin}, it weighs {weight} and is {width} wide.|The article number is {sku}.|It is {width} wide and weighs {weight}.|{brand} presents the {name}.|The {name} ({sku}) is available in {colour}.|Buyers give it {rating}.|The warranty is {warranty}.|The price is {price}.|It has a warranty of {warranty} and {rating} from buyers.|It belongs to the category {category}.|It is {width} wide.|We have {stock} left.|We have {stock} of it, in the {category} department.|The maker is {brand}.|Order it as {sku}.|The {name} comes from {origin}.|The {name} of {brand} has {rating}.|You find it under {category}.|Colours: {colour}.`,
    asides: "A bestseller.|While stocks last.|Order now.|Perfect as a gift.|Our customers love it.",
  },
  {
    name: "event",
    titles: "Event|Concert|Festival|Programme|What's on",
    fields: [
      {
        id: "title",
        labels: "Event|Title|What|Name",
        names: "title|event|event name|name",
        descriptions: "name of the event",
        kind: kinds.copied((draws) =>
          `${capitalized(madeUpWord(draws))} ${
            draws.pick([
              "Festival",
              "Concert",
              "Fair",
              "Conference",
              "Run",
              "Market",
              "Exhibition",
              "Show",
              "Night",
              "Summit",
            ])
          }`
        ),
      },
      {
        id: "venue",
        labels: "Venue|Place|Where|Hall",
        names: "venue|place|location|hall",
        descriptions: "where it takes place",
        kind: kinds.copied((draws) =>
          `${capitalized(madeUpWord(draws))} ${
            draws.pick(["Hall", "Park", "Centre", "Theatre", "Arena", "Museum", "Club", "Square"])
          }`
        ),
      },
      { id: "city", labels: "City|Town", names: "city|town", kind: kinds.city },
      {
        id: "date",
        labels: "Date|When|Day|On",
        names: "date|start date|day|event date",
        kind: kinds.date,
      },
      {
        id: "end",
        labels: "Ends|Until|Last day|To",
        names: "end date|ends|until|last day",
        kind: kinds.date,
      },
      {
        id: "time",
        labels: "Time|Doors open|Starts at|Start",
        names: "time|start time|doors open|starts at",
        kind: kinds.time,
      },
      {
        id: "price",
        labels: "Tickets|Admission|Ticket price|Entry",
        names: "ticket price|price|admission|entry fee",
        kind: kinds.money,
      },
      {
        id: "guests",
        labels: "Guests|Visitors|Expected visitors|Seats",
        names: "visitors|guests|seats|expected visitors",
        kind: kinds.count(20, 9000),
      },
      {
        id: "artists",
        labels: "Artists|Performers|With|Speakers",
        names: "artists|performers|speakers|line up",
        kind: kinds.several(
          (draws) => kinds.person({ draws, split: "trained", currency: "EUR" }).text,
          1,
          3,
        ),
      },
      {
        id: "organizer",
        labels: "Organizer|Organised by|Host|By",
        names: "organizer|host|organiser|organised by",
        kind: kinds.firm,
      },
      {
        id: "free",
        labels: "Free entry",
        names: "free entry|is free|free",
        kind: kinds.flag(
          "Admission is free.|Entry costs nothing.|There is no entrance fee.|You do not have to pay.",
          "Admission is not free.|You need a ticket.|There is an entrance fee.|Tickets must be paid for.",
        ),
      },
      {
        id: "website",
        labels: "Website|Web|Info|Tickets at",
        names: "website|url|web|info",
        kind: kinds.url,
      },
    ],
    sentences:
      `The {title} takes place in {venue} in {city}.|It starts on {date} at {time}.|Tickets cost {price}.|The {title} in {city} opens on {date} and ends on {end}.|{organizer} expects {guests} visitors.|On stage are {artists}.|The {title} runs from {date} to {end}.|Doors open at {time}, tickets are {price}.|Tickets at {website}.|{organizer} presents the {title}.|You can see {artists} in {venue}.|{organizer} brings {artists} to {venue}.|The last day is {end}.|It begins at {time}.|The venue is {venue}.|There are {guests} seats; see {website}.|See {website} for more.|On {date} {city} hosts the {title}.|There are {guests} seats.|The {title} is held on {date}.|The host is {organizer}.|Admission is {price}.|With {artists}.|The {title} comes to {city}.`,
    asides:
      "Do not miss it.|Food and drinks are sold.|Children are welcome.|Bring your friends.|It will be fun.",
  },
  {
    name: "booking",
    titles: "Reservation|Booking|Hotel booking|Room reservation|Booking request",
    fields: [
      {
        id: "guest",
        labels: "Guest|Name|Booked by|Guest name",
        names: "guest|guest name|name|booked by",
        descriptions: "who stays|name of the guest",
        kind: kinds.person,
      },
      {
        id: "hotel",
        labels: "Hotel|House|Property",
        names: "hotel|hotel name|property",
        kind: kinds.copied((draws) =>
          draws.pick([
            `Hotel ${capitalized(madeUpWord(draws))}`,
            `${capitalized(madeUpWord(draws))} Inn`,
            `${capitalized(madeUpWord(draws))} Hotel`,
          ])
        ),
      },
      {
        id: "arrival",
        labels: "Arrival|Check-in|From|Arrives",
        names: "arrival|check in|arrival date|from",
        descriptions: "the first night|day of arrival",
        kind: kinds.date,
      },
      {
        id: "departure",
        labels: "Departure|Check-out|To|Leaves",
        names: "departure|check out|departure date|to",
        descriptions: "the last day|day of departure",
        kind: kinds.date,
      },
      {
        id: "nights",
        labels: "Nights|Number of nights",
        names: "nights|number of nights|night count",
        descriptions: "how many nights",
        kind: kinds.count(1, 14, "nights"),
      },
      {
        id: "persons",
        labels: "Persons|Guests|People",
        names: "persons|guest count|number of guests|people",
        descriptions: "how many people",
        kind: kinds.count(1, 8),
      },
      {
        id: "room",
        labels: "Room|Room type|Kind of room",
        names: "room|room type|kind",
        kind: kinds.choice("single|double|suite|family"),
      },
      {
        id: "breakfast",
        labels: "Breakfast",
        names: "breakfast|with breakfast|breakfast included",
        kind: kinds.flag(
          "With breakfast, please.|Breakfast is included.|We would like breakfast.|I will have breakfast.",
          "Without breakfast.|No breakfast, please.|We do not need breakfast.|Breakfast is not included.",
        ),
      },
      {
        id: "price",
        labels: "Price|Rate|Per night|Total",
        names: "price|rate|price per night|total price",
        kind: kinds.money,
      },
      {
        id: "confirmation",
        labels: "Confirmation|Booking no.|Code|Booking code",
        names: "confirmation|booking number|booking code|confirmation code",
        kind: kinds.code,
      },
      { id: "city", labels: "City|Town|In", names: "city|town|destination", kind: kinds.city },
      {
        id: "phone",
        labels: "Phone|Tel.|Telephone",
        names: "phone|phone number|telephone",
        kind: kinds.phone,
      },
    ],
    sentences:
      `{guest} arrives on {arrival} and stays {nights}.|I would like a {room} room from {arrival}.|The booking number is {confirmation}.|{guest} would like a {room} room for {nights} from {arrival}.|We are {persons} people.|{guest} has booked a {room} room at {hotel}.|We leave on {departure}.|The stay in {city} is from {arrival} to {departure}, for {persons} people.|I would like to book a {room} room for {nights} from {arrival}.|{hotel} in {city} costs {price}.|The price is {price}.|{hotel} charges {price}; the code is {confirmation}.|Call me at {phone}.|The room is for {persons} persons.|The hotel is {hotel}.|Reach me at {phone}; my name is {guest}.|We stay {nights}.|{guest} travels to {city}.|Your code is {confirmation}.|You leave on {departure}.|My name is {guest}.|I arrive on {arrival} and leave on {departure}.|It is a {room} room.|A {room} room for {nights}, please.`,
    asides:
      "Dear Sir or Madam,|Kind regards|Please confirm.|We arrive late.|A quiet room would be nice.",
  },
  {
    name: "vehicle",
    isHeldOut: true,
    titles: "Vehicle|For sale|Car|Used car",
    fields: [
      { id: "brand", labels: "Maker|Brand", names: "maker|brand", kind: kinds.brand },
      { id: "seller", labels: "Seller|Owner", names: "seller|owner", kind: kinds.person },
      { id: "price", labels: "Price|Costs", names: "price|cost", kind: kinds.money },
      { id: "city", labels: "Location|City", names: "location|city", kind: kinds.city },
      { id: "phone", labels: "Phone|Telephone", names: "phone|phone number", kind: kinds.phone },
      { id: "date", labels: "Date|Issued", names: "date|issued", kind: kinds.date },
      { id: "code", labels: "Code|Number", names: "code|number", kind: kinds.code },
      { id: "weight", labels: "Weight", names: "weight", kind: kinds.measure("kg", 2000) },
    ],
    sentences:
      `{seller} sells a car made by {brand} for {price}.|The car is in {city}.|Call {seller} at {phone}.|The car of {brand} costs {price}.|Its papers were issued on {date}.|The number is {code}.|It weighs {weight}.|You can see it in {city}; call {phone}.|The papers {code} are dated {date}.|The owner is {seller}.|The maker is {brand}.|{seller} in {city} sells it; it weighs {weight}.`,
  },
  {
    name: "library",
    isHeldOut: true,
    titles: "Loan|Library card|Book loan|Reminder",
    fields: [
      { id: "reader", labels: "Name|Person", names: "name|person", kind: kinds.person },
      { id: "book", labels: "Title|Item", names: "title|item", kind: kinds.subject },
      { id: "due", labels: "Due|Due date", names: "due|due date", kind: kinds.date },
      { id: "number", labels: "Number|No.", names: "number|code", kind: kinds.code },
      { id: "fee", labels: "Amount|Total", names: "amount|total", kind: kinds.money },
      { id: "email", labels: "E-mail|Email", names: "email|mail", kind: kinds.email },
      { id: "taken", labels: "Date|From", names: "date|from", kind: kinds.date },
    ],
    sentences:
      `{reader} has taken the book {book}.|The loan has the number {number}.|It was taken on {taken}.|On {taken} {reader} took the book {book} home.|It is due on {due}.|The fee is {fee}.|We write to {email}.|The book is due on {due}, else the fee is {fee}.|The title is {book}.|The name is {reader}.|Please pay {fee}.|Loan {number}: we will write to {email}.`,
  },
];
