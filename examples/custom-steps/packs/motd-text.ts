/** The line that names an owner. */
export function bannerLine(owner: string): string {
  return `This machine belongs to ${owner}.`;
}

/** Whom a banner names. */
export function ownersIn(text: string): readonly string[] {
  return [...text.matchAll(/^This machine belongs to (.+)\.$/gm)].map(([, owner = '']) => owner);
}
