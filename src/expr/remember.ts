/** What `make` gives for a text, remembered for the last `most` texts. */
export function remember<T extends object>(make: (text: string) => T, most = 2000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const made = known.get(text);
    if (made !== undefined) return made;
    const fresh = make(text);
    if (known.size >= most) {
      const oldest = known.keys().next();
      if (!oldest.done) known.delete(oldest.value);
    }
    known.set(text, fresh);
    return fresh;
  };
}
