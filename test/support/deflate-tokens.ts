/** What tokens of the compressor stand for (RFC 1951 §3.2.5). */
export function bytesOfTokens(tokens: Iterable<number>, before: Uint8Array): Uint8Array {
  const output = Array.from(before);
  for (const token of tokens) {
    if (token < 256) output.push(token);
    else {
      const distance = token & 0xffff;
      for (let i = token >> 16; i > 0; i--) output.push(output[output.length - distance]!);
    }
  }
  return Uint8Array.from(output.slice(before.length));
}
