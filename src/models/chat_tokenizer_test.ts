import { assert, assertEquals, assertThrows } from "@std/assert";
import { PreTrainedTokenizer } from "@huggingface/transformers";
import { loadQwenTokenizer } from "../../tools/model_builder/cut_tokenizer.ts";
import { ChatTokenizer } from "./chat_tokenizer.ts";

const { tokenizer: json, config } = await loadQwenTokenizer();
const tokenizer = new ChatTokenizer(json, config);
const reference = new PreTrainedTokenizer(structuredClone(json), structuredClone(config));

const TEXTS = [
  "Hello, world!",
  "  leading and trailing  ",
  '{"name": "Zoë", "n": -1.5e3}\n\n',
  "naïve café ☕ 日本語 🦕 \u0000 \t\r\n",
  "I've 12345 apples'll",
  "e\u0301 combines",
];

Deno.test("text is encoded and decoded as transformers.js does it", () => {
  for (const text of TEXTS) {
    const ids = tokenizer.encode(text);
    assertEquals(ids, reference.encode(text, { add_special_tokens: false }));
    assertEquals(tokenizer.encode(text, { allowSpecial: true }), ids);
    assertEquals(tokenizer.decode(ids), text.normalize("NFC"));
  }
  assertEquals(tokenizer.encode(""), []);
  assertEquals(tokenizer.decode([]), "");
});

Deno.test("special tokens in a text are recognised only where that is allowed", () => {
  const text = "a<|im_end|>b<tool_call>";
  const allowed = tokenizer.encode(text, { allowSpecial: true });
  assertEquals(allowed, reference.encode(text, { add_special_tokens: false }));
  assert(allowed.includes(151645) && allowed.includes(151657));
  const plain = tokenizer.encode(text);
  assert(plain.every((id) => id < 151643));
  assertEquals(tokenizer.decode(plain), text);
  assertEquals(tokenizer.decode(allowed), "ab<tool_call>");
});

Deno.test("ids beyond the tokenizer's write nothing", () => {
  assertEquals(tokenizer.decode([151_900]), "");
  assertEquals(tokenizer.decode([...tokenizer.encode("ab"), 151_900]), "ab");
});

Deno.test("conversations are rendered as transformers.js does it, with and without tools", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "What is 1+1?" },
    { role: "assistant", content: "2" },
    { role: "tool", content: '{"ok":true}' },
    { role: "user", content: "Thanks <b>& so on" },
  ] as const;
  const tools = [{ type: "function", function: { name: "add", parameters: { type: "object" } } }];
  for (const options of [{}, { tools }]) {
    for (const conversation of [messages, messages.slice(1)]) {
      const expected = reference.apply_chat_template([...conversation], {
        ...options,
        tokenize: false,
        add_generation_prompt: true,
      });
      assertEquals(tokenizer.renderChat(conversation, options), expected);
    }
  }
  assert(tokenizer.renderChat(messages).endsWith("<|im_start|>assistant\n"));
});

Deno.test("a conversation needs a message and a template", () => {
  assertThrows(() => tokenizer.renderChat([]), RangeError);
  const { chat_template: _, ...rest } = config;
  const bare = new ChatTokenizer(json, rest);
  assertThrows(() => bare.renderChat([{ role: "user", content: "x" }]), TypeError, "template");
  const own = new ChatTokenizer(json, rest, "{% for m in messages %}[{{ m.content }}]{% endfor %}");
  assertEquals(own.renderChat([{ role: "user", content: "x" }]), "[x]");
});
