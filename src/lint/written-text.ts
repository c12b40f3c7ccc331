import type { Finding } from './rule.ts';
import type { View } from './view.ts';

/** Where what a fix writes into files matches: `file.content`, `file.line`. */
export function writtenText(view: View, pattern: RegExp, message: string, files = /./): readonly Finding[] {
  return view.calls.flatMap(({ role, call, params, path }): readonly Finding[] => {
    if (role === 'probe' || !files.test(String(params['path'] ?? ''))) return [];
    return ['content', 'line'].flatMap((name): readonly Finding[] => {
      const text = params[name];
      const match = typeof text === 'string' ? pattern.exec(text) : null;
      if (match === null) return [];
      return [{ path: [...path, call, name], inside: [match.index, match.index + match[0].length], message }];
    });
  });
}
