/** One allow rule as sesearch prints it. */
export interface PolicyRule {
  readonly text: string;
  /** Type or attribute. */
  readonly target: string;
  readonly class: string;
  readonly permissions: readonly string[];
  /** Empty: unconditional. Else the words of the condition, and for which outcome the rule holds. */
  readonly condition: readonly string[];
  readonly holdsWhen: boolean;
}

/**
 * `allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True`, also with several permissions in
 * braces and conditions like `( a && ! b )`.
 */
export function parseRule(line: string): PolicyRule | undefined {
  const match =
    /^allow ([\w.]{1,127}) ([\w.]{1,127}):(\w{1,63}) (?:\{ ?([\w ]{1,4000}?) ?\}|(\w{1,63}));(?:\s*\[([^\]]{1,2000})\]:(True|False))?\s*$/.exec(
      line.trim(),
    );
  if (!match) return undefined;
  const [text, , target = '', className = '', many, one, condition, outcome] = match;
  return {
    text: text.trim(),
    target,
    class: className,
    permissions: (many ?? one ?? '').split(/ +/),
    condition: condition === undefined ? [] : (condition.match(/[a-z][a-z0-9_]*|&&|\|\||==|!=|[()!^]/g) ?? []),
    holdsWhen: outcome !== 'False',
  };
}

/** Whether the rule holds when booleans have these values (an unknown one counts as off). */
export function ruleHolds(rule: PolicyRule, value: (name: string) => boolean): boolean {
  if (rule.condition.length === 0) return true;
  const reader = { words: rule.condition, at: 0 };
  return readBinary(reader, value, 0) === rule.holdsWhen;
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}

/** Weakest first, as checkpolicy has them. */
const precedence = [['||'], ['^'], ['&&'], ['==', '!=']];

function readBinary(reader: Reader, value: (name: string) => boolean, level: number): boolean {
  const operators = precedence[level];
  if (!operators) return readUnary(reader, value);
  let left = readBinary(reader, value, level + 1);
  for (
    let word = reader.words[reader.at];
    word !== undefined && operators.includes(word);
    word = reader.words[reader.at]
  ) {
    reader.at += 1;
    const right = readBinary(reader, value, level + 1);
    left = combine(word, left, right);
  }
  return left;
}

function combine(operator: string, left: boolean, right: boolean): boolean {
  if (operator === '||') return left || right;
  if (operator === '&&') return left && right;
  return operator === '==' ? left === right : left !== right;
}

function readUnary(reader: Reader, value: (name: string) => boolean): boolean {
  const word = reader.words[reader.at];
  reader.at += 1;
  if (word === '!') return !readUnary(reader, value);
  if (word === '(') {
    const inner = readBinary(reader, value, 0);
    reader.at += 1;
    return inner;
  }
  return word !== undefined && value(word);
}
