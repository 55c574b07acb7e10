/** The examples of `docs/server.md`, run by curl as they stand there; only the port is another one. */

import { assert, assertEquals } from "@std/assert";
import { startTestServer } from "./_test_server.ts";

const hasCurl = await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "the documentation's curl examples do what it says",
  ignore: !hasCurl,
  async fn() {
    await using server = await startTestServer();
    const text = await Deno.readTextFile(new URL("../../docs/server.md", import.meta.url));
    const commands = [...text.matchAll(/^```sh\n(curl .*?)^```$/gms)].map(([, command]) =>
      command!
    );
    const scripts = ['"yes"', '{"name":"Ada Lovelace","born":1815}', ""];
    assertEquals(commands.length, scripts.length);
    const answers = [];
    for (const [index, command] of commands.entries()) {
      server.script = scripts[index]!;
      const { host } = new URL(server.origin);
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", command.replaceAll("localhost:8080", host)],
      }).output();
      answers.push(JSON.parse(new TextDecoder().decode(stdout)));
    }
    assertEquals(answers[0].choices[0].message.content, '"yes"');
    assertEquals(answers[1].value, { name: "Ada Lovelace", born: 1815 });
    assertEquals([answers[2].name, answers[2].version], ["person", 1]);

    const stream = await new Deno.Command("curl", {
      args: [
        "-sN",
        `${server.baseURL}/chat/completions`,
        "-H",
        "content-type: application/json",
        "-d",
        '{"stream": true, "messages": [{"role": "user", "content": "Hi"}]}',
      ],
    }).output();
    const lines = new TextDecoder().decode(stream.stdout).trimEnd().split("\n\n");
    assert(lines.every((line) => line.startsWith("data: ")));
    assertEquals(lines.at(-1), "data: [DONE]");
  },
});
