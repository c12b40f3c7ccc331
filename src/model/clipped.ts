/** At most 300 characters of a text, with `…` where it was cut: the redactor knows a cut secret by that sign. */
export function clipped(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
