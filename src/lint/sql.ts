import type { Command } from './unwrap.ts';

/** Programs that send SQL to a database. */
const clients = /^(?:psql|mysql|mariadb|sqlite3?|sqlcmd|clickhouse-client)$/;

/** With which words a statement that changes something begins; those of PostgreSQL, MySQL and SQLite. */
const changes =
  /^(?:insert|update|delete|drop|truncate|alter|create|replace|merge|grant|revoke|rename|reindex|vacuum|cluster|refresh|reassign|optimize|repair|flush|purge|kill|call|load|import|lock|reset|shutdown|install|uninstall|attach|set\s+(?:global|persist)|copy\s[^;]*\bfrom|\\copy\s[^;]*\bfrom|pragma\s+[\w.]+\s*=)\b/i;

/** What changes something inside of a statement that begins otherwise. */
const inside =
  /\b(?:delete\s+from|insert\s+into|update\s+\S+\s+set|merge\s+into|into\s+(?:outfile|dumpfile)|pg_(?:reload_conf|terminate_backend|cancel_backend|rotate_logfile|switch_wal|promote|create_\w+|drop_\w+)|setval|set_config)\b/i;

/** The first statement by which a command changes a database, as it begins: `DELETE FROM`. `undefined`: it only asks. */
export function sqlChange({ argv: [program = '', ...args], input = '' }: Command): string | undefined {
  if (!clients.test(program)) return undefined;
  const given = args.map((text) => text.replace(/^(?:--[\w-]+=|-[A-Za-z]*?[ce](?=[A-Za-z]))/, ''));
  const statements = [...given, input].flatMap((text) => plain(text).split(';'));
  const found = statements.map((statement) => statement.trim()).find(isChange);
  return found?.split(/\s+/).slice(0, 2).join(' ');
}

function isChange(statement: string): boolean {
  const words = statement.split(/\s+/);
  // One word may as well be the name of a database.
  if (words.length < 2) return false;
  const run = statement.replace(/^explain\s+(?:analyze|\([^)]*\banalyze\b[^)]*\))\s+(?:verbose\s+)?/i, '');
  return changes.test(run) || (/^(?:with|select|begin|do)\b/i.test(run) && inside.test(run));
}

/** Without comments, and without what stands in quotes. */
function plain(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*.*?\*\/|'(?:[^']|'')*'|"[^"]*"|`[^`]*`/gs, (part) =>
    /^[-/]/.test(part) ? ' ' : '?',
  );
}
