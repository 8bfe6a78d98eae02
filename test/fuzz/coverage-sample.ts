/** Something with branches, for the test of {@link Coverage}. */
export function classify(value: number): string {
  if (value < 0) return "negative";
  if (value > 100) {
    return "large";
  }
  return "small";
}
