/** What ssh, or a host through it, wants to know. */
export type QuestionKind =
  /** The login password of the user on the host. */
  | 'password'
  /** Something that opens the operator's own key; the same for all hosts. */
  | 'key_secret'
  /** Whether to trust a host key, or anything else that only a person at a terminal may say yes to. */
  | 'consent'
  /** No question: a security key waits to be touched. */
  | 'notice'
  /** Anything else a host asks: a one-time code. */
  | 'other';

/** Sorts a question by its words under `LC_ALL=C`. A host chooses the words of its own questions, behind `(user@host) `. */
export function questionKind(prompt: string, hint: string): QuestionKind {
  if (hint === 'none') return 'notice';
  if (hint === 'confirm') return 'consent';
  const text = prompt.trim();
  if (/^\(\S+\) /.test(text)) return /\bpassword\b/i.test(text) && !newPassword.test(text) ? 'password' : 'other';
  if (/^Enter (?:passphrase for|PIN for) /i.test(text)) return 'key_secret';
  if (/continue connecting|Please type 'yes'|\(yes\/no/i.test(text)) return 'consent';
  if (/'s (?:old|new) password|^Retype /i.test(text)) return 'consent';
  return /'s password:$/.test(text) || /^password:?$/i.test(text) ? 'password' : 'other';
}

const newPassword = /\b(?:new|old|current|retype)\b/i;
