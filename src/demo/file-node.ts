/** A directory or socket: owner, rights and SELinux type. */
export interface FileNode {
  readonly kind: 'directory' | 'socket';
  owner: string;
  group: string;
  /** As getfacl names entries: `user:`, `user:nginx`, `group:`, `mask:`, `other:` → `rwx` with dashes. */
  readonly acl: Map<string, string>;
  /** SELinux type of its label. */
  type: string;
}

/** A node with the three entries of a plain mode: `0660`. */
export function fileNode(kind: FileNode['kind'], owner: string, group: string, mode: string, type: string): FileNode {
  const node: FileNode = { kind, owner, group, acl: new Map(), type };
  setMode(node, mode);
  return node;
}

/** chmod: with an ACL the middle digit is the mask. */
export function setMode(node: FileNode, mode: string): void {
  const [user = '0', group = '0', other = '0'] = mode.slice(-3);
  node.acl.set('user:', rightsOf(user));
  node.acl.set(node.acl.has('mask:') ? 'mask:' : 'group:', rightsOf(group));
  node.acl.set('other:', rightsOf(other));
}

/** Four octal digits, as `stat` shows them. */
export function modeOf(node: FileNode): string {
  const middle = node.acl.get('mask:') ?? node.acl.get('group:');
  const digits = [node.acl.get('user:'), middle, node.acl.get('other:')].map((rights = '---') =>
    [...rights].reduce((sum, letter, at) => sum + (letter === '-' ? 0 : 4 >> at), 0),
  );
  return `0${digits.join('')}`;
}

/** Whether a user, who is in the group of his own name alone, has one of `r`, `w`, `x`. */
export function mayUse(node: FileNode, user: string, right: 'r' | 'w' | 'x'): boolean {
  const has = (rights = '') => rights.includes(right);
  if (user === 'root') return true;
  if (user === node.owner) return has(node.acl.get('user:'));
  const masked = (rights: string | undefined) => has(rights) && has(node.acl.get('mask:') ?? 'rwx');
  const named = node.acl.get(`user:${user}`);
  if (named !== undefined) return masked(named);
  return user === node.group ? masked(node.acl.get('group:')) : has(node.acl.get('other:'));
}

const order = ['user:', 'group:', 'mask:', 'other:'];

/** The ACL as `getfacl -pE` prints it. */
export function aclText(path: string, node: FileNode): string {
  const rank = (key: string) => order.findIndex((prefix) => key.startsWith(prefix));
  const entries = [...node.acl].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const lines = entries.map(([key, rights]) => `${key}:${rights}\n`);
  return `# file: ${path}\n# owner: ${node.owner}\n# group: ${node.group}\n${lines.join('')}\n`;
}

/** Puts back what {@link aclText} printed. */
export function setAcl(node: FileNode, text: string): void {
  node.acl.clear();
  for (const [, kind = '', name = '', rights = ''] of text.matchAll(/^(user|group|mask|other):([^:]*):([rwx-]{3})/gm)) {
    node.acl.set(`${kind}:${name}`, rights);
  }
}

function rightsOf(digit: string): string {
  const bits = Number(digit);
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
}
