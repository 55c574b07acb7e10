/**
 * The forward pass of Qwen2 and Llama in plain loops over doubles: slow, and plainly what the papers say.
 *
 * The oracle of the conversion's tests. It shares no code with the graph that it is compared with.
 *
 * @module
 */

import type { TinyCheckpoint } from "./_tiny_checkpoint.ts";

/**
 * Logits after each token.
 *
 * @param angles Radians by which pair `i` of a head turns from one position to the next; default that of `rope_theta`.
 */
export function referenceLogits(
  { config, tensors }: TinyCheckpoint,
  tokenIds: readonly number[],
  angles?: (pair: number) => number,
): Float64Array[] {
  const { head_dim, num_attention_heads, num_key_value_heads, num_hidden_layers } = config;
  const angle = angles ?? ((pair: number) => config.rope_theta ** (-2 * pair / head_dim));
  const values = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new TypeError(`no tensor "${name}"`);
    return tensor.values;
  };
  const linear = (input: Float64Array, name: string): Float64Array => {
    const matrix = values(`${name}.weight`), bias = tensors.get(`${name}.bias`)?.values;
    const outputs = matrix.length / input.length;
    return Float64Array.from({ length: outputs }, (_, output) => {
      let sum = bias?.[output] ?? 0;
      for (let index = 0; index < input.length; index++) {
        sum += input[index]! * matrix[output * input.length + index]!;
      }
      return sum;
    });
  };
  const normalize = (input: Float64Array, name: string): Float64Array => {
    const mean = input.reduce((sum, value) => sum + value ** 2, 0) / input.length;
    const weight = values(`${name}.weight`);
    return input.map((value, index) =>
      value / Math.sqrt(mean + config.rms_norm_eps) * weight[index]!
    );
  };
  const turn = (vector: Float64Array, position: number): Float64Array =>
    vector.map((value, index) => {
      const inHead = index % head_dim, half = head_dim / 2, pair = inHead % half;
      const other = vector[inHead < half ? index + half : index - half]!;
      const radians = position * angle(pair);
      return value * Math.cos(radians) + (inHead < half ? -other : other) * Math.sin(radians);
    });
  const embedding = values("model.embed_tokens.weight");
  const hiddenSize = config.hidden_size;
  let states: Float64Array[] = tokenIds.map((id) =>
    Float64Array.from(embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize))
  );
  for (let layer = 0; layer < num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const inputs = states.map((state) => normalize(state, `${prefix}.input_layernorm`));
    const project = (part: string) =>
      inputs.map((input) => linear(input, `${prefix}.self_attn.${part}_proj`));
    const queries = project("q").map(turn), keys = project("k").map(turn), contents = project("v");
    states = states.map((state, position) => {
      const attended = new Float64Array(num_attention_heads * head_dim);
      for (let head = 0; head < num_attention_heads; head++) {
        const kvHead = Math.floor(head / (num_attention_heads / num_key_value_heads));
        const scores = keys.slice(0, position + 1).map((key) => {
          let score = 0;
          for (let index = 0; index < head_dim; index++) {
            score += queries[position]![head * head_dim + index]! * key[kvHead * head_dim + index]!;
          }
          return score / Math.sqrt(head_dim);
        });
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - most));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let index = 0; index < head_dim; index++) {
          attended[head * head_dim + index] = weights.reduce(
            (sum, weight, past) =>
              sum + weight / total * contents[past]![kvHead * head_dim + index]!,
            0,
          );
        }
      }
      const sum = add(state, linear(attended, `${prefix}.self_attn.o_proj`));
      const input = normalize(sum, `${prefix}.post_attention_layernorm`);
      const gate = linear(input, `${prefix}.mlp.gate_proj`);
      const up = linear(input, `${prefix}.mlp.up_proj`);
      const product = gate.map((value, index) => value / (1 + Math.exp(-value)) * up[index]!);
      return add(sum, linear(product, `${prefix}.mlp.down_proj`));
    });
  }
  const output = tensors.has("lm_head.weight") ? "lm_head" : "model.embed_tokens";
  return states.map((state) => linear(normalize(state, "model.norm"), output));
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + b[index]!);
}
